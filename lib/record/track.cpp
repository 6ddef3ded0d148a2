#include "record/track.h"

#include <cmath>
#include <set>

#include "base/json_access.h"

namespace agentops::record {

namespace {

/// What a plan says of each agent, stack by stack.
template <class Visit>
void each_voice(const Json& plan, const Visit& visit) {
    for (const auto& [stack, voices] : member(plan, "agents").items()) {
        if (!voices.is_object()) continue;
        for (const auto& [agent, voice] : voices.items())
            visit(agent, voice);
    }
}

void add_voices(const Json& plan, Tracks& tracks) {
    each_voice(plan, [&](const std::string& agent, const Json& voice) {
        auto& track = tracks.agents[agent];
        track.accepted += count_in(voice, "accepted");
        track.overridden += count_in(voice, "overridden");
    });
}

void add_checks(const Json& plan, const Json& apply, Tracks& tracks) {
    const auto& checks = member(apply, "checks");
    const auto ok = count_in(checks, "ok"), n = ok + count_in(checks, "failed");
    std::set<std::string> taken;
    each_voice(plan, [&](const std::string& agent, const Json& voice) {
        if (count_in(voice, "accepted") > 0) taken.insert(agent);
    });
    for (const auto& agent : taken) {
        tracks.agents[agent].checks.hits += ok;
        tracks.agents[agent].checks.n += n;
    }
}

void add_costs(const Json& plan, Tracks& tracks) {
    for (const auto& [stack, cost] : member(plan, "costs").items()) {
        const auto held = cost_held(cost);
        tracks.costs.n += held ? 1 : 0;
        tracks.costs.hits += held && *held ? 1 : 0;
    }
}

}  // namespace

std::size_t count_in(const Json& data, std::string_view name) {
    const auto& found = member(data, name);
    return found.is_number_integer() && found >= 0 ? found.get<std::size_t>() : 0;
}

std::optional<bool> cost_held(const Json& cost) {
    const auto &reckoned = member(cost, "reckoned"), &planned = member(cost, "planned");
    if (!reckoned.is_number() || !planned.is_number()) return std::nullopt;
    const auto off = std::abs(reckoned.get<double>() - planned.get<double>());
    return off <= kCostTolerance * planned.get<double>();
}

Tracks track_records(const std::vector<JournalEntry>& entries) {
    Tracks tracks;
    std::map<std::string, const Json*> plans;  // by run
    for (const auto& entry : entries) {
        if (is_event(entry, "plan.made")) {
            plans[entry.run] = &entry.data;
            add_voices(entry.data, tracks);
        }
        if (!is_event(entry, "apply.finished")) continue;
        const auto plan = plans.find(entry.run);
        if (plan == plans.end()) continue;
        add_checks(*plan->second, entry.data, tracks);
        if (member(entry.data, "units").empty()) continue;
        add_costs(*plan->second, tracks);
        plans.erase(plan);  // resumed: it counts once
    }
    return tracks;
}

}  // namespace agentops::record
