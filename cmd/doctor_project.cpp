// The project and what is under .agentops.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cmd/doctor_checks.h"
#include "cmd/tooling.h"
#include "record/journal.h"
#include "record/manifest.h"
#include "terraform/state.h"
#include "vcs/hook.h"

namespace agentops::cmd::doctor {

namespace {

constexpr std::size_t kMaxHolder = 4096;

class File {
public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    bool open() const { return fd_ >= 0; }
    bool lock(int how) const { return fd_ >= 0 && flock(fd_, how | LOCK_NB) == 0; }

private:
    int fd_;
};

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure))
        entries.push_back(entry.path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// What keeps a secret from being read, or nothing.
std::string missing_source(const DoctorInput& in, const intent::SecretSource& source) {
    if (source.env) return in.env(*source.env) ? "" : fmt::format("{} is not set", *source.env);
    if (source.file)
        return is_there(in.store.project() / *source.file)
                   ? ""
                   : fmt::format("{} is missing", *source.file);
    return find_program(source.command.front())
               ? ""
               : fmt::format("there is no program {}", source.command.front());
}

std::string holder_of(const fs::path& lock) {
    const auto text = read_file(lock, kMaxHolder);
    const auto json = parse_json(text.value_or(""), "lock");
    if (!json || !json->is_object()) return lock.filename().string();
    const auto field = [&](const char* name) {
        const auto member = json->find(name);
        if (member == json->end()) return std::string("?");
        return member->is_string() ? member->get<std::string>() : dump_json(*member);
    };
    return fmt::format("{} by {} (pid {}, run {}, since {})", lock.filename().string(),
                       field("holder"), field("pid"), field("run"), field("since"));
}

/// The folders under .agentops/stacks that have or had a local state.
std::vector<fs::path> units_with_state(const DoctorInput& in) {
    std::vector<fs::path> units;
    for (const auto& stack : entries_of(in.store.stacks())) {
        for (const auto& unit : entries_of(stack)) {
            if (is_there(unit / "terraform.tfstate") || is_there(unit / "state.mark.json"))
                units.push_back(unit);
        }
    }
    return units;
}

Status check_state(const fs::path& unit) {
    TRY(const auto mark, tf::read_mark(unit / "state.mark.json"));
    const auto path = unit / "terraform.tfstate";
    TRY(const auto facts, tf::read_state(path, mark));
    return tf::judge_state(facts, mark, path);
}

}  // namespace

Diagnosis project(const DoctorInput& in) {
    if (in.project) {
        const bool file = in.project->source != nullptr;
        return {Health::ok, fmt::format("{} ({})", in.project->root.string(),
                                        file ? "agentops.yaml" : "no agentops.yaml: defaults")};
    }
    const bool none = in.project.error().front().code == "project.not-found";
    return DoctorInput::failed(in.project.error(), none ? Health::warn : Health::fail);
}

Diagnosis intents(const DoctorInput& in) {
    if (!in.project) return {Health::ok, "not looked at without a project"};
    if (has_errors(in.mistakes))
        return {Health::fail,
                fmt::format("{} in the intents", count_of(in.mistakes.size(), "mistake")),
                "agentops check shows them"};
    if (in.project->files.empty()) return {Health::warn, "none yet", "agentops init"};
    return {Health::ok, fmt::format("{}, {}", count_of(in.project->files.size(), "file"),
                                    count_of(in.stacks, "stack"))};
}

Diagnosis secrets(const DoctorInput& in) {
    if (!in.project || in.project->settings.secrets.empty()) return {Health::ok, "none declared"};
    std::vector<std::string> missing;
    for (const auto& [name, source] : in.project->settings.secrets) {
        const auto why = missing_source(in, source);
        if (!why.empty()) missing.push_back(fmt::format("{}: {}", name, why));
    }
    if (missing.empty())
        return {Health::ok, fmt::format("{} with a source",
                                        count_of(in.project->settings.secrets.size(), "secret"))};
    return {Health::warn, join(missing, "; "), "provide them before plan and apply"};
}

Diagnosis store(const DoctorInput& in) {
    const auto dir = in.has_store() ? in.store.dir() : in.store.project();
    if (!is_there(dir)) return {Health::ok, "not looked at without a folder"};
    if (access(dir.c_str(), W_OK | X_OK) != 0)
        return {Health::fail, fmt::format("{} is not writable", dir.string()),
                fmt::format("chown -R $(id -u) {}", dir.string())};
    if (!in.has_store()) return {Health::ok, "not made yet; the first plan makes it"};
    struct stat info {};
    if (stat(dir.c_str(), &info) != 0 || (info.st_mode & 077) == 0)
        return {Health::ok, dir.string()};
    return {Health::warn,
            fmt::format("others may look into it (mode {:o}): it holds states and plans",
                        info.st_mode & 0777),
            fmt::format("chmod 700 {}", dir.string())};
}

Diagnosis git_ignore(const DoctorInput& in) {
    auto folder = in.store.project();
    while (!is_there(folder / ".git") && folder.has_relative_path())
        folder = folder.parent_path();
    if (!is_there(folder / ".git")) return {Health::ok, "not a git work tree"};
    if (!in.has_store()) return {Health::ok, ".agentops will hide itself"};
    const auto lines = split(read_file(in.store.dir() / ".gitignore").value_or(""), '\n');
    if (std::find(lines.begin(), lines.end(), "*") != lines.end())
        return {Health::ok, "ignores .agentops"};
    return {Health::warn, "would commit .agentops, which holds states and plans",
            fmt::format("echo '*' > {}", (in.store.dir() / ".gitignore").string())};
}

Diagnosis commit_hook(const DoctorInput& in) {
    const auto repository = vcs::Repository::open(in.store.project());
    if (!repository) return {Health::ok, "not a git work tree"};
    const auto status = vcs::hook_status(*repository);
    if (!status) return DoctorInput::failed(status.error(), Health::warn);
    if (status->current) return {Health::ok, status->file.string()};
    if (status->installed)
        return {Health::warn, fmt::format("{} is older or changed", status->file.string()),
                "agentops hook install"};
    return {Health::ok, "not installed; agentops hook install checks every commit"};
}

Diagnosis file_locks(const DoctorInput& in) {
    const auto folder = in.has_store() ? in.store.dir() : in.scratch;
    auto path = (folder / "doctor-XXXXXX").string();
    const File first(mkostemp(path.data(), O_CLOEXEC));
    const File second(open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (first.open()) unlink(path.c_str());
    if (first.lock(LOCK_EX) && second.open() && !second.lock(LOCK_EX)) return {Health::ok, "work"};
    return {Health::fail, fmt::format("do not work in {}: two applies could meet", folder.string()),
            "keep the project on a local disk, or on NFS 4 with locking"};
}

Diagnosis held_locks(const DoctorInput& in) {
    std::vector<std::string> held;
    for (const auto& path : entries_of(in.store.locks())) {
        const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (file.open() && !file.lock(LOCK_SH)) held.push_back(holder_of(path));
    }
    if (held.empty()) return {Health::ok, "none held"};
    return {Health::warn, fmt::format("held: {}", join(held, "; ")),
            "wait for it; a lock frees itself when its process and tools are gone"};
}

Diagnosis journal(const DoctorInput& in) {
    const auto journal = record::read_journal(in.store);
    if (!journal.diagnostics.empty()) return DoctorInput::failed(journal.diagnostics);
    return {Health::ok, fmt::format("{}, chain intact", count_of(journal.entries.size(), "line"))};
}

Diagnosis last_run(const DoctorInput& in) {
    const auto ids = in.store.run_ids();
    if (ids.empty()) return {Health::ok, "none yet"};
    const auto outcome = record::read_outcome(in.store, ids.back());
    if (!outcome) return DoctorInput::failed(outcome.error(), Health::warn);
    const auto& status = outcome->status;
    const auto message = fmt::format("{}: {}", ids.back(), status);
    if (status == "planned" || status == "applied" || status == "not-converged")
        return {Health::ok, message};
    return {Health::warn, message, fmt::format("agentops apply --resume {}", ids.back())};
}

Diagnosis states(const DoctorInput& in) {
    const auto units = units_with_state(in);
    for (const auto& unit : units) {
        if (auto sound = check_state(unit); !sound) return DoctorInput::failed(sound.error());
    }
    if (units.empty()) return {Health::ok, "none"};
    return {Health::ok, fmt::format("{}, all sound", count_of(units.size(), "state"))};
}

}  // namespace agentops::cmd::doctor
