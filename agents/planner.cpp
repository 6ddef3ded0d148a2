// Works out a unit's inputs and writes the steps from artifacts to the plan as JSON.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/digest.h"
#include "base/text.h"
#include "terraform/writer.h"

namespace agentops {

namespace {

/// What one upstream unit offers: actual outputs beat expected ones beat those known before.
struct Upstream {
    const UnitOutputs* actual = nullptr;
    const UnitOutputs* expected = nullptr;
    const Json* known = nullptr;
};

enum class Availability { real, planned, unknown };

struct Found {
    Availability how = Availability::unknown;
    Json value;
};

Found find_in(const UnitOutputs& outputs, const std::string& name) {
    if (!outputs.values.contains(name)) return {};
    const bool planned = outputs.changing.count(name) != 0;
    return {planned ? Availability::planned : Availability::real, outputs.values.at(name)};
}

Found find_output(const Upstream& upstream, const std::string& name) {
    if (upstream.actual != nullptr) return find_in(*upstream.actual, name);
    if (upstream.expected != nullptr) return find_in(*upstream.expected, name);
    if (upstream.known != nullptr && upstream.known->contains(name))
        return {Availability::real, upstream.known->at(name)};
    return {};
}

/// Steps below an output: map keys and list indices. Null when one leads nowhere.
const Json* descend(const Json* value, const std::vector<std::string>& path) {
    for (const auto& step : path) {
        if (value->is_object() && value->contains(step)) {
            value = &value->at(step);
        } else if (value->is_array() && step.find_first_not_of("0123456789") == std::string::npos &&
                   std::stoul(step) < value->size()) {
            value = &value->at(std::stoul(step));
        } else {
            return nullptr;
        }
    }
    return value;
}

/// For a destroy plan the value does not matter, but the variable wants its type.
Json zero_of(tf::ValueType type) {
    switch (type) {
        case tf::ValueType::string:
        case tf::ValueType::any:
            return "";
        case tf::ValueType::number:
            return 0;
        case tf::ValueType::boolean:
            return false;
        case tf::ValueType::list_of_string:
            return Json::array();
        case tf::ValueType::map_of_string:
            return Json::object();
    }
    throw InternalError("value type outside the enum");
}

Diagnostic missing_path(const tf::Input& input) {
    return error("apply.missing-output",
                 fmt::format("{} has no '{}' below its output '{}'", input.from,
                             join(input.path, "."), input.output),
                 input.position, "look at the outputs of that stack, or plan it first");
}

class Planner final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "planner",
            .summary = "gathers inputs and writes the steps up to the plan",
            .scope = graph::Scope::unit,
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
    static std::map<std::string, Upstream> upstream_units(graph::AgentContext& context,
                                                          const UnitInput& input) {
        std::map<std::string, Upstream> found;
        for (const auto& [id, outputs] : input.known_outputs)
            found[id].known = &outputs;
        // A destroy walks backwards: what comes before a unit there are its readers.
        if (input.destroy) return found;
        for (const auto& [id, value] : context.upstream(slots::expected_outputs))
            found[id].expected = value;
        for (const auto& [id, value] : context.upstream(slots::actual_outputs))
            found[id].actual = value;
        return found;
    }

    static UnitInputs gather(graph::AgentContext& context, const UnitInput& input,
                             Diagnostics& diagnostics) {
        UnitInputs inputs;
        const auto upstream = upstream_units(context, input);
        for (const auto& [name, value] : input.unit->variables)
            inputs.values[name] = tf::to_tf_json(value);
        for (const auto& wanted : input.unit->inputs) {
            const auto unit = upstream.find(wanted.from);
            auto found =
                unit != upstream.end() ? find_output(unit->second, wanted.output) : Found{};
            take(wanted, found, input.destroy, inputs, diagnostics);
        }
        inputs.digest = sha256(inputs.values);
        return inputs;
    }

    static void take(const tf::Input& wanted, const Found& found, bool destroy, UnitInputs& inputs,
                     Diagnostics& diagnostics) {
        if (found.how == Availability::unknown) {
            if (destroy) {
                inputs.values[wanted.variable] = zero_of(wanted.type);
                return;
            }
            inputs.unknown.insert(wanted.variable);
        } else {
            const auto* value = descend(&found.value, wanted.path);
            if (value == nullptr) {
                diagnostics.push_back(missing_path(wanted));
                return;
            }
            inputs.values[wanted.variable] = *value;
            if (found.how == Availability::real) return;
            inputs.planned.insert(wanted.variable);
        }
        if (std::find(inputs.waits_for.begin(), inputs.waits_for.end(), wanted.from) ==
            inputs.waits_for.end())
            inputs.waits_for.push_back(wanted.from);
    }

    /// The unit as it is planned: a preview reads typed unknowns in place of missing inputs.
    static tf::Unit unit_to_plan(graph::AgentContext& context, const UnitInput& input,
                                 const UnitInputs& inputs) {
        auto unit = *input.unit;
        if (inputs.unknown.empty() || unit.existing) return unit;
        auto root = context.get(slots::built).main;
        if (unit.backend == "local") {
            root.backend = "local";
            root.backend_config = {{"path", unit.local_state.string()}};
        }
        unit.preview_files =
            tf::write_preview(root, "A preview by agentops: never applied.", inputs.unknown);
        return unit;
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
        auto plan = tf::plan_step(unit, input.destroy, preview, tool);
        auto show = tf::show_plan_step(unit, preview, tool);
        const auto reason = why_not(input, inputs);
        if (!reason.empty()) {
            for (auto* step : {&validate, &plan, &show})
                step->skip = reason;
        }
        if (unit.existing && !inputs.unknown.empty()) write.skip = lock.skip = init.skip = reason;
        context.put(slots::write_step, std::move(write));
        context.put(slots::lock_step, std::move(lock));
        context.put(slots::init_step, std::move(init));
        context.put(slots::validate_step, std::move(validate));
        context.put(slots::plan_step, std::move(plan));
        context.put(slots::show_step, std::move(show));
        context.put(slots::outputs_step, tf::outputs_step(unit, tool));
    }

    /// Why this unit is not planned now; empty when it is.
    static std::string why_not(const UnitInput& input, const UnitInputs& inputs) {
        if (input.unit->existing && !inputs.unknown.empty())
            return fmt::format("waits for {}", join(inputs.waits_for, ", "));
        const auto& approved = input.approved;
        if (approved && !approved->replan && approved->inputs_digest == inputs.digest)
            return "the approved plan is used";
        return "";
    }
};

}  // namespace

graph::Agent& planner_agent() {
    static Planner agent;
    return agent;
}

}  // namespace agentops
