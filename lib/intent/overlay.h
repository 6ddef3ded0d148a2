#pragma once

// Environments: an overlay changes a copy of the intent. Every node keeps the position of the line
// that won.

#include "base/fields.h"

namespace agentops::intent {

/// Merges maps key by key; lists and scalars replace; null removes. Removing what is not there is a
/// mistake: it does not do what its author believes.
void merge_overlay(yaml::Node& base, const yaml::Node& overlay, Decoding& context);

}  // namespace agentops::intent
