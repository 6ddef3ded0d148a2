#pragma once

// One cause behind many differences, so that one line stands for a hundred: the same attribute with
// the same value on many objects; else the same writer; else the same time.

#include <string>
#include <vector>

#include "drift/memory.h"

namespace agentops::drift {

struct Group {
    enum class Cause { value, actor, time } cause = Cause::value;
    std::string path, status;           ///< of a value
    std::optional<std::string> actual;  ///< of a value
    std::string actor;                  ///< who did it, when a trail tells
    std::string first, last;            ///< of a time: the checks that saw the first and last of it
    std::vector<std::string> members;   ///< "unit:address", sorted

    /// "one cause? 12 objects: tags.Owner is now "bob" by eve"
    std::string text() const;
};
Json to_json(const Group& group);

/// Groups of at least three objects, the largest first. A difference is in one group at most. Those
/// of a time are differences that came to be seen within a quarter of an hour, while others did
/// not.
std::vector<Group> group_by_cause(const std::vector<Sighting>& open);

}  // namespace agentops::drift
