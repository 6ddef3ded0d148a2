// Decisions of random stacks, made by all negotiating agents: what is said to flip one flips it,
// less does not, and what is not said to decide does not.

#include <cmath>
#include <random>

#include "agents/frontier.h"
#include "base/text.h"
#include "stack_bench.h"

namespace flips_test {

using namespace agentops;
using negotiate::Measure;

namespace {

/// Objectives as an intent has them; empty ones are not stated.
using Objectives = std::map<Measure, std::string>;

struct Stack {
    Objectives objectives;
    std::string components;

    std::string text() const {
        static const std::map<Measure, const char*> kNames = {{Measure::cost, "budget"},
                                                              {Measure::downtime, "availability"},
                                                              {Measure::latency, "latency_p95"}};
        std::vector<std::string> stated;
        for (const auto& [measure, value] : objectives)
            stated.push_back(fmt::format("{}: {}", kNames.at(measure), value));
        return fmt::format("objectives: {{{}}}\ncomponents:\n{}", join(stated, ", "), components);
    }
    Stack with(Measure measure, const std::string& value) const {
        auto other = *this;
        other.objectives[measure] = value;
        return other;
    }
};

/// One or two services with a load each, some with a database.
class Stacks {
public:
    explicit Stacks(unsigned seed) : random_(seed) {}

    Stack next() {
        Stack made;
        made.components = "  net: {kind: network, cidr: 10.0.0.0/16}\n";
        for (const char* name : {"web", "api"}) {
            if (!made.components.ends_with("/16}\n") && below(2) == 0) continue;
            const bool stores = below(3) > 0;
            made.components += fmt::format(
                "  {0}: {{kind: service, in: net, image: ubuntu-24.04, expose: {{port: 443, to: "
                "vpc}},\n"
                "        load: {{rps: {1}, cpu: {2} ms}}{3}}}\n",
                name, 20 + below(400), 4 + below(20),
                stores ? fmt::format(", uses: [{}-db]", name) : "");
            if (stores)
                made.components += fmt::format(
                    "  {}-db: {{kind: database, engine: postgres 16, in: net}}\n", name);
        }
        if (below(4) > 0)
            made.objectives[Measure::downtime] =
                one_of({"97 %", "99 %", "99.5 %", "99.9 %", "99.95 %"});
        if (below(2) > 0) made.objectives[Measure::latency] = fmt::format("{} ms", 15 + below(120));
        if (below(2) > 0)
            made.objectives[Measure::cost] = fmt::format("{} USD/month", 60 + below(900));
        return made;
    }

private:
    unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
    std::string one_of(const std::vector<std::string>& values) {
        return values[below(static_cast<unsigned>(values.size()))];
    }

    std::mt19937 random_;
};

/// What was decided: the knobs that were awarded and why, or nothing in a conflict.
struct Decided {
    std::vector<std::string> knobs;
    std::vector<Counterfactual> counterfactuals;
    std::vector<std::vector<std::string>> flipped;  ///< the knobs of each

    explicit Decided(const Stack& stack) {
        StackBench t(stack.text());
        if (has_errors(t.run_to("arbiter"))) return;
        const auto& award = t.get(slots::award);
        if (!award.solution) return;
        knobs = knobs_of(t.get(slots::lots), award.solution->choice);
        counterfactuals = award.counterfactuals;
        for (const auto& counter : counterfactuals)
            flipped.push_back(knobs_of(t.get(slots::lots), counter.choice));
    }
};

/// The loosest value that an intent can state and that the choice of a counterfactual does not
/// keep.
std::string just_short_of(const Counterfactual& counter) {
    const auto less = static_cast<double>(counter.needed - 1);
    switch (counter.measure) {
        case Measure::cost:
            return fmt::format("{:.3f} USD/month", less * negotiate::kCostUnit);
        case Measure::downtime:
            return fmt::format("{:.7f} %", 100 * std::exp(-less * negotiate::kDowntimeUnit));
        case Measure::latency:
            return fmt::format("{:.0f} ms", std::floor(less * negotiate::kLatencyUnit * 1000));
        case Measure::dislike:
        case Measure::processors:
            break;
    }
    throw InternalError("no objective of these stacks");
}

/// Far beyond what any design needs.
const Objectives kLoosest = {
    {Measure::cost, "1000000 USD/month"}, {Measure::downtime, "50 %"}, {Measure::latency, "100 s"}};

}  // namespace

TEST_CASE("flips: what is said to decide decides, and nothing else does") {
    Stacks stacks(20261127);
    int decided = 0, flipped = 0, indifferent = 0;
    for (int round = 0; round < 60; ++round) {
        const auto stack = stacks.next();
        CAPTURE(stack.text());
        const Decided now(stack);
        if (now.knobs.empty()) continue;
        ++decided;
        std::set<Measure> deciding;
        for (std::size_t i = 0; i < now.counterfactuals.size(); ++i) {
            const auto& counter = now.counterfactuals[i];
            const auto needed = amount_text(counter.measure, counter.needed);
            CAPTURE(counter.objective);
            CAPTURE(needed);
            ++flipped;
            deciding.insert(counter.measure);
            CHECK(Decided(stack.with(counter.measure, needed)).knobs == now.flipped[i]);
            const auto less = just_short_of(counter);
            CAPTURE(less);
            CHECK(Decided(stack.with(counter.measure, less)).knobs != now.flipped[i]);
        }
        for (const auto& [measure, value] : stack.objectives) {
            if (deciding.count(measure) != 0) continue;
            CAPTURE(value);
            ++indifferent;
            CHECK(Decided(stack.with(measure, kLoosest.at(measure))).knobs == now.knobs);
        }
        auto more = stack;
        more.components += "  files: {kind: bucket}\n";
        CHECK(Decided(more).knobs == now.knobs);
    }
    MESSAGE(decided << " stacks decided, " << flipped << " objectives decide, " << indifferent
                    << " do not");
    CHECK(decided >= 20);
    CHECK(flipped >= 20);
    CHECK(indifferent >= 20);
}

}  // namespace flips_test
