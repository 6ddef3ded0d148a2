#pragma once

// Which objects of a listing are left out: the member `omit` of unmanaged.def.

#include <string>
#include <string_view>
#include <vector>

namespace agentops::drift {

struct Term {
    enum class Is {
        equal,     ///< a text at the path is `value`; "*" is any text
        prefixed,  ///< begins with it
        left_out,  ///< is an object of type `value` that was left out
        covered,   ///< the same, or such an object that a state manages
    };
    std::string path;
    Is is = Is::equal;
    std::string value;
};

/// All of its terms hold.
using Omission = std::vector<Term>;

/// The alternatives of a row: "A=b&C^=d E@f" are two. What is malformed is a mistake of ours:
/// InternalError.
std::vector<Omission> read_omissions(std::string_view text);

}  // namespace agentops::drift
