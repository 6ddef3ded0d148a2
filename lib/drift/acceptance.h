#pragma once

// Drift that somebody answers for, for a time: a YAML file that people read and edit, in the folder
// that `drift.dir` of agentops.yaml names.

#include "base/fields.h"
#include "base/fs.h"
#include "drift/verdict.h"

namespace agentops::drift {

/// `accept`: this very difference; another value comes back. `ignore`: whatever differs there.
struct Acceptance {
    std::string mode;
    std::string unit, address;
    std::optional<std::string> path;    ///< absent: the whole object
    std::optional<std::string> actual;  ///< accept: the value that was accepted, as JSON
    std::string reason, owner;
    std::string until;  ///< last day it holds, YYYY-MM-DD
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("mode", mode, "accept: this value; ignore: any value");
        v.required("unit", unit, "unit, e.g. shop@dev/main");
        v.required("address", address, "address of the resource, or machine: task");
        v.optional("path", path, "attribute; left out: the whole resource");
        v.optional("actual", actual, "the value that is accepted");
        v.required("reason", reason, "why it is accepted");
        v.required("owner", owner, "who answers for it");
        v.required("until", until, "last day it holds, YYYY-MM-DD");
    }
};

/// Every entry, expired ones too. A missing file has none. Codes: yaml.*, drift.*.
Result<std::vector<Acceptance>> read_acceptances(const fs::path& file, Sources& sources);

/// Adds an entry at the end and leaves the rest of the file as it is.
agentops::Status add_acceptance(const fs::path& file, const Acceptance& acceptance);

/// The entry that covers a difference today: the last one that does. Null when none does.
const Acceptance* find_acceptance(const std::vector<Acceptance>& all,
                                  const ResourceVerdict& resource, const AttributeDrift& difference,
                                  std::string_view today);

/// An entry that would cover it, but for its date.
const Acceptance* find_expired(const std::vector<Acceptance>& all, const ResourceVerdict& resource,
                               const AttributeDrift& difference, std::string_view today);

}  // namespace agentops::drift
