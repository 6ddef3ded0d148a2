// Lays out what is negotiable: the candidates of every component, what each has to carry, and what
// people reach. Nothing is negotiated when neither objectives nor a load ask for it.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

using catalog::Demand;
using catalog::Part;

constexpr double kHeadroom = 0.3, kPeakFactor = 3;

Demand stated(const Part& part) {
    const auto& load = *part.spec->load;
    const auto growth = load.growth ? 1 + load.growth->value.value / 100 : 1;
    Demand demand;
    demand.rps = load.rps.value.rate.value * growth;
    demand.average = demand.rps / (load.peak ? load.peak->value : kPeakFactor);
    if (load.cpu) demand.cpu = static_cast<double>(load.cpu->value.value.count()) / 1000;
    if (load.memory) demand.memory = static_cast<double>(load.memory->value.value);
    if (load.payload) demand.payload = static_cast<double>(load.payload->value.value);
    if (load.concurrency) demand.concurrency = load.concurrency->value;
    demand.headroom = load.headroom ? load.headroom->value.value / 100 : kHeadroom;
    demand.source = fmt::format("load of {}", part.name());
    demand.position = load.rps.position;
    return demand;
}

/// Rates as they were seen; what a request takes is still as stated.
Demand observed(const Part& part, const std::pair<catalog::Observed, std::string>& seen) {
    auto demand = part.spec->load ? stated(part) : Demand{};
    const auto& growth = part.spec->load ? part.spec->load->growth : std::nullopt;
    const auto factor = growth ? 1 + growth->value.value / 100 : 1;
    demand.rps = seen.first.peak * factor;
    demand.average = seen.first.average * factor;
    demand.source = fmt::format("{}, {} samples", seen.second, seen.first.samples);
    return demand;
}

/// What each part has to carry: observed, stated, or what those who use it are asked.
class Demands {
public:
    Demands(const std::vector<Part>& parts, const StackInput& input)
        : parts_(parts), observed_(input.observed), known_(parts.size()) {}

    std::optional<Demand> of(std::size_t part) {
        if (!known_[part]) {
            known_[part].emplace();  // a cycle of uses ends here
            known_[part] = find(part);
        }
        return *known_[part];
    }

private:
    std::optional<Demand> find(std::size_t part) {
        const auto seen = observed_.find(parts_[part].name());
        if (seen != observed_.end()) return observed(parts_[part], seen->second);
        if (parts_[part].spec->load) return stated(parts_[part]);
        std::optional<Demand> sum;
        for (std::size_t user = 0; user < parts_.size(); ++user) {
            if (!uses(parts_[user], parts_[part].name())) continue;
            const auto theirs = of(user);
            if (!theirs) continue;
            if (!sum) sum = Demand{};
            sum->derived = true;
            sum->rps += theirs->rps;
            sum->average += theirs->average;
            sum->position = theirs->position;
            sum->source = fmt::format("{} uses it", parts_[user].name());
        }
        return sum;
    }
    static bool uses(const Part& part, const std::string& name) {
        return std::any_of(part.spec->uses.begin(), part.spec->uses.end(),
                           [&](const auto& used) { return used.value.value == name; });
    }

    const std::vector<Part>& parts_;
    const std::map<std::string, std::pair<catalog::Observed, std::string>>& observed_;
    std::vector<std::optional<std::optional<Demand>>> known_;
};

class Layout {
public:
    Layout(const StackInput& input, const std::vector<Part>& parts)
        : input_(input), parts_(parts), demands_(parts, input) {
        for (std::size_t i = 0; i < parts.size(); ++i)
            by_name_[parts[i].name()] = i;
    }

    Lots run() {
        lots_.wanted = wanted();
        if (!lots_.wanted) return std::move(lots_);
        for (std::size_t i = 0; i < parts_.size(); ++i)
            lots_.lots.push_back(lot(i));
        for (std::size_t i = 0; i < parts_.size(); ++i)
            lots_.lots[i].surroundings = surroundings(i);
        add_entries();
        return std::move(lots_);
    }

private:
    bool wanted() const {
        const auto& objectives = input_.stack->objectives;
        return input_.explore || objectives.budget || objectives.availability ||
               objectives.latency_p95 || objectives.rpo || objectives.rto ||
               objectives.processors || !objectives.prefer.empty() ||
               std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) {
                   return part.spec->load || input_.observed.count(part.name()) > 0;
               });
    }

    /// Candidates in order of the ladders, the last knob first to change.
    Lot lot(std::size_t index) {
        Lot lot;
        auto part = parts_[index];
        part.knobs.clear();
        lot.candidates = {part};
        lot.pins = {{}};
        for (const auto& info : part.kind->info().knobs)
            spread(lot, index, info);
        if (parts_[index].spec->in) {
            const auto found = by_name_.find(parts_[index].spec->in->value.value);
            if (found != by_name_.end()) lot.network = found->second;
        }
        return lot;
    }

    void spread(Lot& lot, std::size_t index, const catalog::KnobInfo& info) {
        const auto& pinned = parts_[index].knobs;
        const auto pin = std::find_if(pinned.begin(), pinned.end(),
                                      [&](const auto& knob) { return knob.name == info.name; });
        const bool is_pinned = pin != pinned.end();
        auto values = info.ladder;
        const auto sure = is_pinned ? pin->value : info.fallback;
        if (std::find(values.begin(), values.end(), sure) == values.end() &&
            (is_pinned || values.empty()))
            values.insert(values.begin(), sure);
        if (is_pinned)
            lots_.pins.push_back({index, std::string(info.name), pin->value, pin->position});
        Lot more;
        for (std::size_t c = 0; c < lot.candidates.size(); ++c) {
            for (const auto& value : values) {
                const bool kept = !is_pinned || value == pin->value;
                auto& candidate = more.candidates.emplace_back(lot.candidates[c]);
                candidate.knobs.push_back({std::string(info.name), value, is_pinned && kept,
                                           is_pinned && kept ? pin->position : Position{}});
                auto& broken = more.pins.emplace_back(lot.pins[c]);
                if (!kept) broken.push_back(lots_.pins.size() - 1);
            }
        }
        lot.candidates = std::move(more.candidates);
        lot.pins = std::move(more.pins);
    }

    std::vector<catalog::Surroundings> surroundings(std::size_t index) {
        const auto& lot = lots_.lots[index];
        catalog::Surroundings in;
        in.demand = demands_.of(index);
        in.today = input_.today;
        const auto& protects = input_.stack->rules.protect;
        in.is_protected = std::any_of(protects.begin(), protects.end(), [&](const auto& name) {
            return name.value.value == parts_[index].name();
        });
        if (!lot.network) return {in};
        std::vector<catalog::Surroundings> found;
        for (const auto& network : lots_.lots[*lot.network].candidates) {
            in.zones = zones_of(network);
            found.push_back(in);
        }
        return found;
    }
    static int zones_of(const Part& network) {
        const auto knobs = network.kind->info().knobs;
        const bool has_zones = std::any_of(knobs.begin(), knobs.end(),
                                           [](const auto& knob) { return knob.name == "zones"; });
        return has_zones ? network.knob_int("zones") : 1;
    }

    void add_entries() {
        std::vector<bool> used(parts_.size(), false);
        for (const auto& part : parts_) {
            for (const auto& name : part.spec->uses) {
                const auto found = by_name_.find(name.value.value);
                if (found != by_name_.end()) used[found->second] = true;
            }
        }
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (used[i] || parts_[i].kind->info().is_network) continue;
            Entry entry{i, {}};
            reach(i, entry.reached);
            std::sort(entry.reached.begin(), entry.reached.end());
            lots_.entries.push_back(std::move(entry));
        }
    }
    void reach(std::size_t part, std::vector<std::size_t>& reached) const {
        if (std::find(reached.begin(), reached.end(), part) != reached.end()) return;
        reached.push_back(part);
        for (const auto& name : parts_[part].spec->uses) {
            const auto found = by_name_.find(name.value.value);
            if (found != by_name_.end()) reach(found->second, reached);
        }
    }

    const StackInput& input_;
    const std::vector<Part>& parts_;
    Demands demands_;
    std::map<std::string, std::size_t> by_name_;
    Lots lots_;
};

class Broker final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "broker",
            .summary = "lays out what is negotiable, and what each component has to carry",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::parts.id},
            .writes = {slots::lots.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        context.put(slots::lots,
                    Layout(context.get(slots::stack), context.get(slots::parts).parts).run());
        return {};
    }
};

}  // namespace

graph::Agent& broker_agent() {
    static Broker agent;
    return agent;
}

}  // namespace agentops
