// Works out a unit's inputs and writes the steps from artifacts to the plan as JSON.

#include <fmt/core.h>

#include <algorithm>

#include "agents/inputs.h"
#include "agents/keys.h"
#include "agents/registry.h"
#include "base/digest.h"
#include "base/text.h"
#include "terraform/writer.h"

namespace agentops {

namespace {

/// A value as it stands in a values file, where nothing is a template and so nothing is escaped.
struct Literal {
    Json operator()(std::monostate) const { return nullptr; }
    template <class Scalar>
    Json operator()(const Scalar& scalar) const {
        return scalar;
    }
    Json operator()(const tf::Expr& expression) const {
        throw InternalError("an expression among plain values: " + expression.text);
    }
    Json operator()(const tf::Concat& text) const {
        std::string joined;
        for (const auto& part : text.parts)
            joined += std::visit(*this, part).get<std::string>();
        return joined;
    }
    Json operator()(const tf::List& list) const {
        Json items = Json::array();
        for (const auto& item : list)
            items.push_back(std::visit(*this, item.data()));
        return items;
    }
    Json operator()(const tf::Map& map) const {
        Json members = Json::object();
        for (const auto& [name, value] : map)
            members[name] = std::visit(*this, value.data());
        return members;
    }
};

class Planner final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "planner",
            .summary = "gathers inputs and writes the steps up to the plan",
            .scope = graph::Scope::terraform,
            .reads = {slots::built.id, slots::unit.id},
            .writes = {slots::inputs.id, slots::write_step.id, slots::lock_step.id,
                       slots::init_step.id, slots::validate_step.id, slots::plan_step.id,
                       slots::show_step.id, slots::outputs_step.id},
            .upstream = {slots::expected_outputs.id, slots::actual_outputs.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        Diagnostics diagnostics;
        auto inputs = gather(context, input, diagnostics);
        if (has_errors(diagnostics)) return diagnostics;
        write_steps(context, input, inputs);
        context.put(slots::inputs, std::move(inputs));
        return diagnostics;
    }

private:
    static UnitInputs gather(graph::AgentContext& context, const UnitInput& input,
                             Diagnostics& diagnostics) {
        // A destroy walks backwards: what comes before a unit there are its readers.
        const auto upstream = input.destroy ? known_only(input.known_outputs)
                                            : upstream_units(context, input.known_outputs);
        auto inputs = gather_inputs(*input.unit, upstream, input.destroy, diagnostics);
        for (const auto& [name, value] : input.unit->variables)
            inputs.values[name] = std::visit(Literal(), value.data());
        inputs.digest = sha256(inputs.values);
        return inputs;
    }

    /// The unit as it is planned: a preview reads typed unknowns in place of missing inputs.
    static tf::Unit unit_to_plan(graph::AgentContext& context, const UnitInput& input,
                                 const UnitInputs& inputs) {
        auto unit = *input.unit;
        const bool aside = input.drift && input.drift->aside;
        if ((inputs.unknown.empty() && !aside) || unit.existing) return unit;
        auto root = context.get(slots::built).main;
        if (unit.backend == "local") {
            root.backend = "local";
            root.backend_config = {{"path", unit.local_state.string()}};
        }
        unit.preview_files =
            tf::write_preview(root, "A preview by agentops: never applied.", inputs.unknown);
        if (unit.backend != "local") keep_backend(unit);
        return unit;
    }

    /// A preview must read the unit's own state; only the unit's files name its place there.
    static void keep_backend(tf::Unit& unit) {
        constexpr std::string_view kBackend = "terraform.tf.json";
        const auto named = [&](const Artifact& file) { return file.name == kBackend; };
        const auto& files = unit.files;
        const auto own = std::find_if(files.begin(), files.end(), named);
        auto& preview = unit.preview_files;
        const auto copy = std::find_if(preview.begin(), preview.end(), named);
        if (own == files.end() || copy == preview.end())
            throw InternalError("no file says where the state of " + unit.id + " is");
        copy->text = own->text;
    }

    static void write_steps(graph::AgentContext& context, const UnitInput& input,
                            const UnitInputs& inputs) {
        const auto unit = unit_to_plan(context, input, inputs);
        const bool preview = !unit.preview_files.empty();
        const auto& facts = input.facts;
        const auto& tool = input.context;
        auto write = tf::write_step(unit, facts, preview, inputs.values, tool);
        auto lock = tf::lock_step(unit, preview, tool);
        auto init = tf::init_step(unit, facts, preview, tool);
        auto validate = tf::validate_step(unit, facts, preview, tool);
        auto plan = tf::plan_step(unit, wish_of(input, preview), tool);
        auto show = tf::show_plan_step(unit, preview, tool);
        if (input.drift) validate.skip = "a drift check looks at what was applied";
        if (input.drift && !init.skip.empty()) lock.skip = init.skip;
        const auto reason = why_not(input, inputs);
        if (!reason.empty()) {
            for (auto* step : {&validate, &plan, &show})
                step->skip = reason;
        }
        const bool waits = unit.existing && !inputs.unknown.empty();
        const bool idle = reuses(input, inputs) && input.approved->plan.empty() &&
                          !hides_outputs(input.approved->plan, facts);
        if (waits || idle || is_left_alone(input)) write.skip = lock.skip = init.skip = reason;
        context.put(slots::write_step, std::move(write));
        context.put(slots::lock_step, std::move(lock));
        context.put(slots::init_step, std::move(init));
        context.put(slots::validate_step, std::move(validate));
        context.put(slots::plan_step, std::move(plan));
        context.put(slots::show_step, std::move(show));
        context.put(slots::outputs_step, tf::outputs_step(unit, tool));
    }

    static tf::PlanWish wish_of(const UnitInput& input, bool preview) {
        tf::PlanWish wish;
        wish.destroy = input.destroy;
        wish.preview = preview;
        wish.observe = input.drift.has_value();
        if (!input.aim) return wish;
        wish.targets = input.aim->targets;
        wish.refresh_only = input.aim->refresh_only;
        return wish;
    }

    /// Neither tool nor backend are asked for it.
    static bool is_left_alone(const UnitInput& input) {
        const bool nothing = input.facts.state_known && !input.facts.deployed;
        return (input.drift && nothing) || (input.aim && input.aim->targets.empty());
    }

    /// Why this unit is not planned now; empty when it is.
    static std::string why_not(const UnitInput& input, const UnitInputs& inputs) {
        if (is_left_alone(input)) return input.drift ? "nothing is deployed" : "nothing drifted";
        if (input.unit->existing && !inputs.unknown.empty())
            return fmt::format("waits for {}", join(inputs.waits_for, ", "));
        return reuses(input, inputs) ? "the approved plan is used" : "";
    }

    /// The approved plan stands: it was made with the very values that are real now.
    static bool reuses(const UnitInput& input, const UnitInputs& inputs) {
        const auto& approved = input.approved;
        return approved && !approved->replan && approved->inputs_digest == inputs.digest;
    }
};

}  // namespace

graph::Agent& planner_agent() {
    static Planner agent;
    return agent;
}

}  // namespace agentops
