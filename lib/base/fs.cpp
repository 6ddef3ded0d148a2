#include "base/fs.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/digest.h"

namespace agentops {

namespace {

class Fd {
public:
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }

private:
    int fd_;
};

std::string reason(int number) {
    return std::generic_category().message(number);
}

tl::unexpected<Diagnostics> unwritable(const fs::path& path, int number = errno) {
    return fail(error("file.unwritable",
                      fmt::format("cannot write '{}': {}", path.string(), reason(number))));
}

tl::unexpected<Diagnostics> unreadable(const fs::path& path, int number = errno) {
    if (number == ENOENT) {
        return fail(error("file.missing", fmt::format("no such file: '{}'", path.string())));
    }
    return fail(error("file.unreadable",
                      fmt::format("cannot read '{}': {}", path.string(), reason(number))));
}

tl::unexpected<Diagnostics> too_large(const fs::path& path, std::size_t limit) {
    return fail(error("file.too-large", fmt::format("'{}' is larger than the limit of {} bytes",
                                                    path.string(), limit)));
}

/// Reads to the end of file, or one byte past the limit. False: see errno.
bool read_all(int fd, std::string& to, std::size_t limit) {
    std::size_t used = 0;
    for (;;) {
        if (used == to.size()) to.resize(std::min(limit + 1, used + used / 2 + 4096));
        const auto n = ::read(fd, to.data() + used, to.size() - used);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        used += static_cast<std::size_t>(n);
        if (n == 0 || used > limit) break;
    }
    to.resize(used);
    return true;
}

/// Some file systems cannot sync a folder and say EINVAL; then there is nothing to wait for.
bool sync_folder(int fd) {
    return ::fsync(fd) == 0 || errno == EINVAL;
}

fs::path folder_of(const fs::path& path) {
    const auto parent = path.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

Fd open_folder(const fs::path& folder) {
    return Fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

Status make_folders(const fs::path& path, mode_t mode) {
    if (path.empty() || is_folder(path)) return {};
    TRY_DO(make_folders(path.parent_path(), mode));
    if (::mkdir(path.c_str(), mode) == 0) return {};
    const int number = errno == EEXIST ? ENOTDIR : errno;  // something else has the name
    if (is_folder(path)) return {};                        // made by another process just now
    return fail(error("file.unwritable",
                      fmt::format("cannot create folder '{}': {}", path.string(), reason(number))));
}

std::string side_name(const fs::path& path) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
    constexpr std::size_t kMaxName = 200;  // of the 255 that file systems allow
    unsigned char random[6];
    if (::getrandom(random, sizeof random, 0) != sizeof random) {
        throw InternalError("getrandom failed");
    }
    auto name = fmt::format(".{}.", path.filename().string().substr(0, kMaxName));
    for (const auto byte : random)
        name += kLetters[byte % kLetters.size()];
    return name;
}

/// The side file of a write in progress: removed unless it was published.
class SideFile {
public:
    SideFile(const Fd& folder, const fs::path& path, unsigned mode)
        : folder_(folder.get()),
          name_(side_name(path)),
          file_(::openat(folder_, name_.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)) {}
    SideFile(const SideFile&) = delete;
    SideFile& operator=(const SideFile&) = delete;
    ~SideFile() {
        if (file_.valid() && !published_) ::unlinkat(folder_, name_.c_str(), 0);
    }

    bool write(std::string_view bytes) {
        return file_.valid() && write_all(file_.get(), bytes) && ::fsync(file_.get()) == 0;
    }
    bool publish(const fs::path& path) {
        published_ = ::renameat(folder_, name_.c_str(), folder_, path.filename().c_str()) == 0;
        return published_ && sync_folder(folder_);
    }

private:
    int folder_;
    std::string name_;
    Fd file_;
    bool published_ = false;
};

/// True when `path` is a plain file with these bytes that is no more open than `mode`.
bool is_current(const fs::path& path, std::string_view bytes, unsigned mode) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if ((status.st_mode & 07777 & ~mode) != 0) return false;
    if (static_cast<std::size_t>(status.st_size) != bytes.size()) return false;
    std::string found(bytes.size() + 1, '\0');
    return read_all(fd.get(), found, bytes.size()) && found == bytes;
}

/// True when the file has bytes and the last one is not a newline: a line torn by a crash.
bool ends_torn(int fd, off_t size) {
    char last = '\n';
    return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
    // Non-blocking, so that a pipe in place of the file cannot hang us.
    const Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return unreadable(path);
    if (!S_ISREG(status.st_mode)) {
        return fail(
            error("file.not-regular", fmt::format("'{}' is not a regular file", path.string())));
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > limit) return too_large(path, limit);
    std::string text(size + 1, '\0');
    if (!read_all(fd.get(), text, limit)) return unreadable(path);
    if (text.size() > limit) return too_large(path, limit);
    return text;
}

Status write_file(const fs::path& path, std::string_view bytes, unsigned mode) {
    if (!path.has_filename()) return unwritable(path, EISDIR);
    const auto folder_path = folder_of(path);
    TRY_DO(make_folders(folder_path, (mode & 077) == 0 ? 0700 : 0777));
    const Fd folder = open_folder(folder_path);
    if (!folder.valid()) return unwritable(path);
    SideFile side(folder, path, mode);
    if (!side.write(bytes) || !side.publish(path)) return unwritable(path);
    return {};
}

Result<bool> write_if_changed(const fs::path& path, std::string_view bytes, unsigned mode) {
    if (is_current(path, bytes, mode)) return false;
    TRY_DO(write_file(path, bytes, mode));
    return true;
}

bool is_below(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
           folder.end();
}

bool lies_inside(const fs::path& path, const fs::path& folder) {
    std::error_code failed;
    const auto real = fs::weakly_canonical(path, failed);
    if (failed) return false;
    const auto home = fs::weakly_canonical(folder, failed);
    return !failed && is_below(real, home);
}

Status append_line(const fs::path& path, std::string_view line) {
    if (line.find('\n') != std::string_view::npos) throw InternalError("a line with a newline");
    const Fd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat status {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return unwritable(path);
    const auto text = fmt::format("{}{}\n", ends_torn(fd.get(), status.st_size) ? "\n" : "", line);
    if (!write_all(fd.get(), text) || ::fsync(fd.get()) != 0) return unwritable(path);
    if (status.st_size > 0) return {};
    const Fd folder = open_folder(folder_of(path));  // the name itself may be new
    if (!folder.valid() || !sync_folder(folder.get())) return unwritable(path);
    return {};
}

std::string digest_of_file(const fs::path& path) {
    auto bytes = read_file(path);
    return bytes ? sha256(*bytes) : "";
}

Status make_private_dir(const fs::path& path) {
    return make_folders(path, 0700);
}

std::string relative_to(const fs::path& path, const fs::path& base) {
    const auto normal = [](const fs::path& p) {
        const auto result = fs::absolute(p).lexically_normal();
        return result.has_filename() ? result : result.parent_path();
    };
    return normal(path).lexically_relative(normal(base)).generic_string();
}

}  // namespace agentops
