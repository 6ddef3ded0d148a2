#include "record/journal.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace agentops::record {

namespace {

constexpr std::size_t kMaxHead = 4096;

fs::path head_path(const Store& store) {
    return store.dir() / "journal.head";
}

fs::path lock_path(const Store& store) {
    return store.dir() / "journal.lock";
}

/// A file descriptor that is closed on scope exit, and with it the lock it holds.
class File {
public:
    File(const fs::path& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int get() const { return fd_; }
    bool lock(int how) const {
        int code = -1;
        while (fd_ >= 0 && (code = flock(fd_, how)) != 0 && errno == EINTR) {
        }
        return code == 0;
    }

private:
    int fd_;
};

tl::unexpected<Diagnostics> unwritable(std::string_view what, int number = errno) {
    return fail(error("file.unwritable",
                      fmt::format("cannot {}: {}", what, std::generic_category().message(number))));
}

std::string hash_of(Json line) {
    line.erase("hash");
    return sha256(line);
}

/// The last line that was written whole: its number, its hash, and the journal's size with it.
struct Head {
    std::int64_t seq = 0;
    std::string hash;
    std::int64_t size = 0;
};

Json to_json(const Head& head) {
    return {{"seq", head.seq}, {"hash", head.hash}, {"size", head.size}};
}

/// None when it is missing or damaged.
std::optional<Head> read_head(const Store& store) {
    auto text = read_file(head_path(store), kMaxHead);
    if (!text) return std::nullopt;
    auto json = parse_json(*text, "journal.head");
    if (!json) return std::nullopt;
    try {
        return Head{json->at("seq"), json->at("hash"), json->at("size")};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

/// The entry of a line exactly as we write it, if it follows `prev`.
std::optional<JournalEntry> entry_of(std::string_view raw, const std::string& prev) {
    auto line = parse_json(raw, "journal line");
    if (!line || dump_json(*line) != raw) return std::nullopt;
    try {
        JournalEntry entry{line->at("seq"),   line->at("time"), line->at("run"),
                           line->at("event"), line->at("hash"), line->at("data")};
        if (line->at("prev") != prev || hash_of(*line) != entry.hash) return std::nullopt;
        return entry;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

/// What stands in the journal beyond the head's size: what a crash left behind.
std::string leftover(const File& journal, const Head& head) {
    struct stat status {};
    if (fstat(journal.get(), &status) != 0 || status.st_size <= head.size) return {};
    std::string text(static_cast<std::size_t>(status.st_size - head.size), '\0');
    const auto n = pread(journal.get(), text.data(), text.size(), head.size);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
}

/// Mends what a crash left: a whole line whose head was not written is taken over, a torn one was
/// never acknowledged and is cut off. Anything else stays, for read_journal to find.
Status mend(const Store& store, Head& head) {
    const File journal(store.journal(), O_RDWR | O_NOFOLLOW);
    if (journal.get() < 0) return {};
    const auto text = leftover(journal, head);
    if (text.empty()) return {};
    const auto newline = text.find('\n');
    if (newline == std::string::npos) {
        if (ftruncate(journal.get(), head.size) != 0) return unwritable("mend the journal");
        return {};
    }
    const auto entry = entry_of(std::string_view(text).substr(0, newline), head.hash);
    if (entry && entry->seq == head.seq + 1 && newline + 1 == text.size())
        head = {entry->seq, entry->hash, head.size + static_cast<std::int64_t>(text.size())};
    return {};
}

Diagnostic broken(std::size_t line, std::string_view what) {
    return error("journal.broken", fmt::format("journal line {}: {}", line, what), {},
                 "the journal was edited or damaged after it was written: find out by whom, and "
                 "move journal.jsonl and journal.head away to begin a new one");
}

/// What the head says against the lines that are there.
std::optional<Diagnostic> judge_end(const Journal& journal, const std::optional<Head>& head,
                                    const std::string& before_last) {
    const auto count = journal.entries.size();
    const auto last = count == 0 ? JournalEntry{} : journal.entries.back();
    const auto told = head.value_or(Head{});
    if (last.seq == told.seq && last.hash == told.hash) return std::nullopt;
    // A crash between the line and its head leaves a head one line behind: that is no damage.
    if (last.seq == told.seq + 1 && before_last == told.hash) return std::nullopt;
    if (!head) return broken(count, "journal.head, which ends the chain, is missing or damaged");
    if (last.seq < told.seq)
        return broken(count + 1,
                      fmt::format("the tail is cut off: {} lines were written", told.seq));
    return broken(count, "it is not the line that was written last");
}

/// A missing journal is empty.
Result<std::string> read_text(const Store& store) {
    std::error_code ignored;
    if (!fs::exists(store.journal(), ignored)) return "";
    return read_file(store.journal());
}

}  // namespace

Status append_journal(const Store& store, const Clock& clock, const std::string& run,
                      const std::string& event, const Json& data) {
    TRY_DO(store.prepare());
    const File guard(lock_path(store), O_RDWR | O_CREAT | O_NOFOLLOW);
    if (!guard.lock(LOCK_EX)) return unwritable("lock the journal");
    auto head = read_head(store).value_or(Head{});
    TRY_DO(mend(store, head));
    Json line = {{"seq", head.seq + 1}, {"time", rfc3339(clock.now())},
                 {"run", run},          {"event", event},
                 {"data", data},        {"prev", head.hash}};
    line["hash"] = hash_of(line);
    TRY_DO(append_line(store.journal(), dump_json(line)));
    std::error_code failure;
    const auto size = fs::file_size(store.journal(), failure);
    if (failure) return unwritable("read the journal", failure.value());
    const Head next{head.seq + 1, line["hash"], static_cast<std::int64_t>(size)};
    return write_file(head_path(store), dump_json(to_json(next)) + "\n", 0600);
}

Journal read_journal(const Store& store) {
    Journal journal;
    // Without it, a line that is being appended would look like damage. Nobody has ever appended
    // where there is no such file.
    const File guard(lock_path(store), O_RDONLY | O_NOFOLLOW);
    guard.lock(LOCK_SH);
    const auto text = read_text(store);
    if (!text) {
        journal.diagnostics = text.error();
        return journal;
    }
    auto lines = split(*text, '\n');
    lines.pop_back();  // empty, or a line that a crash tore: it was never acknowledged
    std::string before_last;
    for (const auto& raw : lines) {
        const auto prev = journal.entries.empty() ? "" : journal.entries.back().hash;
        auto entry = entry_of(raw, prev);
        const auto number = journal.entries.size() + 1;
        if (!entry || entry->seq != static_cast<std::int64_t>(number)) {
            journal.diagnostics.push_back(broken(number, "it is not the line that was written"));
            return journal;
        }
        before_last = prev;
        journal.entries.push_back(std::move(*entry));
    }
    if (auto bad = judge_end(journal, read_head(store), before_last))
        journal.diagnostics.push_back(std::move(*bad));
    return journal;
}

}  // namespace agentops::record
