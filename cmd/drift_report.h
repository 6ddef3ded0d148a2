#pragma once

// Verdicts against what was seen before and what is accepted, as a report.

#include "cmd/drift_flow.h"

namespace agentops::cmd {

/// All that the standing of one stack is made of.
struct StackStanding {
    const intent::Stack& stack;
    DriftCheck& check;
    drift::Memory& memory;
    const std::vector<drift::Acceptance>& accepted;
    std::string today, now;
    std::vector<std::string> run_ids;
};

/// One stack of the report; takes its verdicts into the memory and counts them in the check.
report::StackReport stack_standing(StackStanding& standing);

/// Exit code, verdict, groups of one cause, and what to do next, once all stacks are in.
void conclude_report(DriftCheck& check);

}  // namespace agentops::cmd
