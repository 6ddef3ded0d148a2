#include "agents/inputs.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "agents/keys.h"
#include "base/digest.h"
#include "base/text.h"

namespace agentops {

namespace {

std::optional<std::size_t> index_of(const std::string& step) {
    std::size_t index = 0;
    const auto* end = step.data() + step.size();
    const auto [stop, failure] = std::from_chars(step.data(), end, index);
    return failure == std::errc() && stop == end ? std::optional(index) : std::nullopt;
}

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

/// For a destroy plan the value does not matter, but the variable wants its type.
Json zero_of(ValueType type) {
    switch (type) {
        case ValueType::string:
        case ValueType::any:
            return "";
        case ValueType::number:
            return 0;
        case ValueType::boolean:
            return false;
        case ValueType::list_of_string:
            return Json::array();
        case ValueType::map_of_string:
            return Json::object();
    }
    throw InternalError("value type outside the enum");
}

Diagnostic missing_path(const Input& input) {
    return error("apply.missing-output",
                 fmt::format("{} has no '{}' below its output '{}'", input.from,
                             join(input.path, "."), input.output),
                 input.position, "look at the outputs of that stack, or plan it first");
}

/// After an apply every output is there or never will be.
bool is_gone(const Upstream& upstream, const std::string& output) {
    return upstream.actual != nullptr && !upstream.actual->values.contains(output) &&
           upstream.actual->unknown.count(output) == 0;
}

Diagnostic missing_output(const Input& input, const std::string& reader) {
    return error(
        "apply.missing-output",
        fmt::format("{} has no output '{}', which {} reads", input.from, input.output, reader),
        input.position, "apply that stack again with its present intent");
}

void take(const Input& wanted, const Found& found, bool destroy, UnitInputs& inputs,
          Diagnostics& diagnostics) {
    const bool known = found.how != Availability::unknown;
    const auto* value = known ? descend(&found.value, wanted.path) : nullptr;
    if (value != nullptr) {
        inputs.values[wanted.variable] = *value;
        if (found.how == Availability::real) return;
        inputs.planned.insert(wanted.variable);
    } else if (destroy) {
        inputs.values[wanted.variable] = zero_of(wanted.type);
        return;
    } else if (known) {
        diagnostics.push_back(missing_path(wanted));
        return;
    } else {
        inputs.unknown.insert(wanted.variable);
    }
    if (std::find(inputs.waits_for.begin(), inputs.waits_for.end(), wanted.from) ==
        inputs.waits_for.end())
        inputs.waits_for.push_back(wanted.from);
}

}  // namespace

const Json* descend(const Json* value, const std::vector<std::string>& path) {
    for (const auto& step : path) {
        if (value->is_object() && value->contains(step)) {
            value = &value->at(step);
            continue;
        }
        const auto index = index_of(step);
        if (!value->is_array() || !index || *index >= value->size()) return nullptr;
        value = &value->at(*index);
    }
    return value;
}

std::map<std::string, Upstream> known_only(const std::map<std::string, Json>& known_outputs) {
    std::map<std::string, Upstream> found;
    for (const auto& [id, outputs] : known_outputs)
        found[id].known = &outputs;
    return found;
}

std::map<std::string, Upstream> upstream_units(graph::AgentContext& context,
                                               const std::map<std::string, Json>& known_outputs) {
    auto found = known_only(known_outputs);
    for (const auto& [id, value] : context.upstream(slots::expected_outputs))
        found[id].expected = value;
    for (const auto& [id, value] : context.upstream(slots::actual_outputs))
        found[id].actual = value;
    return found;
}

UnitInputs gather_inputs(const Unit& reader, const std::map<std::string, Upstream>& upstream,
                         bool destroy, Diagnostics& diagnostics) {
    UnitInputs inputs;
    for (const auto& input : reader.inputs) {
        const auto unit = upstream.find(input.from);
        if (!destroy && unit != upstream.end() && is_gone(unit->second, input.output)) {
            diagnostics.push_back(missing_output(input, reader.id));
            continue;
        }
        auto found = unit != upstream.end() ? find_output(unit->second, input.output) : Found{};
        take(input, found, destroy, inputs, diagnostics);
    }
    inputs.digest = sha256(inputs.values);
    return inputs;
}

}  // namespace agentops
