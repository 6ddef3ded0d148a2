#pragma once

// One cause behind many differences: the same attribute with the same value on many objects, so
// that one line stands for a hundred.

#include <string>
#include <vector>

#include "drift/memory.h"

namespace agentops::drift {

struct Group {
    std::string path, status;
    std::optional<std::string> actual;
    std::string actor;                 ///< who did it, when a trail tells
    std::vector<std::string> members;  ///< "unit:address", sorted

    /// "12 objects: tags.Owner is "bob" (added outside)"
    std::string text() const;
};
Json to_json(const Group& group);

/// Groups of at least three, the largest first. A difference is in one group at most.
std::vector<Group> group_by_cause(const std::vector<Sighting>& open);

}  // namespace agentops::drift
