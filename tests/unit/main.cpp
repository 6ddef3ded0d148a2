// The unit tests' main: works in a fresh temporary folder, which is kept when a test fails.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

int main(int argc, char** argv) {
    doctest::Context context(argc, argv);
    std::string folder = (std::filesystem::temp_directory_path() / "agentops-unit-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) {
        std::cerr << "cannot make a temporary folder\n";
        return 1;
    }
    std::filesystem::current_path(folder);
    const int code = context.run();
    if (code == 0) {
        std::filesystem::current_path("/");
        std::filesystem::remove_all(folder);
    } else {
        std::cerr << "kept: " << folder << "\n";
    }
    return code;
}
