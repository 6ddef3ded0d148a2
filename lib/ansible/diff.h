#pragma once

// The diffs of our callback's events, as changes of attributes.

#include <set>

#include "unit/change.h"

namespace agentops::ansible {

/// Adds the diffs of one result to its change; a change may have many results (a task that is
/// included again).
class DiffReader {
public:
    void add(const Json& diffs, Change& change);
    /// Create or destroy when every diff says so, else an update.
    Action action() const;

private:
    void add_record(const Json& diff, Change& change);
    void add_text(const Json& diff, Change& change);
    void add_attribute(Change& change, std::string path, const Json& before, const Json& after);

    std::set<Action> actions_;
    std::set<std::string> paths_;
};

}  // namespace agentops::ansible
