#include "base/schema_head.h"

#include <nlohmann/json.hpp>

namespace agentops {

Json with_schema_head(Json schema, std::string_view id, std::string_view title) {
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["$id"] = id;
    schema["title"] = title;
    return schema;
}

}  // namespace agentops
