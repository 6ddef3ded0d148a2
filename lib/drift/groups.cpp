#include "drift/groups.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/instant.h"
#include "base/text.h"

namespace agentops::drift {

namespace {

constexpr std::size_t kLeast = 3;
constexpr auto kWindow = std::chrono::minutes(15);

using Pointers = std::vector<const Sighting*>;

std::string member_of(const Sighting& sighting) {
    return sighting.unit + ":" + sighting.address;
}

/// Takes differences out of what is left, group by group.
class Grouping {
public:
    explicit Grouping(const std::vector<Sighting>& open) {
        for (const auto& sighting : open)
            left_.push_back(&sighting);
    }

    std::vector<Group> run() {
        by_value();
        by_actor();
        by_time();
        std::stable_sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
            return a.members.size() > b.members.size();
        });
        return std::move(groups_);
    }

private:
    /// A group of these, when they are of enough objects; they are no longer left then.
    void add(Group group, const Pointers& sightings) {
        std::set<std::string> members;
        for (const auto* sighting : sightings)
            members.insert(member_of(*sighting));
        if (members.size() < kLeast) return;
        group.members.assign(members.begin(), members.end());
        groups_.push_back(std::move(group));
        std::erase_if(left_, [&](const Sighting* one) {
            return std::find(sightings.begin(), sightings.end(), one) != sightings.end();
        });
    }

    void by_value() {
        // Of what is gone there is no attribute: what was deleted together has one writer, if any.
        std::map<std::tuple<std::string, std::string, std::optional<std::string>, std::string>,
                 Pointers>
            found;
        for (const auto* one : left_) {
            // Of a task that only says that it would do something, nothing is known to compare.
            if (one->path.empty() && one->status != "deleted") continue;
            found[{one->path, one->status, one->actual, one->actor}].push_back(one);
        }
        for (const auto& [key, sightings] : found) {
            Group group;
            std::tie(group.path, group.status, group.actual, group.actor) = key;
            add(std::move(group), sightings);
        }
    }

    void by_actor() {
        std::map<std::string, Pointers> found;
        for (const auto* one : left_) {
            if (!one->actor.empty()) found[one->actor].push_back(one);
        }
        for (const auto& [actor, sightings] : found) {
            Group group;
            group.cause = Group::Cause::actor;
            group.actor = actor;
            add(std::move(group), sightings);
        }
    }

    /// Cut where nothing new was seen for a while. All of one time say nothing.
    void by_time() {
        auto sorted = left_;
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const Sighting* a, const Sighting* b) { return a->first < b->first; });
        std::vector<Pointers> spells;
        for (const auto* one : sorted) {
            if (spells.empty() || !follows(*spells.back().front(), *one)) spells.emplace_back();
            spells.back().push_back(one);
        }
        if (spells.size() < 2) return;
        for (const auto& spell : spells) {
            Group group;
            group.cause = Group::Cause::time;
            group.first = spell.front()->first;
            group.last = spell.back()->first;
            add(std::move(group), spell);
        }
    }
    static bool follows(const Sighting& first, const Sighting& other) {
        const auto from = parse_rfc3339(first.first), to = parse_rfc3339(other.first);
        return from && to && *to - *from <= kWindow;
    }

    Pointers left_;
    std::vector<Group> groups_;
};

std::string_view to_text(Group::Cause cause) {
    switch (cause) {
        case Group::Cause::value:
            return "value";
        case Group::Cause::actor:
            return "actor";
        case Group::Cause::time:
            return "time";
    }
    throw InternalError("a cause out of range");
}

Json or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

std::string Group::text() const {
    const auto by = actor.empty() ? "" : " by " + actor;
    const auto count = count_of(members.size(), "object");
    if (cause == Group::Cause::actor) return fmt::format("one cause? {} changed{}", count, by);
    if (cause == Group::Cause::time)
        return first == last
                   ? fmt::format("one cause? {} came to be seen at {}", count, first)
                   : fmt::format("one cause? {} came to be seen from {} to {}", count, first, last);
    if (status == "deleted") return fmt::format("one cause? {} gone{}", count, by);
    return fmt::format("one cause? {}: {} is now {}{}", count, path, actual.value_or("absent"), by);
}

Json to_json(const Group& group) {
    return {{"cause", to_text(group.cause)},
            {"path", or_null(group.path)},
            {"status", or_null(group.status)},
            {"actual", group.actual ? Json(*group.actual) : Json(nullptr)},
            {"actor", or_null(group.actor)},
            {"first_seen", or_null(group.first)},
            {"last_seen", or_null(group.last)},
            {"members", group.members}};
}

std::vector<Group> group_by_cause(const std::vector<Sighting>& open) {
    return Grouping(open).run();
}

}  // namespace agentops::drift
