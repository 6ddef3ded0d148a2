#include "catalog/kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace agentops::catalog {

#define KIND(name) const Kind& name##_kind();
#include "catalog/kinds.def"
#undef KIND

namespace {

const Knob& knob_of(const Part& part, std::string_view name) {
    if (const auto* knob = part.find_knob(name)) return *knob;
    throw InternalError(fmt::format("{} has no knob {}", part.name(), name));
}

std::optional<std::size_t> to_index(std::string_view text) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), index);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return index;
}

std::optional<tf::Value> step_into(const tf::Value& value, const std::string& step) {
    const auto index = to_index(step);
    if (const auto* list = std::get_if<tf::List>(&value.data())) {
        if (!index || *index >= list->size()) return std::nullopt;
        return (*list)[*index];
    }
    if (const auto* expression = std::get_if<tf::Expr>(&value.data())) {
        // Steps are letters, digits, '_' and '-', so the quotes hold.
        return tf::Expr{index ? fmt::format("{}[{}]", expression->text, *index)
                              : fmt::format("{}[\"{}\"]", expression->text, step)};
    }
    if (const auto* member = value.find(step)) return *member;
    return std::nullopt;
}

}  // namespace

std::string Part::label() const {
    std::string label = name();
    std::replace(label.begin(), label.end(), '-', '_');
    return label;
}

const Knob* Part::find_knob(std::string_view name) const {
    const auto found = std::find_if(knobs.begin(), knobs.end(),
                                    [&](const Knob& knob) { return knob.name == name; });
    return found == knobs.end() ? nullptr : &*found;
}

const std::string& Part::knob(std::string_view name) const {
    return knob_of(*this, name).value;
}

int Part::knob_int(std::string_view name) const {
    const auto& text = knob(name);
    int value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        throw InternalError(fmt::format("knob {} of {} is no number", name, this->name()));
    return value;
}

Position Part::knob_position(std::string_view name) const {
    const auto& knob = knob_of(*this, name);
    return knob.position.known() ? knob.position : component->position;
}

std::optional<tf::Value> Facets::output(std::string_view name) const {
    for (const auto& [key, value] : outputs) {
        if (key == name) return value;
    }
    if (any) return (*any)[name];
    return std::nullopt;
}

std::optional<tf::Value> follow(tf::Value value, const std::vector<std::string>& path) {
    std::optional<tf::Value> found = std::move(value);
    for (const auto& step : path) {
        found = step_into(*found, step);
        if (!found) break;
    }
    return found;
}

Diagnostics Kind::check(const Part& /*part*/, const Design& /*design*/) const {
    return {};
}

std::vector<prices::Usage> Kind::bill(const Part& /*part*/, const Surroundings& /*in*/) const {
    return {prices::Usage::of(fmt::format("kind/{}", info().name), 1)};
}

Fitness Kind::fitness(const Part& /*part*/, const Surroundings& /*in*/) const {
    return {};
}

Standing Kind::standing(const Part& /*part*/, const Surroundings& /*in*/) const {
    Standing standing;
    standing.basis = fmt::format("nothing is known of a {}: taken as always there", info().name);
    return standing;
}

std::vector<Objection> Kind::objections(const Part& /*part*/, const Surroundings& /*in*/) const {
    return {};
}

int Kind::least_zones(const Part& /*part*/) const {
    return 1;
}

void Kind::add_machines(const Part& part, PlayValues& /*values*/) const {
    throw InternalError(part.name() + " has no machines");
}

const std::vector<const Kind*>& kinds() {
    static const std::vector<const Kind*> list{
#define KIND(name) &name##_kind(),
#include "catalog/kinds.def"
#undef KIND
    };
    return list;
}

const Kind* find_kind(std::string_view name) {
    for (const auto* kind : kinds()) {
        if (kind->info().name == name) return kind;
    }
    return nullptr;
}

bool has_playbook(const intent::Component& component) {
    const auto* kind = find_kind(component.kind.value);
    if (kind == nullptr) return false;
    const auto& info = kind->info();
    return info.is_playbook || (info.has_machines && component.body.find("configure") != nullptr);
}

}  // namespace agentops::catalog
