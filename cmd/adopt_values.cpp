#include "cmd/adopt_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/json_access.h"
#include "base/text.h"
#include "base/yaml_edit.h"
#include "terraform/writer.h"

namespace agentops::cmd {

namespace {

struct SizeUnit {
    std::string_view name;
    std::int64_t size;  ///< in the unit that the number is in
};

// What providers count in, and how an intent may say it (intent/quantity.h).
constexpr SizeUnit kSizeUnits[] = {
    {"s", 1},    {"min", 60},   {"h", 3600}, {"d", 86400},  {"min", 1},    {"h", 60},
    {"d", 1440}, {"h", 1},      {"d", 24},   {"d", 1},      {"ms", 1},     {"s", 1000},
    {"GiB", 1},  {"TiB", 1024}, {"MiB", 1},  {"GiB", 1024}, {"KiB", 1024}, {"MiB", 1024 * 1024},
    {"%", 1},    {"rps", 1}};

bool is_nothing(const Json& value) {
    return value.is_null() || (value.is_structured() && value.empty());
}

/// A scalar as Terraform would turn it into a text.
std::string text_form(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return dump_json(value);
}

std::string key_step(const std::string& key) {
    const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
    return plain ? "." + key : "[" + dump_json(Json(key)) + "]";
}

void differing(const Json& before, const Json& after, const std::string& path,
               std::vector<std::string>& found) {
    if (before == after) return;
    const bool maps = (before.is_object() || before.is_null()) &&
                      (after.is_object() || after.is_null()) && before.type() != after.type();
    if ((before.is_object() && after.is_object()) || maps) {
        std::set<std::string> names;
        for (const auto* side : {&before, &after}) {
            if (!side->is_object()) continue;
            for (const auto& [name, ignored] : side->items())
                names.insert(name);
        }
        for (const auto& name : names)
            differing(member(before, name), member(after, name), path + key_step(name), found);
        return;
    }
    if (before.is_array() && after.is_array() && before.size() == after.size()) {
        for (std::size_t i = 0; i < before.size(); ++i)
            differing(before[i], after[i], fmt::format("{}[{}]", path, i), found);
        return;
    }
    found.push_back(starts_with(path, ".") ? path.substr(1) : path);
}

/// [a, b]
std::string list_text(const Json& list) {
    std::vector<std::string> items;
    for (const auto& one : list)
        items.push_back(one.is_string() ? yaml::scalar_text(one.get<std::string>())
                                        : dump_json(one));
    return "[" + join(items, ", ") + "]";
}

}  // namespace

bool same_value(const Json& generated, const Json& real) {
    if (is_nothing(generated) || is_nothing(real)) return is_nothing(generated) && is_nothing(real);
    if (generated.is_object()) {
        const auto& whole = real.is_array() ? item(real, 0) : real;
        return std::all_of(
            generated.items().begin(), generated.items().end(),
            [&](const auto& one) { return same_value(one.value(), member(whole, one.key())); });
    }
    if (generated.is_array()) {
        if (!real.is_array() || real.size() != generated.size()) return false;
        for (std::size_t i = 0; i < generated.size(); ++i) {
            if (!same_value(generated[i], real[i])) return false;
        }
        return true;
    }
    if (real.is_structured()) return false;
    const auto wanted =
        real.is_string() ? tf::escape_template(real.get<std::string>()) : text_form(real);
    return text_form(generated) == wanted;
}

std::vector<std::string> differing_paths(const Json& before, const Json& after) {
    std::vector<std::string> found;
    differing(before, after, "", found);
    return found;
}

std::vector<std::string> intent_values(const Json& actual, const yaml::Node* present) {
    if (actual.is_array()) return {list_text(actual)};
    if (actual.is_object()) return {dump_json(actual)};
    if (actual.is_string()) return {yaml::scalar_text(actual.get<std::string>())};
    std::vector<std::string> values{dump_json(actual)};
    if (!actual.is_number_integer()) return values;
    const auto number = actual.get<std::int64_t>();
    for (const auto& unit : kSizeUnits) {
        if (number % unit.size != 0) continue;
        auto value = fmt::format("{} {}", number / unit.size, unit.name);
        if (std::find(values.begin(), values.end(), value) == values.end())
            values.push_back(std::move(value));
    }
    // The unit that stands there now is what its author thinks in.
    const auto space = present != nullptr ? present->text.rfind(' ') : std::string::npos;
    if (space != std::string::npos) {
        const auto unit = present->text.substr(space);
        std::stable_partition(values.begin(), values.end(),
                              [&](const std::string& value) { return value.ends_with(unit); });
    }
    return values;
}

}  // namespace agentops::cmd
