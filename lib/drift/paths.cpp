#include "drift/paths.h"

#include <nlohmann/json.hpp>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::drift {

namespace {

void flatten(const Json& json, std::vector<const Json*>& to) {
    if (json.is_null()) return;
    if (!json.is_array()) return to.push_back(&json);
    for (const auto& below : json)
        flatten(below, to);
}

}  // namespace

std::vector<const Json*> values_at(const Json& json, std::string_view path) {
    std::vector<const Json*> values;
    flatten(json, values);
    for (const auto& step : split(path, '.')) {
        if (step.empty()) continue;
        std::vector<const Json*> next;
        for (const auto* value : values)
            flatten(member(*value, step), next);
        values = std::move(next);
    }
    return values;
}

std::vector<std::string> texts_at(const Json& json, std::string_view path) {
    std::vector<std::string> texts;
    for (const auto* value : values_at(json, path)) {
        if (value->is_object()) continue;
        auto text = value->is_string() ? value->get<std::string>() : dump_json(*value);
        if (!text.empty()) texts.push_back(std::move(text));
    }
    return texts;
}

std::string text_at(const Json& json, std::string_view path) {
    auto texts = texts_at(json, path);
    return texts.empty() ? "" : std::move(texts.front());
}

}  // namespace agentops::drift
