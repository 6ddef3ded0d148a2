#include "run/fd.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace agentops::run {

namespace {

/// Descriptors 0-2 may be free if our caller closed them; what lands there would be overwritten
/// when a child's standard streams are set.
Result<Fd> beyond_standard(int fd, const std::string& what) {
    const Fd low(fd);
    Fd high(low.valid() ? ::fcntl(low.get(), F_DUPFD_CLOEXEC, 3) : -1);
    if (high.valid()) return high;
    return fail(error("file.unwritable", fmt::format("cannot write {}: {}", what,
                                                     std::generic_category().message(errno))));
}

}  // namespace

Fd::~Fd() {
    if (fd_ >= 0) ::close(fd_);
}

Result<Fd> create_log(const std::filesystem::path& path) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    return beyond_standard(::open(path.c_str(), kFlags, 0600), fmt::format("'{}'", path.string()));
}

Result<Fd> memory_file() {
    return beyond_standard(::memfd_create("agentops", MFD_CLOEXEC), "to memory");
}

std::size_t size_of(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

std::string read_at(int fd, std::size_t offset, std::size_t limit) {
    const auto size = size_of(fd);
    std::string text(std::min(limit, size - std::min(size, offset)), '\0');
    std::size_t used = 0;
    while (used < text.size()) {
        const auto n =
            ::pread(fd, text.data() + used, text.size() - used, static_cast<off_t>(offset + used));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        used += static_cast<std::size_t>(n);
    }
    text.resize(used);
    return text;
}

}  // namespace agentops::run
