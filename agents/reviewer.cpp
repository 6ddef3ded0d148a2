// Reads the plan, finds the intent line behind each change, weighs the risk, and says which outputs
// the units after this one may expect.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/origins.h"
#include "agents/registry.h"
#include "agents/risk.h"
#include "base/text.h"
#include "terraform/writer.h"

namespace agentops {

namespace {

/// The component whose resource this is, also when it has left the intent.
bool hits_protected(const tf::Unit& unit, const ReviewedChange& reviewed) {
    const auto action = reviewed.change.action;
    if (action != Action::destroy && action != Action::replace) return false;
    if (!reviewed.origin.component.empty())
        return unit.protected_components.count(reviewed.origin.component) != 0;
    const auto& address = reviewed.change.address;
    return std::any_of(unit.protected_components.begin(), unit.protected_components.end(),
                       [&](std::string name) {
                           std::replace(name.begin(), name.end(), '-', '_');
                           const auto label = root_address(address);
                           const auto own = label.substr(label.find('.') + 1);
                           return own == name || starts_with(own, name + "_");
                       });
}

UnitOutputs expected(const Plan& plan) {
    UnitOutputs outputs;
    for (const auto& [name, output] : plan.prior_outputs.items()) {
        if (output.is_object() && output.contains("value"))
            outputs.values[name] = output.at("value");
    }
    for (const auto& change : plan.outputs) {
        if (change.action == Action::no_op) continue;
        outputs.values.erase(change.name);
        if (change.action == Action::destroy) continue;
        // A sensitive value leaves no plan reader: its readers wait for the real one.
        if (!change.known || change.sensitive) {
            outputs.unknown.insert(change.name);
        } else {
            outputs.values[change.name] = change.after;
            outputs.changing.insert(change.name);
        }
    }
    return outputs;
}

class Reviewer final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "reviewer",
            .summary = "names the intent line behind each change and weighs the risk",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::inputs.id, slots::validated.id, slots::plannable.id,
                      slots::show_done.id},
            .writes = {slots::review.id, slots::expected_outputs.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& inputs = context.get(slots::inputs);
        const auto& shown = context.get(slots::show_done);
        Review review;
        review.unit = input.unit->id;
        review.destroy = input.destroy;
        review.inputs_digest = inputs.digest;
        review.waits_for = inputs.waits_for;
        review.preview = inputs.preview() && !input.destroy;
        review.refreshes = input.aim && input.aim->refresh_only && !input.aim->targets.empty();
        if (shown.ran) {
            auto plan = read(shown);
            if (!plan) return plan.error();
            review.plan = std::move(*plan);
            if (input.prices != nullptr)
                review.cost = prices::cost_of_plan(*shown.json, *input.prices, input.region);
        } else if (input.approved) {
            review.plan = input.approved->plan;
            review.reused = true;
        } else if (!input.aim || !input.aim->targets.empty()) {
            review.pending = true;
        }
        judge(*input.unit, review);
        context.put(slots::expected_outputs, expected(review.plan));
        context.put(slots::review, std::move(review));
        return {};
    }

private:
    static Result<Plan> read(const run::StepResult& shown) {
        if (!shown.json)
            return fail(error("terraform.plan-format", "the tool showed no plan as JSON"));
        TRY(auto plan, tf::read_plan(*shown.json));
        std::erase_if(plan.changes,
                      [](const Change& change) { return tf::is_preview_helper(change.address); });
        return plan;
    }

    static void judge(const tf::Unit& unit, Review& review) {
        for (const auto& change : review.plan.changes) {
            const bool moves = !change.previous_address.empty() || change.importing;
            if (change.action == Action::read) continue;
            if (change.action == Action::no_op && !moves) continue;
            ReviewedChange reviewed{change,
                                    origin_of(unit, change.address, change.previous_address), false,
                                    risk_of(change)};
            reviewed.is_protected = hits_protected(unit, reviewed);
            review.risk = std::max(review.risk, reviewed.risk);
            review.changes.push_back(std::move(reviewed));
        }
    }
};

}  // namespace

graph::Agent& reviewer_agent() {
    static Reviewer agent;
    return agent;
}

}  // namespace agentops
