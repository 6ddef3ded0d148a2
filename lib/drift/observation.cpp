#include "drift/observation.h"

#include <algorithm>
#include <map>

#include "base/json_access.h"
#include "base/text.h"
#include "drift/configuration.h"
#include "terraform/attributes.h"
#include "terraform/plan.h"

namespace agentops::drift {

namespace {

std::string resource_address(const Json& record) {
    return text_of(member(record, "resource"), "addr");
}

std::string type_in(std::string_view address) {
    // "module.a[\"x.y\"].aws_vpc.net[0]": the type comes after the last module's name.
    const auto parts = plain_steps(address);
    return parts.size() < 2 ? "" : parts[parts.size() - 2];
}

bool acts(const Json& change) {
    const auto action = text_of(change, "action");
    return action != "noop" && action != "read";
}

class Reader {
public:
    Reader(const std::vector<std::string>& managed, const Json& plan)
        : configuration_(member(plan, "configuration")) {
        for (const auto& address : managed)
            object(address);
    }

    void read_events(const std::vector<Json>& events) {
        for (const auto& event : events) {
            const auto type = text_of(event, "type");
            if (type == "refresh_complete")
                object(resource_address(member(event, "hook"))).reading = Observed::Reading::same;
            else if (type == "change_summary")
                saw_summary_ = true;
            else if (type == "diagnostic")
                diagnostic(member(event, "diagnostic"));
        }
    }

    agentops::Status read_plan(const Json& plan) {
        TRY(const auto known, tf::read_plan(plan));
        has_plan_ = true;
        read_values(member(member(member(plan, "prior_state"), "values"), "root_module"));
        for (const auto& record : member(plan, "resource_drift"))
            drifted(record);
        for (const auto& change : known.changes)
            planned(change);
        for (const auto& output : known.outputs) {
            if (output.action != Action::no_op)
                found_.outputs.push_back({output.name, output.action});
        }
        if (known.errored || !known.complete) note_failure("the plan is not complete");
        return {};
    }

    void note_failure(const std::string& why) {
        if (found_.failure.empty()) found_.failure = why;
    }

    Observation take() {
        if (!saw_summary_) note_failure("the plan did not come to its end");
        // Without what a failed plan found, an object that was read may differ all the same.
        const bool unsure = !found_.failure.empty() && !has_plan_;
        for (auto& [address, object] : objects_) {
            if (unsure) object.reading = Observed::Reading::unread;
            found_.objects.push_back(std::move(object));
        }
        found_.complete = found_.failure.empty();
        return std::move(found_);
    }

private:
    Observed& object(const std::string& address) {
        auto& made = objects_[address];
        if (made.address.empty()) {
            made.address = address;
            made.type = type_in(address);
            const auto arguments = configuration_.arguments_of(address);
            made.configured = arguments.names;
            made.reads_data = arguments.reads_data;
        }
        return made;
    }

    void diagnostic(const Json& diagnostic) {
        if (text_of(diagnostic, "severity") == "error")
            note_failure(text_of(diagnostic, "summary"));
    }

    /// Objects as the refresh left them.
    void read_values(const Json& module) {
        for (const auto& resource : member(module, "resources")) {
            const auto known = objects_.find(text_of(resource, "address"));
            if (known != objects_.end()) known->second.actual = member(resource, "values");
        }
        for (const auto& below : member(module, "child_modules"))
            read_values(below);
    }

    void drifted(const Json& record) {
        const auto& sides = member(record, "change");
        const auto actions = dump_json(member(sides, "actions"));
        // A deposed object is what a replacement left behind: nobody asked for it.
        if (!text_of(record, "deposed").empty() || actions == R"(["no-op"])") return;
        auto& found = object(text_of(record, "address"));
        found.type = text_of(record, "type");
        if (actions == R"(["delete"])") {
            found.reading = Observed::Reading::gone;
            found.actual = member(sides, "before");
            return;
        }
        found.reading = Observed::Reading::changed;
        found.attributes = tf::read_attributes(sides, Action::update);
        found.actual = member(sides, "after");
        find_swaps(sides, found);
    }

    /// What differs, and is not told as an attribute.
    static void find_swaps(const Json& sides, Observed& found) {
        const auto& before = member(sides, "before");
        const auto& after = member(sides, "after");
        if (!after.is_object()) return;
        for (const auto& [name, value] : after.items()) {
            const bool told = std::any_of(
                found.attributes.begin(), found.attributes.end(),
                [&](const auto& attribute) { return argument_of(attribute.path) == name; });
            if (!told && value != member(before, name)) found.swapped.push_back(name);
        }
    }

    void planned(const Change& change) {
        if (change.action == Action::read || change.action == Action::no_op) return;
        const auto known = objects_.find(change.address);
        if (known == objects_.end()) {
            found_.creates.add(change.action);
            return;
        }
        known->second.planned = change.action;
        known->second.planned_attributes = change.attributes;
    }

    Configuration configuration_;
    std::map<std::string, Observed> objects_;
    bool saw_summary_ = false, has_plan_ = false;
    Observation found_;
};

}  // namespace

Observed* Observation::find(std::string_view address) {
    const auto found = std::find_if(objects.begin(), objects.end(), [&](const Observed& object) {
        return object.address == address;
    });
    return found == objects.end() ? nullptr : &*found;
}

bool differs(const std::vector<Json>& events) {
    bool whole = false;
    for (const auto& event : events) {
        const auto type = text_of(event, "type");
        if (type == "resource_drift") return true;
        if (type == "planned_change" && acts(member(event, "change"))) return true;
        if (type == "change_summary") whole = true;
        if (type != "outputs") continue;
        for (const auto& output : member(event, "outputs")) {
            const auto action = text_of(output, "action");
            if (!action.empty() && action != "noop") return true;
        }
    }
    return !whole;
}

Observation read_observation(const std::vector<std::string>& managed,
                             const std::vector<Json>& events, const Json& plan) {
    Reader reader(managed, plan);
    reader.read_events(events);
    if (!plan.is_null()) {
        const auto read = reader.read_plan(plan);
        if (!read) reader.note_failure(read.error().front().message);
    } else if (differs(events)) {
        reader.note_failure("what the plan found could not be read");
    }
    return reader.take();
}

}  // namespace agentops::drift
