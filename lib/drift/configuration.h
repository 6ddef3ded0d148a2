#pragma once

// The `configuration` member of `terraform show -json`: which arguments of a resource are written
// down, and whether they read data sources. Also the steps of addresses and of attribute paths.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace agentops::drift {

/// "module.a[0].aws_vpc.net[\"x.y\"]" -> {module, a, aws_vpc, net}.
std::vector<std::string> plain_steps(std::string_view address);

/// "ingress[0].cidr_blocks" -> "ingress".
std::string argument_of(std::string_view path);

struct Arguments {
    std::set<std::string> names;
    bool reads_data = false;
};

class Configuration {
public:
    /// Borrows `json`, which may be null: then nothing is known to be set.
    explicit Configuration(const Json& json) : json_(json) {}

    /// Of the resource at an instance's address.
    Arguments arguments_of(std::string_view address) const;

private:
    const Json& json_;
};

}  // namespace agentops::drift
