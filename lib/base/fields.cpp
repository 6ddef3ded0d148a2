#include "base/fields.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace agentops {

namespace {

bool is_plain(const yaml::Node& node) {
    return node.is_scalar() && !node.quoted;
}

/// YAML 1.1 spellings that other readers take for a boolean.
bool looks_like_yes_or_no(std::string_view text) {
    static constexpr std::string_view kWords[] = {
        "yes", "Yes", "YES", "no", "No", "NO", "on",   "On",   "ON",    "off",
        "Off", "OFF", "y",   "Y",  "n",  "N",  "True", "TRUE", "False", "FALSE"};
    for (auto word : kWords) {
        if (text == word) return true;
    }
    return false;
}

/// 010, 0o10, 0x1f, 1_000: read differently by different readers.
bool looks_like_odd_number(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    const bool digits = !text.empty() && text.front() >= '0' && text.front() <= '9';
    if (!digits) return false;
    if (text.find('_') != std::string_view::npos)
        return text.find_first_not_of("0123456789_") == std::string_view::npos;
    return text.size() > 1 && text.front() == '0' &&
           text.find_first_not_of("0123456789abcdefxo") == std::string_view::npos;
}

bool wrong_type(const yaml::Node& node, std::string_view wanted, Decoding& context) {
    return context.fail(node, "type", fmt::format("expected {}, got {}", wanted, describe(node)));
}

}  // namespace

bool Decoding::fail(const yaml::Node& at, std::string_view slug, std::string message,
                    std::string help) {
    auto diagnostic =
        error(fmt::format("{}.{}", area, slug), std::move(message), at.position, std::move(help));
    diagnostic.width = at.width;
    out.push_back(std::move(diagnostic));
    return false;
}

bool decode_value(const yaml::Node& node, std::string& value, Decoding& context) {
    if (!node.is_scalar()) return wrong_type(node, "text", context);
    if (!node.quoted && (looks_like_yes_or_no(node.text) || looks_like_odd_number(node.text)))
        return context.fail(
            node, "ambiguous",
            fmt::format("'{}' means different things to different YAML readers", node.text),
            fmt::format("write \"{}\" if a text is meant", node.text));
    value = node.text;
    return true;
}

bool decode_value(const yaml::Node& node, bool& value, Decoding& context) {
    if (is_plain(node) && (node.text == "true" || node.text == "false")) {
        value = node.text == "true";
        return true;
    }
    if (is_plain(node) && looks_like_yes_or_no(node.text))
        return context.fail(node, "type",
                            fmt::format("expected true or false, got '{}'", node.text),
                            "only true and false are booleans");
    return wrong_type(node, "true or false", context);
}

bool decode_value(const yaml::Node& node, std::int64_t& value, Decoding& context) {
    if (!is_plain(node)) return wrong_type(node, "a whole number", context);
    if (looks_like_odd_number(node.text))
        return context.fail(
            node, "ambiguous",
            fmt::format("'{}' means different numbers to different YAML readers", node.text),
            "write decimal digits without leading zeros or underscores");
    const auto* end = node.text.data() + node.text.size();
    const auto parsed = std::from_chars(node.text.data(), end, value);
    if (parsed.ec == std::errc() && parsed.ptr == end) return true;
    return wrong_type(node, "a whole number", context);
}

bool decode_value(const yaml::Node& node, double& value, Decoding& context) {
    // from_chars() would also read "inf" and "nan".
    const bool digits = node.text.find_first_not_of("-.0123456789") == std::string::npos;
    if (!is_plain(node) || !digits) return wrong_type(node, "a number", context);
    const auto* end = node.text.data() + node.text.size();
    const auto parsed = std::from_chars(node.text.data(), end, value, std::chars_format::fixed);
    if (parsed.ec == std::errc() && parsed.ptr == end) return true;
    return wrong_type(node, "a number", context);
}

bool decode_value(const yaml::Node& node, yaml::Node& value, Decoding& /*context*/) {
    value = node;
    return true;
}

Json value_schema(const std::string*) {
    return {{"type", "string"}};
}
Json value_schema(const bool*) {
    return {{"type", "boolean"}};
}
Json value_schema(const std::int64_t*) {
    return {{"type", "integer"}};
}
Json value_schema(const double*) {
    return {{"type", "number"}};
}
Json value_schema(const yaml::Node*) {
    return Json::object();
}

Json plain_json(const yaml::Node& node) {
    switch (node.type) {
        case yaml::Type::null:
            return nullptr;
        case yaml::Type::sequence: {
            Json list = Json::array();
            for (const auto& item : node.items)
                list.push_back(plain_json(item));
            return list;
        }
        case yaml::Type::map: {
            Json map = Json::object();
            for (const auto& member : node.members)
                map[member.key] = plain_json(member.value);
            return map;
        }
        case yaml::Type::scalar:
            break;
    }
    Diagnostics ignored;
    Decoding quiet{ignored, "plain"};
    bool flag = false;
    std::int64_t whole = 0;
    double number = 0;
    if (decode_value(node, flag, quiet)) return flag;
    if (decode_value(node, whole, quiet)) return whole;
    if (decode_value(node, number, quiet)) return number;
    return node.text;
}

void MapDecoder::finish() {
    for (const auto& member : map_.members) {
        if (std::find(names_.begin(), names_.end(), member.key) != names_.end()) continue;
        ok_ = false;
        const auto near = did_you_mean(member.key, names_);
        auto diagnostic = error(fmt::format("{}.unknown-key", context_.area),
                                fmt::format("unknown key '{}'", member.key), member.position,
                                near ? fmt::format("did you mean '{}'?", *near)
                                     : fmt::format("known keys here: {}", join(names_, ", ")));
        diagnostic.width = static_cast<int>(member.key.size());
        context_.out.push_back(std::move(diagnostic));
    }
}

void MapDecoder::missing(std::string_view name, std::string_view doc) {
    ok_ = false;
    context_.fail(map_, "missing-key", fmt::format("missing key '{}'", name),
                  fmt::format("add `{}:` ({})", name, doc));
}

bool expect_map(const yaml::Node& node, Decoding& context) {
    return node.is_map() || wrong_type(node, "a map", context);
}

bool expect_sequence(const yaml::Node& node, Decoding& context) {
    return node.is_sequence() || wrong_type(node, "a list", context);
}

Json SchemaVisitor::take() {
    Json schema = {{"type", "object"},
                   {"additionalProperties", false},
                   {"properties", std::move(properties_)}};
    if (!required_.empty()) schema["required"] = required_;
    return schema;
}

}  // namespace agentops
