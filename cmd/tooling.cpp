#include "cmd/tooling.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/digest.h"
#include "base/text.h"
#include "run/secrets.h"

extern char** environ;

namespace agentops::cmd {

namespace {

bool is_program(const fs::path& path) {
    std::error_code failure;
    return fs::is_regular_file(path, failure) && access(path.c_str(), X_OK) == 0;
}

run::Step version_step(const fs::path& program, const fs::path& cwd) {
    run::ToolCall call;
    call.argv = {program.string(), "version", "-json"};
    call.cwd = cwd;
    call.capture = run::ToolCall::Capture::json;
    call.deadline = std::chrono::seconds(60);
    return {"version", program.filename().string(), std::move(call), false, ""};
}

Result<Json> ask_version(const Workspace& workspace, const fs::path& program, run::Runner& runner) {
    const auto cached = workspace.store.cache() / fmt::format("{}.json", fingerprint(program));
    if (auto text = read_file(cached)) {
        if (auto json = parse_json(*text, "cached version")) return *json;
    }
    TRY_DO(workspace.store.prepare());
    const auto result = runner.run("tools", version_step(program, workspace.store.dir()));
    if (!result.ok || !result.json) return fail(result.diagnostics);
    TRY_DO(write_file(cached, dump_json(*result.json) + "\n", 0600));
    return *result.json;
}

run::SecretSources secret_sources(const Workspace& workspace) {
    run::SecretSources sources;
    for (const auto& [name, source] : workspace.project.settings.secrets) {
        auto& made = sources[name];
        made.env = source.env;
        if (source.file) made.file = *source.file;
        made.command = source.command;
    }
    return sources;
}

run::Environment caller_environment() {
    run::Environment all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            all.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return all;
}

int memory_limit_mb() {
    const auto pages = sysconf(_SC_PHYS_PAGES);
    const auto page = sysconf(_SC_PAGE_SIZE);
    if (pages <= 0 || page <= 0) return 0;
    // A quarter is left to everything else on the machine.
    return static_cast<int>(pages / 1024 * page / 1024 * 3 / 4);
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        if (is_program(name)) return fs::absolute(name);
        return std::nullopt;
    }
    const char* path = std::getenv("PATH");
    if (path == nullptr) return std::nullopt;
    for (const auto& dir : split(path, ':')) {
        // A relative entry would find a planted program in the current folder.
        if (dir.empty() || dir.front() != '/') continue;
        if (is_program(fs::path(dir) / name)) return fs::path(dir) / name;
    }
    return std::nullopt;
}

std::string fingerprint(const fs::path& program) {
    struct stat info {};
    if (stat(program.c_str(), &info) != 0) return "tool-" + sha256(program.string());
    return "tool-" + sha256(fmt::format("{}:{}:{}:{}.{}", program.string(), info.st_ino,
                                        info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec));
}

Result<fs::path> locate_program(const intent::Project& project,
                                const std::optional<Located<std::string>>& named,
                                const std::vector<std::string>& names, std::string_view setting) {
    if (named) {
        const bool relative = named->value.find('/') != std::string::npos;
        const auto word = relative ? (project.root / named->value).string() : named->value;
        if (auto found = find_program(word)) return *found;
        return fail(error("tool.missing", fmt::format("there is no program '{}'", named->value),
                          named->position, fmt::format("install it, or correct {}", setting)));
    }
    for (const auto& name : names) {
        if (auto found = find_program(name)) return *found;
    }
    const auto none = names.size() == 1
                          ? fmt::format("{} is not on PATH", names.front())
                          : fmt::format("neither {} is on PATH", join(names, " nor "));
    return fail(error("tool.missing", none, {},
                      fmt::format("install it, or name it in agentops.yaml: {}", setting)));
}

Result<fs::path> locate_terraform(const intent::Project& project) {
    return locate_program(project, project.settings.terraform.binary, {"terraform", "tofu"},
                          "terraform.binary");
}

Result<tf::Tool> find_tool(const Workspace& workspace, run::Runner& runner) {
    TRY(auto program, locate_terraform(workspace.project));
    TRY(auto json, ask_version(workspace, program, runner));
    TRY(auto tool, tf::read_version(program.string(), json));
    TRY_DO(tf::require_version(tool));
    return tool;
}

Result<std::unique_ptr<run::Runner>> make_side_runner(
    Session& session, const record::Store& store, const char* folder,
    std::map<std::string, std::string> environment) {
    TRY_DO(store.prepare());
    run::RunnerOptions options;
    options.log_dir = store.dir() / folder;
    options.environment = std::move(environment);
    return run::make_runner(std::move(options), session.interrupt(), session.redactor());
}

std::unique_ptr<run::Runner> make_real_runner(Session& session, const Workspace& workspace,
                                              const fs::path& log_dir, report::Live* live,
                                              std::vector<int> inherited_fds) {
    run::RunnerOptions options;
    options.log_dir = log_dir;
    options.environment = run::allowed_environment(environ);
    options.inherited_fds = std::move(inherited_fds);
    options.secrets = run::make_secret_fetcher(secret_sources(workspace), workspace.project.root,
                                               caller_environment(), session.interrupt());
    options.memory_mb = memory_limit_mb();
    options.on_event = [&session, live](const std::string& subject, const run::Step& step,
                                        const Json& event) {
        if (live != nullptr) live->event(subject, step.name, event);
        session.events().write("tool",
                               {{"subject", subject}, {"step", step.name}, {"event", event}});
    };
    return run::make_runner(std::move(options), session.interrupt(), session.redactor());
}

}  // namespace agentops::cmd
