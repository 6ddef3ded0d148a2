#pragma once

// Local state files: what they hold, and whether they may be trusted. Terraform writes them in
// place and can leave them empty; an empty one reads as "nothing exists" and would be built twice.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/json.h"

namespace agentops::tf {

struct StateFacts {
    bool exists = false;
    std::string lineage;
    std::int64_t serial = -1;
    std::string sha256;
    std::size_t resources = 0;         ///< managed ones that exist
    std::vector<std::string> managed;  ///< their addresses, sorted; without deposed ones
    Json outputs;  ///< name -> {value, type, sensitive?}; from the file itself, so secret
};

/// What was last known of a unit's state: written after each apply.
struct StateMark {
    std::string lineage;
    std::int64_t serial = -1;
    std::string sha256;
    std::string copy;  ///< path of the last good copy, relative to .agentops
};

/// Reads a local state. Codes: state.empty, state.damaged, state.version; their help names the last
/// good copy when `mark` knows one, else Terraform's own backup. A missing file is exists = false.
Result<StateFacts> read_state(const fs::path& path, const std::optional<StateMark>& mark = {});

/// Refuses a state that is gone, empty, older than or foreign to the mark (codes state.missing,
/// state.older, state.foreign), naming the last good copy. A newer serial of the same lineage
/// passes.
Status judge_state(const StateFacts& facts, const std::optional<StateMark>& mark,
                   const fs::path& path);

/// Somebody's Terraform works on this local state now: it holds its lock. (The file
/// .terraform.tfstate.lock.info may be left by one that was killed, and says nothing.)
bool is_locked(const fs::path& path);

/// Nothing when there is no mark. Code: state.mark.
Result<std::optional<StateMark>> read_mark(const fs::path& path);
Status write_mark(const fs::path& path, const StateMark& mark);

}  // namespace agentops::tf
