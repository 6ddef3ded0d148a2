#pragma once

// What a Terraform plan does to the bill, from its JSON: works for any root, written by agentops or
// not.

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "prices/bill.h"

namespace agentops::prices {

/// What one resource of a plan or state uses in a month.
struct ResourceUsage {
    std::vector<Usage> usages;  ///< empty: it costs nothing by itself
    bool known = true;          ///< false: of a type that nothing here knows the price of
};

/// `values` as in change.before or change.after. `machine`: the values of the launch template of an
/// aws_autoscaling_group, or null.
ResourceUsage usage_of(const std::string& type, const Json& values, const Json& machine);

struct PlanCost {
    Bill before, after;                 ///< of what the plan touches
    std::vector<std::string> unpriced;  ///< addresses and items without a price, sorted
    Range change() const;               ///< a month more; negative: less
};

/// Of all resource changes of `terraform show -json PLAN`. Takes any JSON.
PlanCost cost_of_plan(const Json& plan, const Book& book, std::string_view region);

/// "+12.30 USD/month", "-3.20 to +15.00 USD/month", "no change in cost".
std::string change_text(const Range& change);

}  // namespace agentops::prices
