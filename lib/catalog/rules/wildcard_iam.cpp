// IAM policies that allow everything, or something on everything.

#include <fmt/core.h>

#include <algorithm>

#include "catalog/rules/policies.h"

namespace agentops::catalog {

namespace {

constexpr std::string_view kPolicyTypes[] = {"aws_iam_policy", "aws_iam_role_policy",
                                             "aws_iam_user_policy", "aws_iam_group_policy"};
constexpr std::string_view kAttachmentTypes[] = {
    "aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment", "aws_iam_policy_attachment"};

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

/// "*", "s3:*": every action, or every action of a service.
bool is_wild_action(std::string_view action) {
    return action == "*" || action.ends_with(":*");
}

/// Actions that list and describe work on no less than everything.
bool is_survey(std::string_view action) {
    const auto verb = action.substr(action.find(':') + 1);
    return verb.starts_with("Describe") || verb.starts_with("List");
}

std::optional<Remark> look(const Statement& statement) {
    if (!statement.allows) return std::nullopt;
    const auto& actions = statement.actions;
    const auto wild = std::find_if(actions.begin(), actions.end(), is_wild_action);
    const bool everywhere = contains(statement.resources, "*");
    if (wild != actions.end())
        return remark(fmt::format("the policy allows {} on {}", *wild,
                                  everywhere ? "everything" : "its resources"),
                      everywhere ? Severity::critical : Severity::high);
    const auto strong = std::find_if_not(actions.begin(), actions.end(), is_survey);
    if (everywhere && strong != actions.end())
        return remark(fmt::format("the policy allows {} on everything", *strong));
    return std::nullopt;
}

std::optional<Remark> look_at_policy(const AddressBook& book, const tf::Value* policy) {
    for (const auto& statement : statements(book, policy)) {
        if (auto found = look(statement)) return found;
    }
    return std::nullopt;
}

std::optional<Remark> look_at_attachment(const tf::Map& body) {
    const auto arn = text_of(argument(body, "policy_arn"));
    if (!arn.ends_with(":policy/AdministratorAccess")) return std::nullopt;
    return remark("AdministratorAccess allows everything", Severity::critical);
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    const AddressBook book(root);
    return judge_resources(root, [&](const tf::Resource& resource) -> std::optional<Remark> {
        if (contains(kPolicyTypes, resource.type))
            return look_at_policy(book, argument(resource.body, "policy"));
        if (contains(kAttachmentTypes, resource.type)) return look_at_attachment(resource.body);
        if (resource.type != "aws_iam_role") return std::nullopt;
        for (const auto* block : blocks(resource.body, "inline_policy")) {
            if (auto found = look_at_policy(book, argument(*block, "policy"))) return found;
        }
        return std::nullopt;
    });
}

}  // namespace

const Rule& wildcard_iam_rule() {
    static const Rule rule{"wildcard-iam", Severity::high,
                           "an IAM policy allows all actions, or actions on all resources",
                           "name the actions and resources; `uses:` writes such a policy for you",
                           judge};
    return rule;
}

}  // namespace agentops::catalog
