#pragma once

// The digest chain of a run: intent -> artifacts -> tool -> lock file -> plan -> state -> approval
// -> outcome. It is written once, after planning; apply verifies every link and refuses anything
// else.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "record/store.h"

namespace agentops::record {

struct ManifestUnit {
    std::string id;  ///< "shop@dev/main"
    std::string tool, tool_version;
    bool preview = false;   ///< planned with values that are not real yet: planned again at apply
    bool needed = true;     ///< false: nothing to do, apply passes it over
    std::string artifacts;  ///< digest of what the tool reads
    std::string lock_file;  ///< digest of .terraform.lock.hcl; "" when there is none
    std::string inputs;     ///< digest of the values taken from other units
    std::string plan;       ///< digest of the saved plan file
    std::string review;     ///< digest of review.json beside it
    std::string state_lineage, state_digest;  ///< local states only
    std::int64_t state_serial = -1;
    std::vector<std::string> targets;  ///< of a repair: all it may touch
    int create = 0, update = 0, replace = 0, destroy = 0;
};

struct ManifestStack {
    std::string id;
    std::string intent_file, intent_digest, input_digest;
    std::string risk;      ///< low, medium, high, critical
    bool blocked = false;  ///< findings or policy forbid it; apply refuses
    std::vector<ManifestUnit> units;
};

struct Manifest {
    std::string run, created, agentops_version;
    bool destroy = false;
    /// "plan"; "revert" restores what drifted; "adopt" lets the state take over what is there.
    std::string purpose = "plan";
    std::map<std::string, std::string> params;
    std::vector<ManifestStack> stacks;
    std::string revision = {};  ///< the commit that the intents were read from; empty: the disk

    int destroys() const;
    int replaces() const;
};

Json to_json(const Manifest& manifest);
/// Digest over everything in it: what an approval is bound to.
std::string digest_of(const Manifest& manifest);

Status write_manifest(const Store& store, const Manifest& manifest);
/// Verifies its own digest. Codes: run.no-manifest, stale.manifest.
Result<Manifest> read_manifest(const Store& store, const std::string& run);

/// Who let this manifest be applied, and within which limits.
struct Approval {
    std::string run, manifest, as, reason, at;
    int max_destroy = 0, max_replace = 0;
    bool allow_protected = false;
};
/// What the journal's "plan.approved" holds as data.approval: the approval counts only with it.
std::string digest_of(const Approval& approval);
Json to_json(const Approval& approval);
Status write_approval(const Store& store, const Approval& approval);
/// None when nobody approved. An approval of another manifest is stale.approval; one that the
/// journal does not know is approval.unknown.
Result<std::optional<Approval>> read_approval(const Store& store, const Manifest& manifest);

/// How far a run has come, unit by unit: written after each unit, read by --resume and `runs`.
struct Outcome {
    std::string
        status;  ///< planned, applying, applied, partial, failed, interrupted, not-converged
    std::map<std::string, std::string> units;  ///< unit id -> applied, failed, not-started, ...
};
Status write_outcome(const Store& store, const std::string& run, const Outcome& outcome);
Result<Outcome> read_outcome(const Store& store, const std::string& run);

}  // namespace agentops::record
