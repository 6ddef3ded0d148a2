#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "cmd/app.h"

int main(int argc, char** argv) {
    try {
        return static_cast<int>(agentops::cmd::run_app(argc, argv));
    } catch (const std::exception& failure) {
        fmt::print(stderr, "internal error: {}\nThis is a bug in agentops; please report it.\n",
                   failure.what());
        return static_cast<int>(agentops::ExitCode::internal);
    }
}
