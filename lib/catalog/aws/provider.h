#pragma once

// The AWS provider of a generated root.

#include "intent/model.h"
#include "terraform/unit.h"

namespace agentops::catalog::aws {

constexpr std::string_view kProviderSource = "hashicorp/aws";
/// What the catalog is written for and tested with.
constexpr std::string_view kProviderVersion = "5.100.0";

/// Region, tags of every object and, with target.endpoint, the addresses of the emulator with
/// credentials that are none.
tf::ProviderBlock provider(const intent::Stack& stack);

/// Region and endpoint of a target. Codes: catalog.unknown-region, catalog.endpoint.
void check_target(const intent::Target& target, Diagnostics& out);

}  // namespace agentops::catalog::aws
