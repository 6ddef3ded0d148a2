// Components that the intent protects, but whose resources the provider would delete.

#include <fmt/core.h>

#include <algorithm>

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

struct Switch {
    std::string_view type;
    std::string_view argument;
};
constexpr Switch kSwitches[] = {{"aws_db_instance", "deletion_protection"},
                                {"aws_rds_cluster", "deletion_protection"},
                                {"aws_docdb_cluster", "deletion_protection"},
                                {"aws_dynamodb_table", "deletion_protection_enabled"},
                                {"aws_lb", "enable_deletion_protection"}};

bool is_protected(const intent::Stack& stack, const std::string& component) {
    const auto& names = stack.rules.protect;
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& name) { return name.value.value == component; });
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& stack) {
    return judge_resources(root, [&](const tf::Resource& resource) -> std::optional<Remark> {
        for (const auto& each : kSwitches) {
            if (resource.type == each.type && is_off(argument(resource.body, each.argument)) &&
                is_protected(stack, resource.origin.component))
                return remark(fmt::format("{} is protected and {} is off",
                                          resource.origin.component, each.argument));
        }
        return std::nullopt;
    });
}

}  // namespace

const Rule& no_deletion_protection_rule() {
    static const Rule rule{"no-deletion-protection", Severity::low,
                           "a protected component can be deleted behind our back",
                           "switch the provider's own deletion protection on", judge};
    return rule;
}

}  // namespace agentops::catalog
