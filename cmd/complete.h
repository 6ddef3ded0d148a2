#pragma once

// What the shells ask under the Tab key: `agentops __complete WORD...`, the words after the
// program's name up to the one that is being written.

#include <string>
#include <vector>

#include "cmd/command.h"

namespace CLI {
class App;
}

namespace agentops::cmd {

struct Suggestion {
    std::string word;
    std::string help;  ///< may be empty
};

/// All that may stand in place of the last word, whatever is written of it so far. A project with
/// mistakes gives what can be read of it; never fails.
std::vector<Suggestion> complete(const CLI::App& app, const std::vector<std::string>& words);

/// Lines "word<TAB>help" of those that begin like the last word.
std::string suggestion_lines(const std::vector<Suggestion>& all, const std::string& last);

}  // namespace agentops::cmd
