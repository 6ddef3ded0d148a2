#include "terraform/plan.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json_access.h"
#include "base/text.h"
#include "terraform/attributes.h"

namespace agentops::tf {

namespace {

constexpr std::string_view kMajor = "1.";

Diagnostic not_a_plan(std::string message) {
    return error(
        "terraform.plan-format", std::move(message), {},
        "This agentops reads plan format 1.x; see `agentops doctor` for the tool's version.");
}

std::optional<Action> read_action(const Json& actions) {
    static const std::vector<std::pair<std::string_view, Action>> kActions = {
        {R"(["no-op"])", Action::no_op},
        {R"(["read"])", Action::read},
        {R"(["create"])", Action::create},
        {R"(["update"])", Action::update},
        {R"(["delete","create"])", Action::replace},
        {R"(["create","delete"])", Action::replace},
        {R"(["delete"])", Action::destroy},
        {R"(["forget"])", Action::forget},
    };
    const auto text = dump_json(actions);
    const auto found = std::find_if(kActions.begin(), kActions.end(),
                                    [&](const auto& known) { return known.first == text; });
    return found == kActions.end() ? std::nullopt : std::optional(found->second);
}

class PlanReader {
public:
    Result<Plan> read(const Json& json) {
        plan_.format_version = text_of(json, "format_version");
        if (!starts_with(plan_.format_version, kMajor)) {
            return fail(not_a_plan(
                plan_.format_version.empty()
                    ? "the plan's JSON has no format version"
                    : fmt::format("the plan's JSON has format version {}", plan_.format_version)));
        }
        read_top(json);
        plan_.changes = read_changes(json, "resource_changes");
        plan_.drift = read_changes(json, "resource_drift");
        std::erase_if(plan_.drift, [](const Change& change) {
            return change.action == Action::update && change.attributes.empty();
        });
        read_outputs(json);
        if (!problems_.empty()) return fail(std::move(problems_));
        return std::move(plan_);
    }

private:
    void read_top(const Json& json) {
        plan_.terraform_version = text_of(json, "terraform_version");
        plan_.errored = is_true(member(json, "errored"));
        const auto& complete = member(json, "complete");  // Terraform 1.8 and later
        plan_.complete = complete.is_null() || is_true(complete);
    }

    void problem(std::string message) { problems_.push_back(not_a_plan(std::move(message))); }

    /// The action of a record that has `actions`, which is reported when it is none we know.
    std::optional<Action> action_of(const Json& change, std::string_view subject) {
        const auto& actions = member(change, "actions");
        auto action = read_action(actions);
        if (!action) {
            problem(
                fmt::format("the plan has unknown actions {} for {}", dump_json(actions), subject));
        }
        return action;
    }

    std::vector<Change> read_changes(const Json& json, std::string_view key) {
        std::vector<Change> changes;
        const auto& list = member(json, key);
        if (!list.is_array() && !list.is_null())
            problem(fmt::format("'{}' of the plan is not a list", key));
        if (!list.is_array()) return changes;
        for (const auto& record : list) {
            auto change = read_change(record);
            if (!change) continue;
            const bool quiet = change->action == Action::no_op &&
                               change->previous_address.empty() && !change->importing;
            if (!quiet) {
                changes.push_back(std::move(*change));
            } else if (key == "resource_changes") {
                ++plan_.unchanged;
            }
        }
        std::stable_sort(changes.begin(), changes.end(),
                         [](const Change& a, const Change& b) { return a.address < b.address; });
        return changes;
    }

    std::optional<Change> read_change(const Json& record) {
        Change change;
        change.address = text_of(record, "address");
        if (change.address.empty()) {
            problem("the plan has a resource without address");
            return std::nullopt;
        }
        const auto& sides = member(record, "change");
        const auto action = action_of(sides, change.address);
        if (!action) return std::nullopt;
        const auto deposed = text_of(record, "deposed");
        if (!deposed.empty()) change.address += fmt::format(" (deposed {})", deposed);
        change.action = *action;
        change.type = text_of(record, "type");
        change.previous_address = text_of(record, "previous_address");
        change.reason = text_of(record, "action_reason");
        change.importing = member(sides, "importing").is_object();
        change.attributes = read_attributes(sides, *action);
        return change;
    }

    void read_outputs(const Json& json) {
        plan_.prior_outputs = Json::object();
        const auto& outputs = member(json, "output_changes");
        if (!outputs.is_object() && !outputs.is_null())
            problem("'output_changes' of the plan is not a map");
        if (!outputs.is_object()) return;
        for (const auto& [name, change] : outputs.items()) {
            const auto action = action_of(change, "output " + name);
            if (!action) continue;
            plan_.outputs.push_back(read_output(name, change, *action));
            if (const auto& before = member(change, "before"); !before.is_null()) {
                const bool sensitive = any_true(member(change, "before_sensitive"));
                plan_.prior_outputs[name] = {{"value", before}, {"sensitive", sensitive}};
            }
        }
    }

    static OutputChange read_output(const std::string& name, const Json& change, Action action) {
        OutputChange output{name, action, false, true, nullptr};
        output.sensitive = any_true(member(change, "before_sensitive")) ||
                           any_true(member(change, "after_sensitive"));
        output.known = !any_true(member(change, "after_unknown"));
        if (output.known && !output.sensitive) output.after = member(change, "after");
        return output;
    }

    Plan plan_;
    Diagnostics problems_;
};

}  // namespace

Result<Plan> read_plan(const Json& json) {
    return PlanReader().read(json);
}

}  // namespace agentops::tf
