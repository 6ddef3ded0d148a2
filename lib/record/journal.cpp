#include "record/journal.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/text.h"

namespace agentops::record {

namespace {

fs::path head_path(const Store& store) {
    return store.dir() / "journal.head";
}

/// Holds an exclusive flock for its life, so that two runs append one after the other.
class FileLock {
public:
    explicit FileLock(const fs::path& path)
        : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
        if (fd_ >= 0) flock(fd_, LOCK_EX);
    }
    ~FileLock() {
        if (fd_ >= 0) close(fd_);
    }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int fd_;
};

std::string hash_of(Json line) {
    line.erase("hash");
    return sha256(line);
}

/// {seq, hash} of the last line, as the head file says.
std::pair<std::int64_t, std::string> read_head(const Store& store) {
    auto text = read_file(head_path(store), 4096);
    if (!text) return {0, ""};
    auto json = parse_json(*text, "journal.head");
    if (!json || !json->is_object()) return {0, ""};
    return {json->value("seq", std::int64_t{0}), json->value("hash", "")};
}

Diagnostic broken(std::size_t line, std::string_view what) {
    return error("journal.broken", fmt::format("journal line {}: {}", line, what), {},
                 "the journal was edited or damaged after it was written; keep a copy and find out "
                 "who did");
}

}  // namespace

Status append_journal(const Store& store, const Clock& clock, const std::string& run,
                      const std::string& event, const Json& data) {
    TRY_DO(store.prepare());
    FileLock lock(store.dir() / "journal.lock");
    const auto [seq, prev] = read_head(store);
    Json line = {{"seq", seq + 1}, {"time", rfc3339(clock.now())},
                 {"run", run},     {"event", event},
                 {"data", data},   {"prev", prev}};
    line["hash"] = hash_of(line);
    TRY_DO(append_line(store.journal(), dump_json(line)));
    const Json head = {{"seq", line["seq"]}, {"hash", line["hash"]}};
    return write_file(head_path(store), dump_json(head) + "\n", 0600);
}

Journal read_journal(const Store& store) {
    Journal journal;
    std::error_code ignored;
    const bool exists = fs::exists(store.journal(), ignored);
    const auto [head_seq, head_hash] = read_head(store);
    if (!exists && head_seq == 0) return journal;
    auto text = read_file(store.journal());
    if (!text) {
        journal.diagnostics.push_back(broken(0, "the journal is gone but its head is not"));
        return journal;
    }
    std::string prev;
    std::size_t number = 0;
    for (const auto& raw : split(*text, '\n')) {
        if (raw.empty()) continue;
        ++number;
        auto line = parse_json(raw, "journal line");
        if (!line || !line->is_object() || !line->contains("hash")) {
            journal.diagnostics.push_back(broken(number, "not a journal record"));
            return journal;
        }
        if (line->value("prev", "") != prev || hash_of(*line) != line->value("hash", "")) {
            journal.diagnostics.push_back(broken(number, "its hash does not fit"));
            return journal;
        }
        prev = line->value("hash", "");
        journal.entries.push_back({line->value("seq", std::int64_t{0}), line->value("time", ""),
                                   line->value("run", ""), line->value("event", ""), prev,
                                   line->value("data", Json())});
    }
    // A crash between the line and its head leaves a head one line behind: that is no damage.
    const bool fits = prev == head_hash ||
                      (!journal.entries.empty() && journal.entries.back().seq == head_seq + 1);
    if (!fits)
        journal.diagnostics.push_back(
            broken(number + 1, fmt::format("the tail is cut off: line {} is missing", head_seq)));
    return journal;
}

}  // namespace agentops::record
