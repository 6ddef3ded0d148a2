#pragma once

// What stands at the head of every JSON Schema that is published.

#include <string_view>

#include "base/json.h"

namespace agentops {

/// The schema with the mark of draft 7, its id and its title.
Json with_schema_head(Json schema, std::string_view id, std::string_view title);

}  // namespace agentops
