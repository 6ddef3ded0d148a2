#pragma once

// Open files of ours: closed on scope exit, never inherited by chance.

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace agentops::run {

/// Owns a file descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd();

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// Creates or empties a 0600 file for a program's output; appends, so that several writers do not
/// overwrite each other. A symlink is refused. Code: file.unwritable.
Result<Fd> create_log(const std::filesystem::path& path);

/// A file without a name that never reaches the disk: for output that is a secret.
Result<Fd> memory_file();

/// Its size in bytes, 0 when that cannot be known.
std::size_t size_of(int fd);

/// Up to `limit` bytes from `offset` on; less only at the end of the file or on a read error.
std::string read_at(int fd, std::size_t offset, std::size_t limit);

}  // namespace agentops::run
