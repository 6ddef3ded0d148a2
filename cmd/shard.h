#pragma once

// One part of many for a CI that runs a command on several machines: --shard 2/8. Every machine
// must work out the same parts, so that together they take each stack once: they follow from the
// project and a file of durations, never from what a machine remembers by itself.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/term.h"
#include "cmd/workspace.h"

namespace agentops::cmd {

struct Shard {
    int index = 1, count = 1;  ///< the index counts from 1
};

/// "2/8"; "auto" takes both numbers from the CI (GitLab, Buildkite, CircleCI), "auto/8" the index
/// of a Kubernetes Indexed Job too. Code: cli.usage.
Result<Shard> read_shard(const std::string& text, const EnvLookup& env);

/// Milliseconds that the units of each stack took in the last run that had it, from the events of
/// the newest runs; empty in a fresh clone.
using Durations = std::map<std::string, std::int64_t>;
Durations read_durations(const record::Store& store);
/// Those of a file that `agentops ci durations` wrote. Codes: file.unreadable, cli.durations.
Result<Durations> durations_in(const fs::path& file);

/// By level, then by shard: a level's stacks read outputs of stacks in the levels before it only.
/// Within a level the longest go first, each to the shard with the least to do.
using Parts = std::vector<std::vector<Selection>>;
Parts deal_parts(const Selection& stacks, const Workspace& workspace, const Durations& durations,
                 int count);

/// Of all levels, those of one shard, in the order of the selection.
Selection part_of(const Parts& parts, const Selection& all, const Shard& shard);

/// What `report merge` compares: {index, count, of: digest of all stacks' names, commit}.
Json shard_record(Session& session, const Selection& all, const Shard& shard);

}  // namespace agentops::cmd
