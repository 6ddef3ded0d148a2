#pragma once

// What was seen to drift before, by stack: one JSON line per difference, sorted, so that a change
// of it reviews well. A check that sees the very same writes nothing but what it saw anew.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "drift/verdict.h"

namespace agentops::drift {

/// One difference over time. Times are RFC 3339, UTC.
struct Sighting {
    std::string unit, address;
    std::string path;  ///< "" for an object that is gone or differs as a whole
    std::string status;
    std::optional<std::string> expected, actual;
    std::string first, last;          ///< seen
    std::string first_run, last_run;  ///< run ids
    int times = 0;
    std::string actor;     ///< who did it, when a trail told; "" when nobody knows
    std::string restored;  ///< when it was found in order again; "" while it drifts
    bool open() const { return restored.empty(); }
    bool is_new = false;  ///< not at the check before this one, or with another value; not kept
};

bool any_open(const std::vector<Sighting>& sightings);

class Memory {
public:
    /// A missing file is an empty memory. Code: drift.memory.
    static Result<Memory> read(const fs::path& file);

    /// Takes in a check of one unit. What is unknown this time is left as it was: it is not
    /// restored. Returns the sightings of what drifts now.
    std::vector<Sighting> observe(const UnitVerdict& verdict, const std::string& now,
                                  const std::string& run);
    /// What the last observe() of each unit found in order again.
    const std::vector<Sighting>& restored() const { return restored_; }
    /// What drifts, as far as the last checks know.
    std::vector<Sighting> open() const;
    /// All that is known of a unit, also what was restored.
    std::vector<Sighting> of(const std::string& unit) const;

    /// Keeps who wrote a difference that is known, once a trail has told.
    void keep_actor(const Sighting& seen);

    /// Writes the file when something changed; forgets what was restored before `oldest`.
    agentops::Status write(const fs::path& file, const std::string& oldest);

private:
    Sighting& find(const std::string& unit, const std::string& address, const std::string& path);

    std::vector<Sighting> all_;
    std::vector<Sighting> restored_;
    bool changed_ = false;
};

/// "shop@dev/main:aws_vpc.net:tags.Owner": how people name a difference.
std::string reference_of(const Sighting& sighting);

}  // namespace agentops::drift
