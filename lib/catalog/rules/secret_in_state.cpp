// Secrets given to arguments that Terraform stores: they are readable in the state and the plan.

#include <fmt/core.h>

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

/// The secret of a variable that an expression is, unless it is ephemeral.
const SecretVariable* stored_secret(const tf::Root& root, const tf::Expr& expression) {
    for (const auto& secret : root.secrets) {
        if (!secret.ephemeral && expression.text == "var." + secret.variable) return &secret;
    }
    return nullptr;
}

const SecretVariable* stored_secret(const tf::Root& root, const tf::Value& value) {
    const SecretVariable* found = nullptr;
    if (const auto* expression = std::get_if<tf::Expr>(&value.data()))
        return stored_secret(root, *expression);
    if (const auto* text = std::get_if<tf::Concat>(&value.data())) {
        for (const auto& part : text->parts) {
            const auto* expression = std::get_if<tf::Expr>(&part);
            if (found == nullptr && expression != nullptr) found = stored_secret(root, *expression);
        }
    } else if (const auto* list = std::get_if<tf::List>(&value.data())) {
        for (const auto& item : *list)
            if (found == nullptr) found = stored_secret(root, item);
    } else if (const auto* map = std::get_if<tf::Map>(&value.data())) {
        for (const auto& [key, item] : *map)
            if (found == nullptr) found = stored_secret(root, item);
    }
    return found;
}

std::optional<Remark> look(const tf::Root& root, const tf::Map& arguments) {
    for (const auto& [name, value] : arguments) {
        if (const auto* secret = stored_secret(root, value))
            return remark(
                fmt::format("{} puts the secret {} into the state", name, secret->secret));
    }
    return std::nullopt;
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    if (root.secrets.empty()) return {};
    auto remarks = judge_resources(
        root, [&](const tf::Resource& resource) { return look(root, resource.body); });
    for (const auto& module : root.modules) {
        auto found = look(root, module.inputs);
        if (!found) continue;
        found->address = "module." + module.name;
        found->origin = &module.origin;
        remarks.push_back(*std::move(found));
    }
    return remarks;
}

}  // namespace

const Rule& secret_in_state_rule() {
    static const Rule rule{"secret-in-state", Severity::medium,
                           "a secret is given to an argument that the state stores",
                           "use the write-only argument (..._wo) if the resource has one, or let "
                           "the provider keep the secret",
                           judge};
    return rule;
}

}  // namespace agentops::catalog
