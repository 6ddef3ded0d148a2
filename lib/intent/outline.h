#pragma once

// What an intent's text says at first sight, without being parsed: enough to know who must be
// looked at again when something changes. Where it errs, it names too much, never too little.

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace agentops::intent {

struct Outline {
    std::string name;             ///< of the intent; "" when it is not plain to see
    std::set<std::string> reads;  ///< intents that it refers to: ${net:vpc.id}
};
Outline outline_of(std::string_view text);

/// The words of a text that may be paths, as they stand there, keys left out; of one with a
/// reference inside, what is before it.
std::vector<std::string> path_words(std::string_view text);
/// A name that path_words() finds whole; one with a blank or a bracket is cut into several.
bool is_path_word(std::string_view name);

}  // namespace agentops::intent
