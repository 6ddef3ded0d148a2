#include "base/fs.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

namespace fs_test {

using namespace agentops;

namespace {

unsigned mode_of(const fs::path& path) {
    return static_cast<unsigned>(fs::symlink_status(path).permissions());
}

template <class T>
std::string message_of(const Result<T>& result) {
    if (result) return "no error";
    REQUIRE(result.error().size() == 1);
    return result.error()[0].code + ": " + result.error()[0].message;
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    return names;
}

/// Lets no file of this process grow beyond some bytes: a full disk, as far as write(2) can tell.
class SmallDisk {
public:
    explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SmallDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

}  // namespace

TEST_CASE("fs: write, read, replace") {
    REQUIRE(write_file("w/deep/a", "one"));
    CHECK(read_file("w/deep/a") == "one");
    CHECK(mode_of("w/deep/a") == 0600);
    CHECK(mode_of("w") == 0700);
    REQUIRE(write_file("w/deep/a", std::string("two\0", 4), 0644));
    CHECK(read_file("w/deep/a") == std::string("two\0", 4));
    CHECK(names_in("w/deep") == std::vector<std::string>{"a"});
    REQUIRE(write_file("here", ""));
    CHECK(read_file("here") == "");
}

TEST_CASE("fs: folders of public files follow the umask") {
    const auto before = ::umask(022);
    REQUIRE(write_file("public/a", "x", 0644));
    ::umask(before);
    CHECK(mode_of("public") == 0755);
    CHECK(mode_of("public/a") == 0644);
}

TEST_CASE("fs: reading says what is wrong") {
    REQUIRE(write_file("five", "12345"));
    fs::create_directory("folder");
    REQUIRE(::mkfifo("pipe", 0600) == 0);
    CHECK(read_file("five", 5) == "12345");
    CHECK(message_of(read_file("five", 4)) ==
          "file.too-large: 'five' is larger than the limit of 4 bytes");
    CHECK(message_of(read_file("nope")) == "file.missing: no such file: 'nope'");
    CHECK(message_of(read_file("five/x")) ==
          "file.unreadable: cannot read 'five/x': Not a directory");
    CHECK(message_of(read_file("folder")) == "file.not-regular: 'folder' is not a regular file");
    CHECK(message_of(read_file("pipe")) == "file.not-regular: 'pipe' is not a regular file");
    CHECK(message_of(read_file("/proc/self/status", 10)) ==
          "file.too-large: '/proc/self/status' is larger than the limit of 10 bytes");
}

TEST_CASE("fs: a symlink is replaced, its target is not touched") {
    REQUIRE(write_file("links/victim", "precious"));
    fs::create_symlink("victim", "links/a");
    REQUIRE(write_file("links/a", "new"));
    CHECK(read_file("links/victim") == "precious");
    CHECK(fs::is_regular_file(fs::symlink_status("links/a")));
    fs::create_symlink("victim", "links/log");
    CHECK(message_of(append_line("links/log", "x")) ==
          "file.unwritable: cannot write 'links/log': Too many levels of symbolic links");
}

TEST_CASE("fs: a write that fails leaves the old file and nothing beside it") {
    REQUIRE(write_file("full/a", "old"));
    {
        const SmallDisk disk(1000);
        CHECK(message_of(write_file("full/a", std::string(5000, 'x'))) ==
              "file.unwritable: cannot write 'full/a': File too large");
    }
    CHECK(read_file("full/a") == "old");
    CHECK(names_in("full") == std::vector<std::string>{"a"});
}

TEST_CASE("fs: a path that cannot be written") {
    REQUIRE(write_file("file", "x"));
    fs::create_directories("dir/inside");
    CHECK(message_of(write_file("file/a", "x")) ==
          "file.unwritable: cannot create folder 'file': Not a directory");
    CHECK(message_of(write_file("file/a/b", "x")) ==
          "file.unwritable: cannot create folder 'file': Not a directory");
    CHECK(message_of(write_file("dir", "x")) ==
          "file.unwritable: cannot write 'dir': Is a directory");
    CHECK(message_of(write_file("dir/", "x")) ==
          "file.unwritable: cannot write 'dir/': Is a directory");
    CHECK(message_of(make_private_dir("file")) ==
          "file.unwritable: cannot create folder 'file': Not a directory");
}

TEST_CASE("fs: write_if_changed leaves an identical file alone") {
    const auto inode = [] {
        struct stat status {};
        ::stat("same", &status);
        return status.st_ino;
    };
    CHECK(write_if_changed("same", "x", 0600) == true);
    const auto first = inode();
    CHECK(write_if_changed("same", "x", 0600) == false);
    CHECK(inode() == first);
    CHECK(write_if_changed("same", "y", 0600) == true);
    CHECK(read_file("same") == "y");
    REQUIRE(::chmod("same", 0644) == 0);
    CHECK(write_if_changed("same", "y", 0600) == true);  // it was more open than asked
    CHECK(mode_of("same") == 0600);
    fs::create_symlink("same", "link");
    CHECK(write_if_changed("link", "y", 0600) == true);
}

TEST_CASE("fs: append_line, also after a torn line") {
    REQUIRE(append_line("journal", "one"));
    REQUIRE(append_line("journal", "two"));
    CHECK(read_file("journal") == "one\ntwo\n");
    CHECK(mode_of("journal") == 0600);
    REQUIRE(write_file("torn", "one\ntw"));
    REQUIRE(append_line("torn", "three"));
    CHECK(read_file("torn") == "one\ntw\nthree\n");
    CHECK_THROWS_AS((void)append_line("journal", "a\nb"), InternalError);
    CHECK(message_of(append_line("no/journal", "x")) ==
          "file.unwritable: cannot write 'no/journal': No such file or directory");
    CHECK(message_of(append_line("/dev/full", "x")).ends_with("No space left on device"));
}

TEST_CASE("fs: make_private_dir") {
    fs::create_directory("shared");
    REQUIRE(::chmod("shared", 0755) == 0);
    REQUIRE(make_private_dir("shared/a/b/"));
    CHECK(mode_of("shared") == 0755);
    CHECK(mode_of("shared/a") == 0700);
    CHECK(mode_of("shared/a/b") == 0700);
    CHECK(make_private_dir("shared/a/b").has_value());
}

TEST_CASE("fs: digest_of_file") {
    REQUIRE(write_file("abc", "abc"));
    CHECK(digest_of_file("abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(digest_of_file("none") == "");
    CHECK(digest_of_file(".") == "");
}

TEST_CASE("fs: relative_to") {
    CHECK(relative_to("/a/b/c", "/a/b") == "c");
    CHECK(relative_to("/a/x", "/a/b/") == "../x");
    CHECK(relative_to("/a/b/../c/", "/a") == "c");
    CHECK(relative_to("x/y", ".") == "x/y");
    CHECK(relative_to("/a", "/a") == ".");
}

}  // namespace fs_test
