#pragma once

// The records of the shards of one command, made into one verdict.

#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/json.h"
#include "base/result.h"

namespace agentops::report {

struct ShardRecord {
    std::string name;  ///< of its file, for messages
    ExitCode exit;
    Json record;  ///< as read_document() found it sound
};

/// One record of all: stacks by name, findings and messages of all, the worst exit code. Records
/// without a shard are joined as they are. Codes: report.shards-differ (another command, commit,
/// number of shards or set of stacks), report.shards-overlap (a shard or a stack twice),
/// report.shards-missing.
Result<Json> merge_records(std::vector<ShardRecord> records);

}  // namespace agentops::report
