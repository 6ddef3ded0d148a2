#include "drift/groups.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/text.h"

namespace agentops::drift {

namespace {

constexpr std::size_t kLeast = 3;

using Key = std::tuple<std::string, std::string, std::optional<std::string>, std::string>;

Key key_of(const Sighting& sighting) {
    // Of what is gone there is no attribute: what was deleted together has one writer, if any.
    return {sighting.path, sighting.status, sighting.actual, sighting.actor};
}

}  // namespace

std::string Group::text() const {
    const auto by = actor.empty() ? "" : " by " + actor;
    const auto count = count_of(members.size(), "object");
    if (status == "deleted") return fmt::format("one cause? {} gone{}", count, by);
    return fmt::format("one cause? {}: {} is now {}{}", count, path.empty() ? "state" : path,
                       actual.value_or("absent"), by);
}

Json to_json(const Group& group) {
    return {{"path", group.path.empty() ? Json(nullptr) : Json(group.path)},
            {"status", group.status},
            {"actual", group.actual ? Json(*group.actual) : Json(nullptr)},
            {"actor", group.actor.empty() ? Json(nullptr) : Json(group.actor)},
            {"members", group.members}};
}

std::vector<Group> group_by_cause(const std::vector<Sighting>& open) {
    std::map<Key, std::set<std::string>> found;
    for (const auto& sighting : open) {
        // Of a task that only says that it would do something, nothing is known to compare.
        if (sighting.path.empty() && sighting.status != "deleted") continue;
        found[key_of(sighting)].insert(sighting.unit + ":" + sighting.address);
    }
    std::vector<Group> groups;
    for (const auto& [key, members] : found) {
        if (members.size() < kLeast) continue;
        Group group;
        std::tie(group.path, group.status, group.actual, group.actor) = key;
        group.members.assign(members.begin(), members.end());
        groups.push_back(std::move(group));
    }
    std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
        return a.members.size() > b.members.size();
    });
    return groups;
}

}  // namespace agentops::drift
