#pragma once

// Statements of IAM policies: from JSON texts, with or without references in them, and from the
// aws_iam_policy_document that an expression reads.

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

struct Statement {
    bool allows = true;
    std::vector<std::string> actions;
    std::vector<std::string> resources;   ///< those that are known
    std::vector<std::string> principals;  ///< those that are known
    bool conditional = false;
};

/// The statements of a policy argument; none when it cannot be told.
std::vector<Statement> statements(const AddressBook& book, const tf::Value* policy);

}  // namespace agentops::catalog
