// The links of a manifest against what is there now.

#include <fmt/core.h>

#include <algorithm>

#include "base/fs.h"
#include "cmd/apply_flow.h"
#include "terraform/facts.h"

namespace agentops::cmd {

namespace {

Diagnostic stale(std::string_view slug, std::string message) {
    return error(fmt::format("stale.{}", slug), std::move(message), {},
                 "plan again and have the new plan approved: agentops plan");
}

void verify_stack(const Workspace& workspace, const record::ManifestStack& planned,
                  Diagnostics& found) {
    const auto now = std::find_if(workspace.stacks.begin(), workspace.stacks.end(),
                                  [&](const auto& stack) { return stack.id == planned.id; });
    if (now == workspace.stacks.end()) {
        found.push_back(stale("intent", fmt::format("stack {} is gone", planned.id)));
    } else if (now->source_digest != planned.intent_digest) {
        found.push_back(stale("intent", fmt::format("{} changed since the plan of {} was made",
                                                    planned.intent_file, planned.id)));
    } else if (now->input_digest != planned.input_digest) {
        found.push_back(stale("inputs", fmt::format("parameters or environment variables of {} are "
                                                    "not those it was planned with",
                                                    planned.id)));
    }
}

void verify_state(const record::ManifestUnit& planned, const tf::UnitFacts& facts,
                  Diagnostics& found) {
    if (!facts.state_known) return;
    const auto& state = facts.state;
    if (state.lineage == planned.state_lineage && state.serial == planned.state_serial &&
        state.sha256 == planned.state_digest)
        return;
    found.push_back(stale("state", fmt::format("the state of {} moved on since the plan was made "
                                               "(serial {}, now {})",
                                               planned.id, planned.state_serial, state.serial)));
}

void verify_plan(const record::ManifestUnit& planned, const TerraformJob& root,
                 const fs::path& folder, Diagnostics& found) {
    if (digest_of_file(tf::lock_file(root.unit.dir)) != planned.lock_file)
        found.push_back(
            stale("lock-file", fmt::format("the provider lock file of {} is not the one "
                                           "it was planned with",
                                           planned.id)));
    tf::StepContext as_planned = root.context;
    as_planned.run_dir = folder;
    if (digest_of_file(tf::plan_file(as_planned)) != planned.plan)
        found.push_back(
            stale("plan-file", fmt::format("the saved plan of {} was changed", planned.id)));
    verify_state(planned, root.facts, found);
}

void verify_unit(const Workspace& workspace, const record::Manifest& manifest,
                 const record::ManifestUnit& planned, const UnitJob& job, bool resume,
                 Diagnostics& found) {
    const auto folder = workspace.store.run(manifest.run) / planned.id;
    if (job.unit().digest != planned.artifacts)
        found.push_back(stale("artifacts", fmt::format("the artifacts of {} are not those that "
                                                       "were planned",
                                                       planned.id)));
    if (job.tool() != planned.tool || job.tool_version() != planned.tool_version)
        found.push_back(stale("tool", fmt::format("{} was planned with {} {}, here is {} {}",
                                                  planned.id, planned.tool, planned.tool_version,
                                                  job.tool(), job.tool_version())));
    if (digest_of_file(folder / "review.json") != planned.review)
        found.push_back(stale("review", fmt::format("the review of {} was changed", planned.id)));
    if (resume || planned.preview) return;
    if (const auto* root = job.terraform()) verify_plan(planned, *root, folder, found);
}

}  // namespace

Diagnostics verify_chain(const Workspace& workspace, const record::Manifest& manifest,
                         const UnitSet& units, bool resume) {
    Diagnostics found;
    std::size_t planned_units = 0;
    for (const auto& stack : manifest.stacks) {
        verify_stack(workspace, stack, found);
        for (const auto& planned : stack.units) {
            ++planned_units;
            const auto job = std::find_if(units.jobs.begin(), units.jobs.end(),
                                          [&](const auto& one) { return one.id() == planned.id; });
            if (job == units.jobs.end())
                found.push_back(stale("units", fmt::format("unit {} is gone", planned.id)));
            else
                verify_unit(workspace, manifest, planned, *job, resume, found);
        }
    }
    if (units.jobs.size() != planned_units && found.empty())
        found.push_back(stale("units", "there are units that were not planned"));
    return found;
}

}  // namespace agentops::cmd
