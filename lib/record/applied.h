#pragma once

// What was last applied of each unit, from the records of runs.

#include <map>
#include <set>
#include <string>

#include "record/store.h"

namespace agentops::record {

struct Applied {
    std::string run, at;    ///< run id, and when its plan was made
    std::string artifacts;  ///< digest of what the tool read
    std::string inputs;     ///< digest of the values taken from other units
};

/// Of the units named, those that a run on record has applied (or found with nothing to do), each
/// with the newest such run. Runs that cannot be read are passed over.
std::map<std::string, Applied> last_applied(const Store& store, std::set<std::string> units);

}  // namespace agentops::record
