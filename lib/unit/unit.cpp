#include "unit/unit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/result.h"

namespace agentops {

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

std::vector<std::string> upstream_of(const std::vector<Input>& inputs) {
    std::vector<std::string> ids;
    for (const auto& input : inputs)
        ids.push_back(input.from);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

std::string digest_files(const std::vector<Artifact>& files) {
    Json all = Json::object();
    for (const auto& file : files)
        all[file.name] = sha256(file.text);
    return sha256(all);
}

}  // namespace agentops
