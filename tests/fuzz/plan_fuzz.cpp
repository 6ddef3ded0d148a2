// Any bytes as the output of `terraform show -json PLAN`.

#include "fuzz.h"
#include "terraform/plan.h"

using namespace agentops;

namespace {

void check_changes(const std::vector<Change>& changes) {
    for (const auto& change : changes) {
        fuzz::promise(!to_text(change.action).empty(), "an action has a name");
        fuzz::promise(!sign(change.action).empty(), "an action has a sign");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto json = parse_json(fuzz::text_of(data, size), "the plan");
    if (!json) {
        fuzz::check_shown(json.error());
        return 0;
    }
    const auto plan = tf::read_plan(*json);
    if (!plan) {
        fuzz::check_shown(plan.error());
        return 0;
    }
    check_changes(plan->changes);
    check_changes(plan->drift);
    fuzz::promise(plan->empty() <= (plan->counts().total() == 0), "an empty plan changes nothing");
    return 0;
}
