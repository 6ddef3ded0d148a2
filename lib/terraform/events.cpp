#include <algorithm>

#include "base/json_access.h"
#include "base/text.h"
#include "terraform/messages.h"
#include "terraform/plan.h"

namespace agentops::tf {

namespace {

/// An action in the words of the event stream (Terraform 1.11, views/json/change.go).
std::optional<Action> event_action(std::string_view word) {
    static const std::vector<std::pair<std::string_view, Action>> kWords = {
        {"noop", Action::no_op},    {"read", Action::read},       {"create", Action::create},
        {"update", Action::update}, {"replace", Action::replace}, {"delete", Action::destroy},
        {"remove", Action::forget},
    };
    const auto found = std::find_if(kWords.begin(), kWords.end(),
                                    [&](const auto& known) { return known.first == word; });
    return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

class EventReader {
public:
    void read(const Json& event) {
        const auto type = text_of(event, "type");
        if (type == "planned_change") return planned(member(event, "change"));
        if (type == "apply_start") return start(member(event, "hook"));
        if (type == "apply_complete")
            return end(member(event, "hook"), &ApplyEvents::Object::completed);
        if (type == "apply_errored")
            return end(member(event, "hook"), &ApplyEvents::Object::errored);
        if (type == "outputs") return outputs(member(event, "outputs"));
        if (type == "diagnostic") return diagnostic(member(event, "diagnostic"));
        if (type == "change_summary") found_.saw_summary = true;
        // A state that could not be written: any event that carries one has the only good copy.
        if (const auto& state = member(event, "state"); type == "log" && !state.is_null())
            found_.emergency_state = state;
    }
    ApplyEvents take() { return std::move(found_); }

private:
    void planned(const Json& change) {
        const auto word = text_of(change, "action");
        const auto action = event_action(word);
        if (action) found_.planned.add(*action);
        if (action == Action::forget || word == "move" || word == "import") ++found_.planned_other;
    }

    void start(const Json& hook) {
        ApplyEvents::Object object;
        object.address = text_of(member(hook, "resource"), "addr");
        object.action = event_action(text_of(hook, "action")).value_or(Action::no_op);
        object.id = text_of(hook, "id_value");
        found_.objects.push_back(std::move(object));
    }

    /// Ends the object that was started last under this address; one whose start line was lost is
    /// taken as started now.
    void end(const Json& hook, bool ApplyEvents::Object::*mark) {
        const auto address = text_of(member(hook, "resource"), "addr");
        auto& objects = found_.objects;
        auto object = std::find_if(objects.rbegin(), objects.rend(), [&](const auto& o) {
            return o.address == address && !o.completed && !o.errored;
        });
        if (object == objects.rend()) {
            start(hook);
            object = objects.rbegin();
        }
        (*object).*mark = true;
        const auto id = text_of(hook, "id_value");
        if (!id.empty()) object->id = id;
    }

    void outputs(const Json& outputs) {
        if (!outputs.is_object()) return;
        found_.outputs = outputs;
        found_.planned_outputs = 0;
        for (const auto& output : outputs) {
            const auto action = text_of(output, "action");  // only plans say it
            if (!action.empty() && action != "noop") ++found_.planned_outputs;
        }
    }

    void diagnostic(const Json& diagnostic) {
        if (text_of(diagnostic, "severity") != "error") return;
        found_.errors.push_back(text_of(diagnostic, "summary"));
        if (says_lock_held(diagnostic)) found_.lock_held = true;
    }

    ApplyEvents found_;
};

}  // namespace

ApplyEvents read_events(const std::vector<Json>& events) {
    EventReader reader;
    for (const auto& event : events)
        reader.read(event);
    return reader.take();
}

}  // namespace agentops::tf
