#include "drift/play.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace agentops::drift {

namespace {

using ansible::HostEnd;

std::string host_of(const Change& change) {
    return change.address.substr(0, change.address.find(": "));
}

Origin origin_of(const ansible::Unit& unit, const std::string& task) {
    for (const auto& name : {task, std::string()}) {
        const auto found = unit.origins.find(name);
        if (found != unit.origins.end()) return found->second;
    }
    return {};
}

/// Check mode goes from what is there to what is wanted: the other way round than drift is told.
AttributeDrift reversed(const AttributeChange& change) {
    auto turned = change;
    std::swap(turned.before, turned.after);
    return attribute_drift(turned);
}

ResourceVerdict judge_task(const ansible::Unit& unit, const Change& change, bool intent_moved) {
    ResourceVerdict verdict;
    verdict.unit = unit.id;
    verdict.address = change.address;
    verdict.type = change.type;
    verdict.trust = change.trust;
    verdict.planned = change.action;
    const auto host = host_of(change);
    verdict.origin =
        origin_of(unit, change.address.substr(std::min(host.size() + 2, change.address.size())));
    if (change.action == Action::unknown) {
        verdict.status = Status::not_checked;
        verdict.reason = "check mode cannot tell what this task would do";
        return verdict;
    }
    for (const auto& attribute : change.attributes)
        verdict.attributes.push_back(reversed(attribute));
    verdict.status = change.action == Action::create ? Status::deleted : Status::modified;
    verdict.cause = Cause::drift;
    if (!intent_moved) return verdict;
    // The playbook that was applied is not the one that was rehearsed: it may be drift as well.
    verdict.status = Status::not_checked;
    verdict.cause = Cause::pending_intent;
    verdict.reason = "the intent is newer than what was applied: apply it to see";
    return verdict;
}

/// A handler runs because a task changed something: it is no difference of its own.
void merely_follows(ResourceVerdict& verdict) {
    if (!verdict.drifted()) return;
    verdict.status = Status::in_sync;
    verdict.cause = Cause::follows;
    verdict.reason = "it runs because of what differs before it";
    verdict.attributes.clear();
}

ResourceVerdict host_verdict(const ansible::Unit& unit, const std::string& host) {
    ResourceVerdict verdict;
    verdict.unit = unit.id;
    verdict.address = host;
    verdict.type = "machine";
    verdict.origin = origin_of(unit, "");
    return verdict;
}

std::string why_unknown(const ansible::HostResult& host) {
    if (host.end == HostEnd::unfinished && host.message.empty())
        return "check mode did not come to its end on it";
    const auto where = host.task.empty() ? "" : fmt::format(" at '{}'", host.task);
    const auto words = host.message.empty() ? "" : ": " + host.message;
    return fmt::format("{}{}{}", to_text(host.end), where, words);
}

}  // namespace

UnitVerdict judge_play(const ansible::Unit& unit, const std::vector<std::string>& expected,
                       const ansible::PlayEvents& events, bool intent_moved) {
    UnitVerdict verdict;
    verdict.unit = unit.id;
    verdict.plays = true;
    verdict.checked = events.complete && !events.hosts.empty();
    std::set<std::string> told;
    for (const auto& change : events.changes) {
        auto judged = judge_task(unit, change, intent_moved);
        if (events.handlers.count(change.address) != 0) merely_follows(judged);
        if (judged.cause == Cause::pending_intent) verdict.pending.add(change.action);
        if (judged.cause != Cause::none) told.insert(host_of(change));
        verdict.resources.push_back(std::move(judged));
    }
    std::set<std::string> hosts(expected.begin(), expected.end());
    for (const auto& [name, result] : events.hosts)
        hosts.insert(name);
    for (const auto& name : hosts) {
        auto host = host_verdict(unit, name);
        const auto result = events.hosts.find(name);
        const bool looked = result != events.hosts.end() && result->second.end == HostEnd::ok;
        if (looked && told.count(name) != 0) continue;
        if (looked) {
            host.reason =
                count_of(static_cast<std::size_t>(result->second.ok), "task") + " in sync";
        } else {
            host.status = Status::unknown;
            host.reason =
                result == events.hosts.end() ? "it took no part" : why_unknown(result->second);
            verdict.checked = false;
        }
        verdict.resources.push_back(std::move(host));
    }
    std::stable_sort(verdict.resources.begin(), verdict.resources.end(),
                     [](const auto& a, const auto& b) { return a.address < b.address; });
    return verdict;
}

}  // namespace agentops::drift
