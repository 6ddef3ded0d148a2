#include "unit/plan_record.h"

namespace agentops {

namespace {

constexpr Action kActions[] = {Action::no_op,   Action::read,    Action::create, Action::update,
                               Action::replace, Action::destroy, Action::forget, Action::unknown};

Action action_of(const std::string& text) {
    for (const auto action : kActions) {
        if (to_text(action) == text) return action;
    }
    throw Json::other_error::create(501, "unknown action", nullptr);
}

Trust trust_of(const std::string& text) {
    for (const auto trust : {Trust::proven, Trust::reported, Trust::not_checkable}) {
        if (to_text(trust) == text) return trust;
    }
    throw Json::other_error::create(501, "unknown trust", nullptr);
}

Json optional_text(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
}

std::optional<std::string> text_of(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return json.get<std::string>();
}

Json to_record(const Change& change) {
    Json attributes = Json::array();
    for (const auto& attribute : change.attributes)
        attributes.push_back({{"path", attribute.path},
                              {"before", optional_text(attribute.before)},
                              {"after", optional_text(attribute.after)},
                              {"forces_replacement", attribute.forces_replacement}});
    return {{"address", change.address},
            {"type", change.type},
            {"previous_address", change.previous_address},
            {"action", to_text(change.action)},
            {"reason", change.reason},
            {"importing", change.importing},
            {"trust", to_text(change.trust)},
            {"attributes", std::move(attributes)}};
}

Change change_of(const Json& json) {
    Change change;
    change.address = json.at("address");
    change.type = json.at("type");
    change.previous_address = json.at("previous_address");
    change.action = action_of(json.at("action"));
    change.reason = json.at("reason");
    change.importing = json.at("importing");
    change.trust = trust_of(json.at("trust"));
    for (const auto& attribute : json.at("attributes"))
        change.attributes.push_back({attribute.at("path"), text_of(attribute.at("before")),
                                     text_of(attribute.at("after")),
                                     attribute.at("forces_replacement")});
    return change;
}

Json to_record(const OutputChange& output) {
    return {{"name", output.name},
            {"action", to_text(output.action)},
            {"sensitive", output.sensitive},
            {"known", output.known},
            {"after", output.sensitive ? Json(nullptr) : output.after}};
}

OutputChange output_of(const Json& json) {
    return {json.at("name"), action_of(json.at("action")), json.at("sensitive"), json.at("known"),
            json.at("after")};
}

/// Without the values of sensitive outputs.
Json public_outputs(const Json& outputs) {
    Json kept = Json::object();
    if (!outputs.is_object()) return kept;
    for (const auto& [name, output] : outputs.items()) {
        if (output.is_object() && !output.value("sensitive", false)) kept[name] = output;
    }
    return kept;
}

}  // namespace

Json to_record(const Plan& plan) {
    Json changes = Json::array(), outputs = Json::array();
    for (const auto& change : plan.changes)
        changes.push_back(to_record(change));
    for (const auto& output : plan.outputs)
        outputs.push_back(to_record(output));
    return {{"format_version", 1},
            {"changes", std::move(changes)},
            {"outputs", std::move(outputs)},
            {"prior_outputs", public_outputs(plan.prior_outputs)},
            {"unchanged", plan.unchanged}};
}

Result<Plan> from_record(const Json& record) {
    try {
        Plan plan;
        for (const auto& change : record.at("changes"))
            plan.changes.push_back(change_of(change));
        for (const auto& output : record.at("outputs"))
            plan.outputs.push_back(output_of(output));
        plan.prior_outputs = record.at("prior_outputs");
        plan.unchanged = record.at("unchanged");
        return plan;
    } catch (const Json::exception&) {
        return fail(error("run.damaged", "the stored review of a plan cannot be read", {},
                          "plan again: agentops plan"));
    }
}

}  // namespace agentops
