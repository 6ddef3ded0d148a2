#include "cmd/watch_flow.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cmd/drift_record.h"
#include "cmd/healing.h"
#include "cmd/incidents.h"
#include "cmd/plan_flow.h"

namespace agentops::cmd {

namespace {

using drift::ConditionType;
using drift::StackCondition;

fs::path condition_file(const Workspace& workspace, const std::string& stack) {
    return workspace.store.dir() / "watch" / (stack + ".json");
}

/// A folder for one pass that goes away with it: a pass without news leaves nothing behind.
class Scratch {
public:
    explicit Scratch(fs::path path) : path_(std::move(path)) { clear(); }
    ~Scratch() { clear(); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const fs::path& path() const { return path_; }

private:
    void clear() const {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path path_;
};

std::string digest_of(const Workspace& workspace, const std::string& id) {
    for (const auto& stack : workspace.stacks) {
        if (stack.id == id) return stack.input_digest.substr(0, 12);
    }
    return "";
}

/// What differs, in one line.
std::string drift_words(const report::StackReport& stack) {
    std::vector<std::string> names;
    for (const auto& resource : *stack.resources) {
        if (!resource.drifted()) continue;
        for (const auto& difference : resource.differences) {
            if (difference.accepted) continue;
            const auto& path = difference.drift.path;
            names.push_back(resource.verdict.address + (path.empty() ? " is gone" : " " + path));
        }
    }
    constexpr std::size_t kNamed = 3;
    const auto more = names.size() > kNamed ? names.size() - kNamed : 0;
    names.resize(names.size() - more);
    return join(names, ", ") + (more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string why_unknown(const report::StackReport& stack) {
    for (const auto& unit : stack.units) {
        if (unit.status == "unknown" && !unit.note.empty()) return unit.note;
    }
    for (const auto& resource : *stack.resources) {
        if (resource.verdict.status == drift::Status::unknown)
            return resource.verdict.address + ": " + resource.verdict.reason;
    }
    return "it could not be looked at";
}

WatchedStack judge(const Workspace& workspace, const report::StackReport& stack) {
    WatchedStack seen;
    seen.id = stack.id;
    for (const auto& resource : *stack.resources) {
        seen.drifted += resource.drifted() ? 1 : 0;
        seen.accepted += resource.verdict.drifted() && resource.accepted() ? 1 : 0;
        seen.unknown += resource.verdict.status == drift::Status::unknown ? 1 : 0;
        seen.in_sync += resource.verdict.status == drift::Status::in_sync ? 1 : 0;
    }
    for (const auto& check : stack.checks)
        seen.checks_failed += check.status == "ok" ? 0 : 1;
    auto& condition = seen.condition;
    condition.intent = digest_of(workspace, stack.id);
    if (const auto holder = record::StackLock::holder(workspace.store, stack.id)) {
        condition = {ConditionType::progressing, "Applying", *holder, condition.intent, ""};
    } else if (seen.drifted > 0) {
        condition.type = ConditionType::drifted;
        condition.reason = "Drift";
        condition.message = drift_words(stack);
    } else if (stack.status == "unknown") {
        condition.type = ConditionType::degraded;
        condition.reason = "CouldNotLook";
        condition.message = why_unknown(stack);
        seen.unknown = std::max<std::size_t>(seen.unknown, 1);
    } else if (seen.checks_failed > 0) {
        condition.type = ConditionType::degraded;
        condition.reason = "CheckFailed";
        for (const auto& check : stack.checks) {
            if (check.status != "ok" && condition.message.empty())
                condition.message = fmt::format("{}: {}", check.name, check.note);
        }
    } else {
        condition.reason = stack.status == "not-deployed" ? "NotDeployed" : "InSync";
        condition.message = count_of(seen.in_sync, "object") + " in sync";
    }
    return seen;
}

/// Checks of the stack that fail, or that are well again.
Status keep_check_incidents(Session& session, const Workspace& workspace, const std::string& run,
                            const report::StackReport& stack) {
    if (stack.checks.empty()) return {};
    std::vector<std::string> failed;
    for (const auto& check : stack.checks) {
        if (check.status != "ok") failed.push_back(check.name);
    }
    if (failed.empty()) return report_mended(session, workspace, run, "check", stack.id);
    return report_trouble(session, workspace, run, {"check", stack.id, failed});
}

}  // namespace

std::string Watch::last_clean(const std::string& stack, bool clean) {
    const auto before = clean_[stack];
    if (clean) clean_[stack] = rfc3339(session_.clock().now());
    return before;
}

Result<WatchPass> Watch::pass() {
    TRY(auto prepared, prepare(session_, patterns_, false));
    const auto& workspace = *prepared.workspace;
    TRY_DO(workspace.store.prepare());
    const Scratch scratch(workspace.store.dir() / "watch" / ".pass");
    const auto run = record::new_run_id(session_.clock());
    auto check = check_drift(
        session_, workspace, prepared.walk,
        {.run_dir = scratch.path(), .run = run, .who = who_, .quiet = true, .checks = true});
    // What a signal cut short says nothing of the stacks.
    if (session_.interrupt().count() > 0) return WatchPass{};
    for (const auto& stack : check.report.stacks)
        check.last_clean[stack.id] = last_clean(stack.id, stack.status == "in-sync");
    TRY_DO(journal_drift(session_, workspace, check));
    WatchPass pass;
    for (const auto& stack : check.report.stacks) {
        auto seen = judge(workspace, stack);
        TRY_DO(keep_check_incidents(session_, workspace, run, stack));
        // Somebody may answer for what differs, where that could not be read.
        const bool sure = !has_errors(check.report.diagnostics);
        if (seen.condition.type == ConditionType::drifted)
            TRY_DO(heal(session_, prepared, stack, sure, seen.condition));
        pass.could_not_look = pass.could_not_look || seen.unknown > 0;
        const auto file = condition_file(workspace, stack.id);
        const auto known = drift::read_condition(file);
        auto& change = changes_.emplace(stack.id, drift::Debounce(debounce_)).first->second;
        seen.told = change.passes(known, seen.condition);
        if (known) seen.before = to_text(known->type);
        if (seen.told) {
            seen.condition.since = rfc3339(session_.clock().now());
            TRY_DO(drift::write_condition(file, seen.condition));
        } else if (known) {
            seen.condition = *known;
        }
        pass.stacks.push_back(std::move(seen));
    }
    pass.report = std::move(check.report);
    return pass;
}

std::string line_of(const WatchedStack& stack) {
    const auto& condition = stack.condition;
    const auto was = stack.before.empty() || stack.before == to_text(condition.type)
                         ? ""
                         : fmt::format(" (was {})", stack.before);
    return fmt::format("{} {} {}{} {}: {} [intent {}]", condition.since, stack.id,
                       to_text(condition.type), was, condition.reason,
                       escape_terminal(condition.message), condition.intent);
}

namespace {

/// One gauge with a sample for each stack.
template <class Value>
std::string gauge(const WatchPass& pass, std::string_view name, std::string_view help,
                  const Value& value) {
    auto text = fmt::format("# HELP agentops_{0} {1}\n# TYPE agentops_{0} gauge\n", name, help);
    for (const auto& stack : pass.stacks)
        text += fmt::format("agentops_{}{{stack=\"{}\"}} {}\n", name, stack.id, value(stack));
    return text;
}

}  // namespace

std::string metrics_text(const WatchPass& pass) {
    std::string text =
        "# HELP agentops_stack_condition The stack is in this condition.\n"
        "# TYPE agentops_stack_condition gauge\n";
    for (const auto& stack : pass.stacks) {
        for (const auto type : {ConditionType::ready, ConditionType::drifted,
                                ConditionType::degraded, ConditionType::progressing})
            text += fmt::format("agentops_stack_condition{{stack=\"{}\",condition=\"{}\"}} {}\n",
                                stack.id, to_text(type), stack.condition.type == type ? 1 : 0);
    }
    text += gauge(pass, "drifted_resources", "Objects that differ and are not accepted.",
                  [](const auto& stack) { return stack.drifted; });
    text += gauge(pass, "unknown_resources", "Objects that could not be looked at.",
                  [](const auto& stack) { return stack.unknown; });
    text += gauge(pass, "in_sync_resources", "Objects that are as they were applied.",
                  [](const auto& stack) { return stack.in_sync; });
    text += gauge(pass, "accepted_drift_resources", "Objects whose drift is accepted for a time.",
                  [](const auto& stack) { return stack.accepted; });
    text += gauge(pass, "failed_checks", "Checks of the stack that fail.",
                  [](const auto& stack) { return stack.checks_failed; });
    return text;
}

}  // namespace agentops::cmd
