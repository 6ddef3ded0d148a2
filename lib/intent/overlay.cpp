#include "intent/overlay.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::intent {

namespace {

using Members = std::vector<yaml::Member>;

Members::iterator member_named(yaml::Node& map, std::string_view key) {
    return std::find_if(map.members.begin(), map.members.end(),
                        [&](const yaml::Member& member) { return member.key == key; });
}

void nothing_to_remove(const yaml::Node& base, const yaml::Member& member, Decoding& context) {
    std::vector<std::string> known;
    for (const auto& other : base.members)
        known.push_back(other.key);
    const auto near = did_you_mean(member.key, known);
    context.fail(member.value, "overlay-null",
                 fmt::format("null removes '{}', which the intent does not have", member.key),
                 near ? fmt::format("did you mean '{}'?", *near) : "leave the line out");
}

void merge_member(yaml::Node& base, const yaml::Member& member, Decoding& context) {
    const auto old = member_named(base, member.key);
    const bool there = old != base.members.end();
    if (member.value.is_null()) {
        if (!there) return nothing_to_remove(base, member, context);
        base.members.erase(old);
        // Should the key be missed, the line that removed it is to blame.
        base.position = member.position;
        base.width = static_cast<int>(member.key.size());
    } else if (member.value.is_map() && there && old->value.is_map()) {
        merge_overlay(old->value, member.value, context);
    } else if (member.value.is_map()) {
        // Merged into nothing rather than copied, so that a null inside is told.
        yaml::Member fresh{member.key, member.position, {}};
        fresh.value.type = yaml::Type::map;
        fresh.value.position = member.value.position;
        fresh.value.width = member.value.width;
        merge_overlay(fresh.value, member.value, context);
        if (there)
            *old = std::move(fresh);
        else
            base.members.push_back(std::move(fresh));
    } else if (there) {
        *old = member;
    } else {
        base.members.push_back(member);
    }
}

}  // namespace

void merge_overlay(yaml::Node& base, const yaml::Node& overlay, Decoding& context) {
    for (const auto& member : overlay.members)
        merge_member(base, member, context);
}

}  // namespace agentops::intent
