#pragma once

// Which attributes only a provider sets: from `terraform providers schema -json`, kept as a small
// table per provider version, because the whole is many megabytes.

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"

namespace agentops::drift {

class ComputedOnly {
public:
    /// Takes any JSON; of what is no schema it knows nothing.
    static ComputedOnly from_schema(const Json& providers_schema);
    static ComputedOnly from_record(const Json& record);
    Json to_record() const;  ///< {type: [paths without indices]}

    bool knows(std::string_view type) const;
    /// `path` as in an AttributeChange: "ebs_block_device[0].volume_id".
    bool covers(std::string_view type, std::string_view path) const;

private:
    std::map<std::string, std::set<std::string>, std::less<>> paths_;
};

}  // namespace agentops::drift
