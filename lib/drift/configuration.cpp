#include "drift/configuration.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::drift {

namespace {

/// References stand in lists named `references`, at any depth of an expression.
bool reads_data(const Json& expression) {
    if (expression.is_object()) {
        for (const auto& reference : member(expression, "references")) {
            const auto text = text_of(reference);
            if (starts_with(text, "data.")) return true;
        }
    }
    return expression.is_structured() &&
           std::any_of(expression.begin(), expression.end(),
                       [](const Json& below) { return reads_data(below); });
}

const Json& resource_in(const Json& module, std::string_view type, std::string_view name) {
    static const Json kNone;
    for (const auto& resource : member(module, "resources")) {
        const bool fits = text_of(resource, "mode") == "managed" &&
                          text_of(resource, "type") == type && text_of(resource, "name") == name;
        if (fits) return resource;
    }
    return kNone;
}

}  // namespace

std::vector<std::string> plain_steps(std::string_view address) {
    std::vector<std::string> steps(1);
    bool quoted = false;
    int depth = 0;
    for (std::size_t i = 0; i < address.size(); ++i) {
        const char c = address[i];
        if (quoted && c == '\\') {
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '[' || c == ']')) {
            depth += c == '[' ? 1 : -1;
        } else if (!quoted && depth == 0) {
            if (c == '.')
                steps.emplace_back();
            else
                steps.back() += c;
        }
    }
    return steps;
}

std::string argument_of(std::string_view path) {
    return std::string(path.substr(0, path.find_first_of(".[")));
}

Arguments Configuration::arguments_of(std::string_view address) const {
    const auto steps = plain_steps(address);
    const Json* module = &member(json_, "root_module");
    std::size_t at = 0;
    for (; at + 1 < steps.size() && steps[at] == "module"; at += 2)
        module = &member(member(member(*module, "module_calls"), steps[at + 1]), "module");
    if (at + 2 > steps.size()) return {};
    const auto& expressions = member(resource_in(*module, steps[at], steps[at + 1]), "expressions");
    Arguments found;
    if (!expressions.is_object()) return found;
    for (const auto& [name, expression] : expressions.items()) {
        found.names.insert(name);
        found.reads_data = found.reads_data || reads_data(expression);
    }
    return found;
}

}  // namespace agentops::drift
