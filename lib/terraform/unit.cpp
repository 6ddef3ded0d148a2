#include "terraform/unit.h"

#include "base/result.h"

namespace agentops::tf {

std::string_view to_text(ValueType type) {
    switch (type) {
        case ValueType::string:
            return "string";
        case ValueType::number:
            return "number";
        case ValueType::boolean:
            return "bool";
        case ValueType::list_of_string:
            return "list(string)";
        case ValueType::map_of_string:
            return "map(string)";
        case ValueType::any:
            return "any";
    }
    throw InternalError("a value type out of range");
}

std::string Resource::address() const {
    return (data ? "data." : "") + type + "." + name;
}

}  // namespace agentops::tf
