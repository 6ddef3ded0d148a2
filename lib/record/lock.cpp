#include "record/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

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

tl::unexpected<Diagnostics> unwritable(const std::string& stack, int number = errno) {
    return fail(error("lock.unwritable", fmt::format("cannot take the lock of stack {}: {}", stack,
                                                     std::generic_category().message(number))));
}

/// " by ann (pid 12 on host, run R, since T)", or nothing when the file does not say.
std::string holder_in(const fs::path& path) {
    const auto text = read_file(path, 4096);
    const auto json = text ? parse_json(*text, "lock") : Json();
    if (!json) return {};
    try {
        return fmt::format(" by {} (pid {} on {}, run {}, since {})",
                           json->at("holder").get<std::string>(), json->at("pid").get<pid_t>(),
                           json->at("host").get<std::string>(), json->at("run").get<std::string>(),
                           json->at("since").get<std::string>());
    } catch (const Json::exception&) {
        return {};
    }
}

Diagnostic held(const std::string& stack, const fs::path& path) {
    return error(
        "lock.held", fmt::format("stack {} is locked{}", stack, holder_in(path)), {},
        "wait for it to end, or let --lock-timeout 5m wait; the lock frees itself when that "
        "process and its tools are gone");
}

bool write_holder(int fd, const std::string& run, const Clock& clock) {
    const Json holder = {{"holder", user_name()},
                         {"pid", getpid()},
                         {"host", host_name()},
                         {"run", run},
                         {"since", rfc3339(clock.now())}};
    const auto text = dump_json(holder) + "\n";
    return ftruncate(fd, 0) == 0 &&
           pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

Result<StackLock> StackLock::take(const Store& store, const std::string& stack,
                                  const std::string& run, const Clock& clock) {
    TRY_DO(store.prepare());
    TRY_DO(make_private_dir(store.locks()));
    const auto path = store.locks() / stack;
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return unwritable(stack);
    StackLock lock(fd, path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return fail(held(stack, path));
        return unwritable(stack);
    }
    if (!write_holder(fd, run, clock)) return unwritable(stack);
    return lock;
}

StackLock::StackLock(StackLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

std::optional<std::string> StackLock::holder(const Store& store, const std::string& stack) {
    const auto path = store.locks() / stack;
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return std::nullopt;
    const bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    if (!held) return std::nullopt;
    return fmt::format("stack {} is locked{}", stack, holder_in(path));
}

StackLock::~StackLock() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace agentops::record
