#include "agents/voices.h"

#include <algorithm>

namespace agentops {

namespace {

/// By candidate of one lot, as its network was made: whether it could have been taken.
std::vector<bool> open_candidates(const Lots& lots, const std::vector<const Opinion*>& opinions,
                                  std::size_t lot, std::size_t alternative) {
    std::vector<bool> open;
    for (std::size_t i = 0; i < lots.lots[lot].candidates.size(); ++i) {
        const bool objected = std::any_of(opinions.begin(), opinions.end(), [&](const auto* each) {
            return !each->views[lot][alternative][i].objections.empty();
        });
        open.push_back(lots.lots[lot].pins[i].empty() && !objected);
    }
    return open;
}

void hear(const std::vector<View>& views, const std::vector<bool>& open, std::size_t taken,
          Voice& voice) {
    auto best = views[taken].amount;
    bool objects = false, ranks = false;
    for (std::size_t i = 0; i < views.size(); ++i) {
        objects = objects || !views[i].objections.empty();
        if (!open[i]) continue;
        ranks = ranks || views[i].amount != views[taken].amount;
        best = std::min(best, views[i].amount);
    }
    if (!objects && !ranks) return;
    ++(views[taken].amount == best ? voice.accepted : voice.overridden);
}

}  // namespace

std::map<std::string, Voice> voices_of(const Lots& lots,
                                       const std::vector<const Opinion*>& opinions,
                                       const Award& award) {
    std::map<std::string, Voice> voices;
    if (!award.solution) return voices;
    const auto& choice = award.solution->choice;
    for (std::size_t i = 0; i < lots.lots.size(); ++i) {
        const auto& network = lots.lots[i].network;
        const auto alternative = network ? choice[*network] : 0;
        const auto open = open_candidates(lots, opinions, i, alternative);
        for (const auto* opinion : opinions)
            hear(opinion->views[i][alternative], open, choice[i], voices[opinion->agent]);
    }
    std::erase_if(voices, [](const auto& each) {
        return each.second.accepted + each.second.overridden == 0;
    });
    return voices;
}

}  // namespace agentops
