#pragma once

// What differs between the two sides of one change, attribute by attribute.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "terraform/plan.h"

namespace agentops::tf {

/// Reads the `change` record of a resource. Created objects list what is set; destroyed, forgotten
/// and unchanged ones list nothing. Null and an empty list or map are the same. A value that either
/// side marks sensitive is masked on both.
std::vector<AttributeChange> read_attributes(const Json& change, Action action);

/// A step of "ingress[0].tags[\"a b\"]": a key, or an index of a list.
struct AttributeStep {
    std::string key;
    std::optional<std::size_t> index;
};
std::vector<AttributeStep> attribute_steps(std::string_view path);

/// The value at a path in generated arguments, or in an object as it is. Index 0 of what is no list
/// is the thing itself, and a key of a list of one is its item's: a block that stands alone is
/// generated without its list. Null when there is none.
const Json& value_at(const Json& body, std::string_view path);

}  // namespace agentops::tf
