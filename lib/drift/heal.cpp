#include "drift/heal.h"

#include <algorithm>

#include "base/instant.h"
#include "base/json_access.h"
#include "base/text.h"

namespace agentops::drift {

namespace {

std::vector<std::string> texts_in(const Json& list) {
    std::vector<std::string> texts;
    if (!list.is_array()) return texts;
    for (const auto& text : list)
        texts.push_back(text_of(text));
    return texts;
}

void take(const record::JournalEntry& entry, HealHistory& history) {
    const auto when = parse_rfc3339(entry.time);
    if (!when) return;
    if (is_event(entry, "heal.proposed")) {
        history.proposal = text_of(entry.data, "run");
        history.proposed_for = join(texts_in(member(entry.data, "addresses")), " ");
    } else if (is_event(entry, "heal.applied")) {
        history.last = *when;
        for (const auto& address : texts_in(member(entry.data, "addresses")))
            history.by_address[address].push_back(*when);
    } else if (is_event(entry, "drift.restored")) {
        history.proposal.clear();  // whatever comes next is another drift
    } else if (is_event(entry, "heal.fight")) {
        history.fights.push_back(text_of(entry.data, "address"));
    }
}

int repairs_within(const HealPolicy& policy, const HealHistory& history, const std::string& address,
                   Moment now) {
    const auto found = history.by_address.find(address);
    if (found == history.by_address.end()) return 0;
    return static_cast<int>(
        std::count_if(found->second.begin(), found->second.end(),
                      [&](Moment when) { return now - when <= policy.window; }));
}

}  // namespace

HealHistory heal_history(const std::vector<record::JournalEntry>& journal,
                         const std::string& stack) {
    HealHistory history;
    for (const auto& entry : journal) {
        if (text_of(entry.data, "stack") == stack) take(entry, history);
    }
    return history;
}

HealChoice choose(const HealPolicy& policy, const HealHistory& history,
                  const std::vector<std::string>& wanted, Moment now) {
    HealChoice choice;
    for (const auto& address : wanted) {
        const bool fight = repairs_within(policy, history, address, now) >= policy.max_times;
        (fight ? choice.fights : choice.targets).push_back(address);
    }
    if (choice.targets.empty()) {
        choice.why = choice.fights.empty() ? "the policy covers none of it"
                                           : "healed too often: something else writes it too";
        return choice;
    }
    // Also of a repair that was beyond the policy's limits: it waits for a person.
    if (!history.proposal.empty() && history.proposed_for == join(choice.targets, " ")) {
        choice.why = "proposed: agentops approve " + history.proposal;
        return choice;
    }
    if (!policy.automatic) {
        choice.what = HealChoice::What::propose;
        return choice;
    }
    if (history.last && now - *history.last < policy.cool_down) {
        choice.why = "cooling down after the last repair";
        return choice;
    }
    choice.what = HealChoice::What::apply;
    return choice;
}

}  // namespace agentops::drift
