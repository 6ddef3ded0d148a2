// The exact choice against brute force, on thousands of small random problems.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <random>

#include "negotiate/conflict.h"

namespace negotiate_test {

using namespace agentops::negotiate;

namespace {

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t end) { return engine_() % end; }
    bool once_in(std::size_t times) { return below(times) == 0; }
    Amount amount(std::size_t most) { return static_cast<Amount>(below(most)); }

private:
    std::mt19937 engine_;
};

Candidate candidate(Dice& dice, std::size_t most, std::size_t vetoes) {
    Candidate made;
    for (auto& amount : made.score.amounts)
        amount = dice.amount(most);
    for (std::size_t v = 0; v < vetoes; ++v) {
        if (dice.once_in(6)) made.vetoes.push_back(v);
    }
    return made;
}

Group group(Dice& dice, std::size_t& items, std::size_t most, std::size_t vetoes) {
    Group made;
    made.head = items++;
    const auto members = dice.below(3);
    for (std::size_t m = 0; m < members; ++m)
        made.members.push_back(items++);
    const auto alternatives = 1 + dice.below(3);
    for (std::size_t a = 0; a < alternatives; ++a) {
        Group::Alternative alternative{candidate(dice, most, vetoes), {}};
        for (std::size_t m = 0; m < members; ++m) {
            alternative.members.emplace_back();
            const auto options = 1 + dice.below(3);
            for (std::size_t o = 0; o < options; ++o)
                alternative.members.back().push_back(candidate(dice, most, vetoes));
        }
        made.alternatives.push_back(std::move(alternative));
    }
    return made;
}

std::vector<std::size_t> some(Dice& dice, std::size_t items) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < items; ++i) {
        if (!dice.once_in(3)) found.push_back(i);
    }
    return found;
}

/// Small numbers make ties; all three preferences, limits on all and on parts.
Problem problem(unsigned seed) {
    Dice dice(seed);
    Problem made;
    made.vetoes.resize(dice.below(3));
    const std::size_t most = dice.once_in(2) ? 6 : 50;
    const auto groups = 1 + dice.below(4);
    for (std::size_t g = 0; g < groups; ++g)
        made.groups.push_back(group(dice, made.items, most, made.vetoes.size()));
    const auto limits = dice.below(4);
    for (std::size_t l = 0; l < limits; ++l) {
        const auto measure = static_cast<Measure>(dice.below(kMeasures));
        auto items = dice.once_in(2) ? std::vector<std::size_t>{} : some(dice, made.items);
        made.limits.push_back({fmt::format("limit {}", l), measure, std::move(items),
                               dice.amount(most * made.items)});
    }
    std::shuffle(made.preference.order.begin(), made.preference.order.end(), std::mt19937(seed));
    return made;
}

/// Calls `visit` with every choice.
template <class Visit>
void every(const Problem& p, std::size_t g, Choice& choice, const Visit& visit) {
    if (g == p.groups.size()) return visit(choice);
    const auto& group = p.groups[g];
    for (std::size_t a = 0; a < group.alternatives.size(); ++a) {
        choice[group.head] = a;
        const std::function<void(std::size_t)> member = [&](std::size_t m) {
            if (m == group.members.size()) return every(p, g + 1, choice, visit);
            for (std::size_t o = 0; o < group.alternatives[a].members[m].size(); ++o) {
                choice[group.members[m]] = o;
                member(m + 1);
            }
        };
        member(0);
    }
}

bool allowed(const Candidate& candidate, const Active& active) {
    return std::none_of(candidate.vetoes.begin(), candidate.vetoes.end(),
                        [&](std::size_t v) { return active.vetoes[v]; });
}

bool possible(const Problem& p, const Choice& choice, const Active& active) {
    for (const auto& group : p.groups) {
        const auto& taken = group.alternatives[choice[group.head]];
        if (!allowed(taken.head, active)) return false;
        for (std::size_t m = 0; m < group.members.size(); ++m) {
            if (!allowed(taken.members[m][choice[group.members[m]]], active)) return false;
        }
    }
    for (std::size_t l = 0; l < p.limits.size(); ++l) {
        const auto& limit = p.limits[l];
        if (active.limits[l] && score_of(p, choice, limit.items).of(limit.measure) > limit.most)
            return false;
    }
    return true;
}

/// The scores of all possible choices.
std::vector<Score> scores(const Problem& p, const Active& active) {
    std::vector<Score> found;
    Choice choice(p.items, 0);
    every(p, 0, choice, [&](const Choice& each) {
        if (possible(p, each, active)) found.push_back(score_of(p, each));
    });
    return found;
}

std::array<Amount, kTargets> ordered(const Problem& p, const Score& score) {
    std::array<Amount, kTargets> key{};
    for (std::size_t i = 0; i < kTargets; ++i)
        key[i] = score.of(p.preference.order[i]);
    return key;
}

std::optional<Score> best_by_force(const Problem& p) {
    const auto all = scores(p, Active::all(p));
    if (all.empty()) return std::nullopt;
    return *std::min_element(all.begin(), all.end(), [&](const auto& a, const auto& b) {
        return ordered(p, a) < ordered(p, b);
    });
}

/// In all that a design may be best in.
bool beats(const Score& a, const Score& b) {
    bool better = false;
    for (std::size_t i = 0; i < kTargets; ++i) {
        if (a.amounts[i] > b.amounts[i]) return false;
        better = better || a.amounts[i] < b.amounts[i];
    }
    return better;
}

/// What makes a point of the frontier: dislike is no reason for a design of its own.
std::array<Amount, 4> plotted(const Score& score) {
    return {score.of(Measure::cost), score.of(Measure::downtime), score.of(Measure::latency),
            score.of(Measure::processors)};
}

bool covers(const Score& a, const Score& b) {
    const auto x = plotted(a), y = plotted(b);
    return std::equal(x.begin(), x.end(), y.begin(), std::less_equal<>());
}

constexpr unsigned kProblems = 4000;

/// Components as they are: eleven sizes, the next one twice as fast and nearly twice as dear, one
/// to six machines, in one to three zones, each under a load of its own or all under the same.
Problem large(std::size_t items, std::size_t path, unsigned seed, bool alike) {
    Dice dice(seed);
    Problem made;
    Group all;
    all.head = made.items++;
    for (std::size_t i = 1; i < items; ++i)
        all.members.push_back(made.items++);
    for (const double zones : {1, 2, 3}) {
        Group::Alternative alternative;
        alternative.head.score.of(Measure::cost) = static_cast<Amount>(zones) * 32'850;
        alternative.members.resize(items - 1);
        all.alternatives.push_back(std::move(alternative));
    }
    for (std::size_t m = 0; m + 1 < items; ++m) {
        const double load = alike ? 10 : 1 + static_cast<double>(dice.below(400)) / 10;
        for (std::size_t zones = 1; zones <= 3; ++zones) {
            for (int size = 0; size < 11; ++size) {
                const double price = 3.8 * std::pow(1.95, size), speed = std::pow(1.9, size);
                for (int count = 1; count <= 6; ++count) {
                    const auto apart = std::min<double>(count, static_cast<double>(zones));
                    Candidate option;
                    option.score.of(Measure::cost) = std::llround(price * count * 1000);
                    option.score.of(Measure::downtime) = std::llround(
                        std::ceil(1e7 * std::pow(1e-3, apart) + std::pow(5e-3, count)));
                    option.score.of(Measure::latency) =
                        std::llround(std::ceil(300 * load / (speed * std::sqrt(count))));
                    all.alternatives[zones - 1].members[m].push_back(option);
                }
            }
        }
    }
    made.groups.push_back(std::move(all));
    for (std::size_t first = 0; first < items; first += path) {
        std::vector<std::size_t> on_path;
        for (auto i = first; i < first + path && path < items; ++i)
            on_path.push_back(i);
        const auto n = static_cast<Amount>(path);
        made.limits.push_back({"availability", Measure::downtime, on_path, n * 400});
        made.limits.push_back({"latency", Measure::latency, on_path, n * 150});
    }
    return made;
}

}  // namespace

TEST_CASE("negotiate: the choice is what brute force finds, in every order of preference") {
    unsigned solved = 0;
    for (unsigned seed = 0; seed < kProblems; ++seed) {
        CAPTURE(seed);
        const auto p = problem(seed);
        const auto found = solve(p), again = solve(p);
        const auto best = best_by_force(p);
        REQUIRE(found.has_value() == best.has_value());
        if (!found) continue;
        ++solved;
        REQUIRE(ordered(p, found->score) == ordered(p, *best));
        REQUIRE(possible(p, found->choice, Active::all(p)));
        REQUIRE(found->choice == again->choice);
    }
    CHECK(solved > kProblems / 3);
    CHECK(solved < kProblems);
}

TEST_CASE("negotiate: a conflict is one, and nothing in it could be left out") {
    unsigned conflicts = 0;
    for (unsigned seed = 0; seed < kProblems; ++seed) {
        CAPTURE(seed);
        const auto p = problem(seed);
        const auto conflict = find_conflict(p);
        Active active{std::vector<bool>(p.limits.size(), false),
                      std::vector<bool>(p.vetoes.size(), false)};
        for (const auto limit : conflict.limits)
            active.limits[limit] = true;
        for (const auto veto : conflict.vetoes)
            active.vetoes[veto] = true;
        if (conflict.limits.empty() && conflict.vetoes.empty()) {
            REQUIRE(solve(p).has_value());
            continue;
        }
        ++conflicts;
        REQUIRE(scores(p, active).empty());
        for (const auto limit : conflict.limits) {
            auto without = active;
            without.limits[limit] = false;
            REQUIRE(!scores(p, without).empty());
        }
        for (const auto veto : conflict.vetoes) {
            auto without = active;
            without.vetoes[veto] = false;
            REQUIRE(!scores(p, without).empty());
        }
    }
    CHECK(conflicts > kProblems / 20);
}

TEST_CASE("negotiate: a relaxation is enough, and less is not") {
    for (unsigned seed = 0; seed < kProblems; ++seed) {
        CAPTURE(seed);
        auto p = problem(seed);
        const auto conflict = find_conflict(p);
        for (const auto& relaxation : relaxations(p, conflict)) {
            if (relaxation.of != Relaxation::Of::limit) continue;
            auto relaxed = p;
            relaxed.limits[relaxation.index].most = relaxation.least;
            REQUIRE(!scores(relaxed, Active::all(relaxed)).empty());
            relaxed.limits[relaxation.index].most = relaxation.least - 1;
            REQUIRE(scores(relaxed, Active::all(relaxed)).empty());
        }
    }
}

TEST_CASE("negotiate: the frontier is every score that no other one beats") {
    for (unsigned seed = 0; seed < kProblems; ++seed) {
        CAPTURE(seed);
        auto p = problem(seed);
        bool thinned = false;
        const auto points = frontier(p, 100'000, thinned);
        REQUIRE_FALSE(thinned);
        auto active = Active::all(p);
        active.limits.assign(p.limits.size(), false);
        const auto all = scores(p, active);
        for (const auto& score : all)
            REQUIRE(std::any_of(points.begin(), points.end(),
                                [&](const auto& point) { return covers(point.score, score); }));
        for (const auto& a : points) {
            REQUIRE(std::none_of(points.begin(), points.end(), [&](const auto& b) {
                return &a != &b && covers(b.score, a.score);
            }));
        }
    }
}

TEST_CASE("negotiate: weights find a design that no other one beats") {
    for (unsigned seed = 0; seed < kProblems / 4; ++seed) {
        CAPTURE(seed);
        auto p = problem(seed);
        p.preference.weights = {0.6, 0.3, 0.1};
        const auto found = solve(p);
        const auto all = scores(p, Active::all(p));
        REQUIRE(found.has_value() == !all.empty());
        if (!found) continue;
        REQUIRE(std::none_of(all.begin(), all.end(),
                             [&](const Score& score) { return beats(score, found->score); }));
    }
}

TEST_CASE("negotiate: many components, alike or not, leave few partial choices") {
    struct Size {
        std::size_t items, path;
    };
    for (const bool alike : {true, false}) {
        for (const auto& [items, path] : {Size{20, 20}, Size{200, 10}}) {
            const auto p = large(items, path, 7, alike);
            const auto start = std::chrono::steady_clock::now();
            const auto found = solve(p);
            const std::chrono::duration<double, std::milli> took =
                std::chrono::steady_clock::now() - start;
            MESSAGE(fmt::format("{} components, paths of {}, {}: {:.1f} ms", items, path,
                                alike ? "alike" : "unlike", took.count()));
            REQUIRE(found.has_value());
            for (const auto& limit : p.limits)
                CHECK(score_of(p, found->choice, limit.items).of(limit.measure) <= limit.most);
        }
    }
}

}  // namespace negotiate_test
