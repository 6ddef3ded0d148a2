#include "record/track.h"

#include <cmath>

namespace agentops::record {

namespace {

std::size_t count_in(const Json& data, const char* name) {
    const auto found = data.find(name);
    return found != data.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

const Json& member(const Json& data, const char* name) {
    static const Json kNone = Json::object();
    const auto found = data.is_object() ? data.find(name) : data.end();
    return data.is_object() && found != data.end() && found->is_object() ? *found : kNone;
}

void add_voices(const Json& plan, Tracks& tracks) {
    for (const auto& [stack, voices] : member(plan, "agents").items()) {
        if (!voices.is_object()) continue;
        for (const auto& [agent, voice] : voices.items()) {
            if (!voice.is_object()) continue;
            auto& track = tracks.agents[agent];
            track.accepted += count_in(voice, "accepted");
            track.overridden += count_in(voice, "overridden");
        }
    }
}

void add_checks(const Json& plan, const Json& apply, Tracks& tracks) {
    const auto& checks = member(apply, "checks");
    const auto ok = count_in(checks, "ok"), n = ok + count_in(checks, "failed");
    std::map<std::string, bool> heard;
    for (const auto& [stack, voices] : member(plan, "agents").items()) {
        if (!voices.is_object()) continue;
        for (const auto& [agent, voice] : voices.items())
            heard[agent] = heard[agent] || (voice.is_object() && count_in(voice, "accepted") > 0);
    }
    for (const auto& [agent, taken] : heard) {
        if (!taken) continue;
        tracks.agents[agent].checks.hits += ok;
        tracks.agents[agent].checks.n += n;
    }
}

void add_costs(const Json& plan, Tracks& tracks) {
    for (const auto& [stack, cost] : member(plan, "costs").items()) {
        if (!cost.is_object() || !cost.contains("reckoned") || !cost.contains("planned")) continue;
        const auto &reckoned = cost.at("reckoned"), &planned = cost.at("planned");
        if (!reckoned.is_number() || !planned.is_number()) continue;
        const auto off = std::abs(reckoned.get<double>() - planned.get<double>());
        ++tracks.costs.n;
        tracks.costs.hits += off <= kCostTolerance * planned.get<double>() ? 1 : 0;
    }
}

}  // namespace

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
