#include "base/exit_code.h"

#include "base/result.h"

namespace agentops {

namespace {

struct Row {
    ExitCode code;
    int rank;
    std::string_view text;
};

constexpr Row kRows[] = {
#define EXIT_CODE(name, number, rank, text) {ExitCode::name, rank, text},
#include "base/exit_code.def"
#undef EXIT_CODE
};

const Row& row(ExitCode code) {
    for (const auto& candidate : kRows) {
        if (candidate.code == code) return candidate;
    }
    throw InternalError("exit code outside the table");
}

}  // namespace

std::string_view to_text(ExitCode code) {
    return row(code).text;
}

std::optional<ExitCode> exit_code_of(int number) {
    for (const auto& candidate : kRows) {
        if (static_cast<int>(candidate.code) == number) return candidate.code;
    }
    return std::nullopt;
}

ExitCode worst(ExitCode a, ExitCode b) {
    return row(a).rank >= row(b).rank ? a : b;
}

}  // namespace agentops
