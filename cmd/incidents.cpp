#include "cmd/incidents.h"

#include <algorithm>

#include "record/incidents.h"
#include "record/journal.h"

namespace agentops::cmd {

namespace {

constexpr auto kWindow = std::chrono::minutes(30);

/// Intents that the stack's components refer to.
std::set<std::string> intents_read(const Workspace& workspace, const intent::Stack& stack) {
    std::set<std::string> intents;
    for (const auto& component : workspace.index->entry(stack).components) {
        for (const auto& use : component) {
            if (use.reference.kind == intent::RefKind::foreign)
                intents.insert(use.reference.intent);
        }
    }
    return intents;
}

/// Stacks next to this one, in either direction.
std::set<std::string> neighbours(const Workspace& workspace, const std::string& id) {
    std::set<std::string> found;
    const auto own = std::find_if(workspace.stacks.begin(), workspace.stacks.end(),
                                  [&](const auto& stack) { return stack.id == id; });
    if (own == workspace.stacks.end()) return found;
    const auto upstream = intents_read(workspace, *own);
    for (const auto& other : workspace.stacks) {
        if (other.id == id) continue;
        const bool near = upstream.count(other.intent) != 0 ||
                          intents_read(workspace, other).count(own->intent) != 0;
        if (near) found.insert(other.id);
    }
    return found;
}

bool covers(const record::Incident& incident, const StackTrouble& trouble) {
    return std::any_of(
        incident.troubles.begin(), incident.troubles.end(), [&](const record::Trouble& known) {
            return known.kind == trouble.kind && known.stack == trouble.stack &&
                   known.mended.empty() &&
                   std::all_of(
                       trouble.targets.begin(), trouble.targets.end(), [&](const auto& target) {
                           return std::find(known.targets.begin(), known.targets.end(), target) !=
                                  known.targets.end();
                       });
        });
}

}  // namespace

Status report_trouble(Session& session, const Workspace& workspace, const std::string& run,
                      const StackTrouble& trouble) {
    const auto journal = record::read_journal(workspace.store);
    const auto incidents = record::fold_incidents(journal.entries);
    const auto now = rfc3339(session.clock().now());
    const auto* open = record::find_related(incidents, trouble.stack,
                                            neighbours(workspace, trouble.stack), now, kWindow);
    if (open != nullptr && covers(*open, trouble)) return {};
    const auto id = open != nullptr ? open->id : record::new_run_id(session.clock());
    return record::append_journal(workspace.store, session.clock(), run,
                                  open != nullptr ? "incident.joined" : "incident.opened",
                                  {{"incident", id},
                                   {"kind", trouble.kind},
                                   {"stack", trouble.stack},
                                   {"targets", trouble.targets}});
}

Status report_mended(Session& session, const Workspace& workspace, const std::string& run,
                     const std::string& kind, const std::string& stack) {
    const auto incidents = record::fold_incidents(record::read_journal(workspace.store).entries);
    for (const auto& incident : incidents) {
        if (!incident.open()) continue;
        std::size_t own = 0, others = 0;
        for (const auto& trouble : incident.troubles) {
            if (!trouble.mended.empty()) continue;
            ++(trouble.kind == kind && trouble.stack == stack ? own : others);
        }
        if (own == 0) continue;
        TRY_DO(
            record::append_journal(workspace.store, session.clock(), run, "incident.mended",
                                   {{"incident", incident.id}, {"kind", kind}, {"stack", stack}}));
        if (others == 0)
            TRY_DO(record::append_journal(workspace.store, session.clock(), run,
                                          "incident.restored", {{"incident", incident.id}}));
    }
    return {};
}

}  // namespace agentops::cmd
