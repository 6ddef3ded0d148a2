#pragma once

// Every diagnostic code with its meaning and what to do, from codes.def. `agentops explain CODE`
// prints a row; tests/unit/repo_test.cpp holds the table and the sources against each other.

#include <string_view>
#include <vector>

namespace agentops {

struct CodeInfo {
    std::string_view code;     ///< "intent.unknown-key"
    std::string_view meaning;  ///< one or two sentences
    std::string_view remedy;   ///< what to do
};

/// All codes, sorted.
const std::vector<CodeInfo>& all_codes();
/// Null when there is none of that name.
const CodeInfo* find_code(std::string_view code);

}  // namespace agentops
