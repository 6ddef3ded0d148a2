#include "catalog/aws/tls_policy.h"

#include <fmt/core.h>

namespace agentops::catalog::aws {

tf::Expr tls_policy(std::string_view name, std::string_view actions, tf::List resources,
                    Builder& builder) {
    tf::Map statement{
        {"sid", "DenyWithoutTls"},
        {"effect", "Deny"},
        {"actions", tf::List{actions}},
        {"resources", std::move(resources)},
        {"principals", tf::List{tf::Map{{"type", "*"}, {"identifiers", tf::List{"*"}}}}},
        {"condition", tf::List{tf::Map{{"test", "Bool"},
                                       {"variable", "aws:SecureTransport"},
                                       {"values", tf::List{"false"}}}}}};
    return builder.data("aws_iam_policy_document", fmt::format("{}_tls", name),
                        {{"statement", tf::List{std::move(statement)}}});
}

}  // namespace agentops::catalog::aws
