#include "record/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace agentops::record {

namespace {

std::string user_name() {
    const auto* entry = getpwuid(geteuid());
    return entry != nullptr ? entry->pw_name : std::to_string(geteuid());
}

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

Diagnostic held(const std::string& stack, const fs::path& path) {
    Json holder;
    if (auto text = read_file(path, 4096)) {
        if (auto json = parse_json(*text, "lock"); json && json->is_object()) holder = *json;
    }
    if (!holder.is_object())
        return error("lock.held", fmt::format("stack {} is locked by another process", stack), {},
                     "wait for it to end");
    return error(
        "lock.held",
        fmt::format("stack {} is locked by {} (pid {} on {}, run {}, since {})", stack,
                    holder.value("holder", "?"), holder.value("pid", 0), holder.value("host", "?"),
                    holder.value("run", "?"), holder.value("since", "?")),
        {},
        "wait for it to end; the lock frees itself when that process and its tools are "
        "gone");
}

}  // namespace

Result<StackLock> StackLock::take(const Store& store, const std::string& stack,
                                  const std::string& run, const Clock& clock) {
    TRY_DO(store.prepare());
    TRY_DO(make_private_dir(store.locks()));
    const auto path = store.locks() / stack;
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fail(error("lock.unwritable", fmt::format("cannot open the lock of {}: {}", stack,
                                                         std::strerror(errno))));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return fail(held(stack, path));
    }
    const Json holder = {{"holder", user_name()},
                         {"pid", getpid()},
                         {"host", host_name()},
                         {"run", run},
                         {"since", rfc3339(clock.now())}};
    const auto text = dump_json(holder) + "\n";
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text.data(), text.size(), 0) < 0) {
        close(fd);
        return fail(error("lock.unwritable", fmt::format("cannot write the lock of {}: {}", stack,
                                                         std::strerror(errno))));
    }
    return StackLock(fd, path);
}

StackLock::StackLock(StackLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

StackLock::~StackLock() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace agentops::record
