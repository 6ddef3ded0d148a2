#include "catalog/names.h"

#include <algorithm>

#include "base/digest.h"

namespace agentops::catalog {

namespace {

constexpr std::size_t kHashLength = 8;

/// Load balancers and databases refuse double and trailing dashes.
std::string tidy(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (c != '-' || (!text.empty() && text.back() != '-')) text += c;
    }
    while (!text.empty() && text.back() == '-')
        text.pop_back();
    return text;
}

}  // namespace

std::string identifier(std::string_view name) {
    std::string text(name);
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
}

std::string cloud_name(const intent::Stack& stack, std::string_view component, std::size_t max) {
    std::string whole = stack.intent + "-";
    if (!stack.environment.empty()) whole += stack.environment + "-";
    whole += component;
    auto name = tidy(whole);
    if (name == whole && name.size() <= max) return name;
    name = tidy(name.substr(0, std::min(name.size(), max - kHashLength - 1)));
    return name + "-" + sha256(whole).substr(0, kHashLength);
}

std::string output_name(std::string_view component, std::string_view output) {
    return identifier(component) + "_" + identifier(output);
}

std::string unit_id(const intent::Stack& stack, std::string_view unit) {
    return stack.id + "/" + std::string(unit);
}

tf::Map stack_tags(const intent::Stack& stack) {
    tf::Map tags{{"agentops:intent", stack.intent}, {"agentops:stack", stack.id}};
    if (!stack.owner.empty()) tags.emplace_back("agentops:owner", stack.owner);
    return tags;
}

}  // namespace agentops::catalog
