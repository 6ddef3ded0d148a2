#pragma once

// What a playbook did, machine by machine, from its events: for reports, and for a run that goes on
// where an earlier try stopped.

#include "cmd/unit_run.h"
#include "report/model.h"

namespace agentops::cmd {

/// The step of a unit that changes the world.
const run::StepResult* applying_step(const UnitJob& job, const graph::Board& board);

/// It did all it was to do.
bool went_well(const UnitJob& job, const run::StepResult& applied);

/// What a play really changed, in place of what was planned, and how each machine fared.
void add_machines(const run::StepResult& played, report::UnitReport& report);

/// The machines that earlier tries of this run were done with, and those they owe handlers, from
/// the events that they left. `now` is the folder of the present try.
void take_progress(const fs::path& run_dir, const fs::path& now, UnitJob& job);

/// Notes which machines Terraform has made for a playbook, and forgets the host keys of those that
/// are gone: the cloud gives their addresses to others.
Status remember_machines(const record::Store& store, const AnsibleJob& job,
                         const ansible::Targets& now);

/// The same for a stack that was destroyed.
Status forget_machines(const record::Store& store, const std::string& stack);

}  // namespace agentops::cmd
