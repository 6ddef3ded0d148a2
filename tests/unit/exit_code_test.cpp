#include "base/exit_code.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "base/result.h"

namespace exit_code_test {

using namespace agentops;

TEST_CASE("exit code: the numbers are a contract") {
    std::vector<int> numbers;
#define EXIT_CODE(name, number, rank, text) numbers.push_back(static_cast<int>(ExitCode::name));
#include "base/exit_code.def"
#undef EXIT_CODE
    CHECK(numbers == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 70, 130, 143});
}

TEST_CASE("exit code: the worst wins, from either side") {
    const std::vector<ExitCode> mild_to_bad{
        ExitCode::done,    ExitCode::changes, ExitCode::approval_needed, ExitCode::not_converged,
        ExitCode::unknown, ExitCode::blocked, ExitCode::stale,           ExitCode::tool_failed,
        ExitCode::partial, ExitCode::usage,   ExitCode::interrupted,     ExitCode::terminated,
        ExitCode::internal};
    for (std::size_t i = 0; i < mild_to_bad.size(); ++i) {
        for (std::size_t j = 0; j < mild_to_bad.size(); ++j) {
            CHECK(worst(mild_to_bad[i], mild_to_bad[j]) == mild_to_bad[std::max(i, j)]);
        }
    }
}

TEST_CASE("exit code: texts") {
    CHECK(to_text(ExitCode::unknown) == "could not check");
    CHECK_THROWS_AS(to_text(static_cast<ExitCode>(42)), InternalError);
}

}  // namespace exit_code_test
