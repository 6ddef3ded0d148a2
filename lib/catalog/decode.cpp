#include "catalog/decode.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::catalog {

namespace {

bool is_number(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_numeric(const KnobInfo& knob) {
    return std::all_of(knob.domain.begin(), knob.domain.end(), is_number);
}

bool is_boolean(const KnobInfo& knob) {
    return knob.domain == std::vector<std::string>{"false", "true"};
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// Values outside of an open domain are at least words: they become arguments as they are.
bool is_word(std::string_view text) {
    constexpr std::string_view kSigns = ".-_";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               kSigns.find(c) != std::string_view::npos;
    });
}

std::string choices(const KnobInfo& knob) {
    if (knob.domain.empty()) return "a whole number of at least 1";
    if (is_numeric(knob)) return fmt::format("{} to {}", knob.domain.front(), knob.domain.back());
    return fmt::format("one of {}", join(knob.domain, ", "));
}

bool out_of_domain(const KnobInfo& knob, const yaml::Node& node, const std::string& value,
                   Decoding& context) {
    const auto near = did_you_mean(value, knob.domain);
    return context.fail(node, "value", fmt::format("'{}' cannot be '{}'", knob.name, value),
                        near && !is_numeric(knob) ? fmt::format("did you mean '{}'?", *near)
                                                  : fmt::format("write {}", choices(knob)));
}

std::optional<std::string> decode_number(const yaml::Node& node, Decoding& context) {
    std::int64_t number = 0;
    if (!decode_value(node, number, context)) return std::nullopt;
    return std::to_string(number);
}

std::optional<std::string> decode_boolean(const yaml::Node& node, Decoding& context) {
    bool value = false;
    if (!decode_value(node, value, context)) return std::nullopt;
    return value ? "true" : "false";
}

std::optional<std::string> decode_word(const yaml::Node& node, Decoding& context) {
    intent::Literal literal;
    if (!decode_value(node, literal, context)) return std::nullopt;
    return literal.value;
}

std::optional<std::string> decode_knob(const KnobInfo& knob, const yaml::Node& node,
                                       Decoding& context) {
    auto value = is_numeric(knob)   ? decode_number(node, context)
                 : is_boolean(knob) ? decode_boolean(node, context)
                                    : decode_word(node, context);
    if (!value) return std::nullopt;
    const bool known = knob.domain.empty()
                           ? is_number(*value) && *value != "0" && value->size() < 7
                           : contains(knob.domain, *value) || (knob.open && is_word(*value));
    if (known) return value;
    out_of_domain(knob, node, *value, context);
    return std::nullopt;
}

Json knob_schema(const KnobInfo& knob) {
    if (knob.domain.empty()) return {{"type", "integer"}, {"minimum", 1}, {"maximum", 999'999}};
    if (is_numeric(knob))
        return {{"type", "integer"},
                {"minimum", std::stoi(knob.domain.front())},
                {"maximum", std::stoi(knob.domain.back())}};
    if (is_boolean(knob)) return {{"type", "boolean"}};
    if (knob.open)
        return {{"type", "string"}, {"pattern", "^[a-z0-9._-]+$"}, {"examples", knob.domain}};
    return {{"enum", knob.domain}};
}

}  // namespace

void decode_knobs(const KindInfo& info, const yaml::Node& body, Spec& spec, Decoding& context) {
    for (const auto& knob : info.knobs) {
        const auto* node = body.find(knob.name);
        if (node == nullptr) continue;
        auto value = decode_knob(knob, *node, context);
        if (value)
            spec.pinned.push_back(
                {std::string(knob.name), *std::move(value), true, node->position});
    }
}

Json body_schema(const KindInfo& info, Json fields) {
    auto& properties = fields["properties"];
    properties["kind"] = {{"const", std::string(info.name)},
                          {"description", std::string(info.summary)}};
    for (const auto& knob : info.knobs) {
        auto schema = knob_schema(knob);
        schema["description"] =
            fmt::format("{} (left out: chosen, {} by default)", knob.doc, knob.fallback);
        properties[std::string(knob.name)] = std::move(schema);
    }
    fields["title"] = std::string(info.name);
    return fields;
}

}  // namespace agentops::catalog
