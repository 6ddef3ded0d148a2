#include "record/events.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace agentops::record {

namespace {

constexpr int kEventsFormat = 1;

/// Created 0600 before the stream opens it: events name resources and values.
bool create_private(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    close(fd);
    return true;
}

}  // namespace

Status EventLog::open(const fs::path& path, const std::string& run) {
    std::lock_guard lock(mutex_);
    if (!create_private(path))
        return fail(error("file.unwritable", fmt::format("cannot write events to {}: {}",
                                                         path.string(), std::strerror(errno))));
    files_.emplace_back(path, std::ios::app | std::ios::binary);
    const Json first = {{"type", "version"},
                        {"format_version", kEventsFormat},
                        {"run", run},
                        {"time", rfc3339(clock_.now())}};
    files_.back() << dump_json(first) << std::endl;
    return {};
}

void EventLog::write(const std::string& type, Json data) {
    data["type"] = type;
    std::lock_guard lock(mutex_);
    data["time"] = rfc3339(clock_.now());
    const auto line = dump_json(data);
    for (auto& file : files_)
        file << line << std::endl;
}

}  // namespace agentops::record
