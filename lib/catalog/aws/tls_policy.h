#pragma once

// Resource policies that refuse requests without TLS.

#include "catalog/builder.h"

namespace agentops::catalog::aws {

/// Adds the document "<name>_tls": nobody may do `actions` to `resources` without TLS.
tf::Expr tls_policy(std::string_view name, std::string_view actions, tf::List resources,
                    Builder& builder);

}  // namespace agentops::catalog::aws
