#pragma once

// Fake tools for tests of run/: small scripts in the test's own folder.

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "base/fs.h"

namespace agentops::test {

/// Writes an executable script and gives its absolute path.
inline std::string script(const std::string& name, const std::string& body,
                          const std::string& interpreter = "/bin/sh") {
    const auto path = fs::absolute(name);
    REQUIRE(write_file(path, "#!" + interpreter + "\n" + body, 0700));
    return path.string();
}

inline std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Waits until a fake tool has written `path`; false after two seconds.
inline bool appears(const fs::path& path) {
    for (int i = 0; i < 400 && !fs::exists(path); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return fs::exists(path);
}

/// A folder of its own for one test case.
inline fs::path folder(const std::string& name) {
    const auto path = fs::absolute(name);
    REQUIRE(make_private_dir(path));
    return path;
}

}  // namespace agentops::test
