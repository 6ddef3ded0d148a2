#pragma once

// What is on disk for a unit before a run: stamps that let init and validate be skipped, files that
// must not be there, the local state.

#include "terraform/steps.h"
#include "unit/leftovers.h"

namespace agentops::tf {

/// The folder of a generated unit, of which Terraform reads only some files.
ArtifactFolder artifact_folder(const Unit& unit);

/// Reads all facts of a unit. A preview is never initialised, and its files are always fresh.
/// Codes: those of read_state and judge_state.
Result<UnitFacts> gather_facts(const Unit& unit, const StepContext& c,
                               const std::optional<StateMark>& mark = {});

/// The stamp that a good init leaves in the data folder: what it depended on, and the lock file.
run::Stamp init_stamp(const Unit& unit, const Tool& tool);
/// The stamp that a good validate leaves in the cache folder, named by what was validated.
run::Stamp validate_stamp(const Unit& unit, const StepContext& c);
/// True when all that init puts into the data folder is there: the backend's record, each provider
/// of the lock file, each module.
bool init_is_whole(const Unit& unit);

/// The list of generated files and their digests that write_step keeps beside the data folder.
fs::path artifact_list(const Unit& unit);
/// What may not lie in a generated unit's folder: Terraform would pick it up by itself.
const std::vector<std::string>& foreign_patterns();

/// The lock file that a unit's init uses or writes.
fs::path lock_file(const fs::path& dir);

}  // namespace agentops::tf
