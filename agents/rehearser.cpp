// Reads what check mode says: the changes a playbook would make, with the intent line behind each
// and how far the prediction can be relied on.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/play_result.h"
#include "agents/registry.h"

namespace agentops {

namespace {

/// Machines cannot be lost by a playbook, but what is removed from them can.
Risk risk_of_task(const Change& change) {
    switch (change.action) {
        case Action::no_op:
        case Action::read:
        case Action::create:
        case Action::update:
        case Action::forget:
            return Risk::low;
        case Action::unknown:
        case Action::replace:
        case Action::destroy:
            return Risk::medium;
    }
    throw InternalError("action outside the enum");
}

Origin origin_of(const ansible::Unit& unit, const Change& change) {
    const auto colon = change.address.find(": ");
    const auto task =
        colon == std::string::npos ? change.address : change.address.substr(colon + 2);
    for (const auto& name : {task, std::string()}) {
        const auto found = unit.origins.find(name);
        if (found != unit.origins.end()) return found->second;
    }
    return {};
}

class Rehearser final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "rehearser",
            .summary = "reads what the playbook would change",
            .scope = graph::Scope::ansible,
            .reads = {slots::play_unit.id, slots::inputs.id, slots::targets.id,
                      slots::syntax_done.id, slots::rehearse_done.id},
            .writes = {slots::review.id, slots::expected_outputs.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::play_unit);
        const auto& inputs = context.get(slots::inputs);
        Diagnostics diagnostics = judge_syntax(*input.unit, context.get(slots::syntax_done));
        if (has_errors(diagnostics)) return diagnostics;
        Review review;
        review.unit = input.unit->id;
        review.inputs_digest = inputs.digest;
        review.waits_for = inputs.waits_for;
        review.pending = inputs.preview();
        review.pending_hosts = pending_hosts(input, inputs);
        const auto& rehearsed = context.get(slots::rehearse_done);
        if (input.approved) {
            review.plan = input.approved->plan;
            review.reused = true;
        } else if (rehearsed.ran) {
            diagnostics =
                read(*input.unit, taking_part(context.get(slots::targets).hosts, input.context),
                     rehearsed, review);
            if (has_errors(diagnostics)) return diagnostics;
        }
        for (const auto& change : review.plan.changes) {
            review.changes.push_back(
                {change, origin_of(*input.unit, change), false, risk_of_task(change)});
            review.risk = std::max(review.risk, review.changes.back().risk);
        }
        context.put(slots::expected_outputs,
                    UnitOutputs{ansible::host_outputs(*input.unit), {}, {}});
        context.put(slots::review, std::move(review));
        return diagnostics;
    }

private:
    /// How many machines are still to come: those that will be, without those that are there.
    static int pending_hosts(const PlayInput& input, const UnitInputs& inputs) {
        const auto& source = input.unit->source;
        if (!source) return 0;
        const bool waits =
            inputs.unknown.count(source->variable) + inputs.planned.count(source->variable) > 0;
        return waits ? std::max(source->expected - known_hosts(input, *source), 0) : 0;
    }

    static int known_hosts(const PlayInput& input, const ansible::HostSource& source) {
        for (const auto& wanted : input.unit->inputs) {
            const auto known = input.known_outputs.find(wanted.from);
            if (wanted.variable != source.variable || known == input.known_outputs.end()) continue;
            const auto value = known->second.find(wanted.output);
            if (value == known->second.end()) return 0;
            return value->is_array() ? static_cast<int>(value->size()) : 1;
        }
        return 0;
    }

    static Diagnostics judge_syntax(const ansible::Unit& unit, const run::StepResult& done) {
        if (done.ok) return {};
        return read_play(unit, {}, done, true).diagnostics;
    }

    static Diagnostics read(const ansible::Unit& unit, const std::vector<ansible::Host>& hosts,
                            const run::StepResult& rehearsed, Review& review) {
        auto [events, failed] = read_play(unit, hosts, rehearsed, true);
        for (const auto& stopped : events.check_stopped) {
            failed.push_back(warning(
                "ansible.check-stopped",
                fmt::format("{}: check mode stops at '{}' on {}, which needs what an earlier task "
                            "would make; what comes after it was not looked at",
                            unit.id, stopped.task, stopped.host),
                origin_at(unit)));
        }
        for (const auto& [host, result] : events.hosts)
            review.plan.unchanged += static_cast<std::size_t>(result.ok - result.changed);
        review.plan.changes = std::move(events.changes);
        return failed;
    }

    static Position origin_at(const ansible::Unit& unit) {
        const auto found = unit.origins.find("");
        return found == unit.origins.end() ? Position{} : found->second.position;
    }
};

}  // namespace

graph::Agent& rehearser_agent() {
    static Rehearser agent;
    return agent;
}

}  // namespace agentops
