#include "record/story.h"

#include "base/instant.h"
#include "base/json_access.h"
#include "record/track.h"

namespace agentops::record {

namespace {

double number_in(const Json& data, std::string_view name) {
    const auto& found = member(data, name);
    return found.is_number() ? found.get<double>() : 0;
}

Share share_in(const Json& data, const char* hits, const char* others) {
    const auto bad = count_in(data, hits);
    return {bad, count_in(data, others) + bad};
}

/// The members of an object, none of anything else.
template <class Visit>
void each_member(const Json& data, std::string_view name, const Visit& visit) {
    const auto& found = member(data, name);
    if (!found.is_object()) return;
    for (const auto& [key, value] : found.items())
        visit(key, value);
}

class Narrator {
public:
    void read(const JournalEntry& entry) {
        if (entry.run.empty()) return;
        if (is_event(entry, "plan.made") || is_event(entry, "plan.failed")) plan(entry);
        if (is_event(entry, "plan.approved")) approve(entry);
        if (is_event(entry, "apply.started")) begin(entry);
        if (is_event(entry, "apply.finished")) end(entry);
    }
    std::vector<Story> take() { return std::move(stories_); }

private:
    Story& story(const JournalEntry& entry) {
        const auto [place, is_new] = places_.emplace(entry.run, stories_.size());
        if (is_new) stories_.emplace_back().run = entry.run;
        return stories_[place->second];
    }

    void plan(const JournalEntry& entry) {
        auto& told = story(entry);
        const auto& data = entry.data;
        told.plan_failed = is_event(entry, "plan.failed");
        told.purpose = text_of(data, "purpose");
        told.destroy = is_true(member(data, "destroy"));
        told.committed = parse_rfc3339(text_of(member(data, "commit"), "time"));
        told.started = parse_rfc3339(text_of(data, "started"));
        told.planned = parse_rfc3339(entry.time);
        told.resources = count_in(data, "resources");
        const auto& validations = member(data, "validations");
        told.validations = {count_in(validations, "invalid"), count_in(validations, "n")};
        each_member(data, "changes", [&](const std::string& action, const Json&) {
            told.changes += count_in(member(data, "changes"), action);
        });
        chapters(data, told);
    }

    static void chapters(const Json& data, Story& told) {
        for (const auto& stack : member(data, "stacks")) {
            if (stack.is_string()) told.stacks[stack.get<std::string>()];
        }
        each_member(data, "decisions", [&](const std::string& stack, const Json& counts) {
            told.stacks[stack].made = count_in(counts, "made");
            told.stacks[stack].pinned = count_in(counts, "pinned");
        });
        each_member(data, "risks", [&](const std::string& stack, const Json& risk) {
            told.stacks[stack].risk = text_of(risk);
        });
        each_member(data, "costs", [&](const std::string& stack, const Json& cost) {
            told.stacks[stack].cost_held = cost_held(cost);
        });
        each_member(data, "capacity", [&](const std::string& stack, const Json& components) {
            if (!components.is_object()) return;
            for (const auto& [component, one] : components.items())
                told.stacks[stack].capacity[component] = {number_in(one, "average"),
                                                          number_in(one, "needed"),
                                                          number_in(one, "provided")};
        });
    }

    void approve(const JournalEntry& entry) {
        auto& told = story(entry);
        told.approved = parse_rfc3339(entry.time);
        told.by_person = text_of(entry.data, "by") != "policy";
    }

    void begin(const JournalEntry& entry) {
        auto& told = story(entry);
        ++told.begins;
        if (!told.begun) told.begun = parse_rfc3339(entry.time);
    }

    void end(const JournalEntry& entry) {
        auto& told = story(entry);
        told.ended = parse_rfc3339(entry.time);
        told.ends.push_back(text_of(entry.data, "status"));
        told.operations += share_in(member(entry.data, "operations"), "failed", "done");
        each_member(entry.data, "units",
                    [&](const std::string& unit, const Json&) { told.stacks[stack_of(unit)]; });
    }

    std::vector<Story> stories_;
    std::map<std::string, std::size_t> places_;  ///< by run
};

}  // namespace

std::vector<Story> fold_runs(const std::vector<JournalEntry>& entries) {
    Narrator narrator;
    for (const auto& entry : entries)
        narrator.read(entry);
    return narrator.take();
}

}  // namespace agentops::record
