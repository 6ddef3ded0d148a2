#include "agents/counsel.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "base/instant.h"
#include "base/schema_head.h"
#include "base/text.h"
#include "terraform/writer.h"

namespace agentops {

namespace {

constexpr int kDeepest = 8;  ///< a reply has four levels

/// JSON as the decoders read it; false when it is deeper than `levels`.
bool to_node(const Json& json, int levels, yaml::Node& node) {
    if (levels == 0) return false;
    if (json.is_object()) {
        node.type = yaml::Type::map;
        for (const auto& [key, value] : json.items()) {
            auto& member = node.members.emplace_back();
            member.key = key;
            if (!to_node(value, levels - 1, member.value)) return false;
        }
    } else if (json.is_array()) {
        node.type = yaml::Type::sequence;
        for (const auto& value : json) {
            if (!to_node(value, levels - 1, node.items.emplace_back())) return false;
        }
    } else if (!json.is_null()) {
        node.type = yaml::Type::scalar;
        node.quoted = json.is_string();
        // As decimal digits: the decoders read no exponents, and prices of requests are tiny.
        node.text = json.is_string()         ? json.get<std::string>()
                    : json.is_number_float() ? fmt::format("{:.15f}", json.get<double>())
                                             : dump_json(json);
    }
    return true;
}

/// An answer against the request: only what is the agent's to say, about things that are there.
class Reading {
public:
    Reading(const std::string& agent, const intent::OutsideAgent& who, const Json& request)
        : agent_(agent), who_(who), slots_(request.at("slots")) {}

    Result<Reply> run(const std::string& text) {
        Reply reply;
        if (!decode_text(text, reply)) return fail(std::move(found_));
        if (reply.format_version != kCounselFormat)
            complain("agent.garbage", fmt::format("it speaks format {}, not {}",
                                                  reply.format_version, kCounselFormat));
        own_slots(reply);
        for (const auto& constraint : reply.constraints)
            check(constraint);
        for (const auto& wish : reply.preferences)
            check(wish);
        for (const auto& finding : reply.findings)
            check(finding);
        for (const auto& price : reply.prices)
            check(price);
        contradictions(reply);
        if (!found_.empty()) return fail(std::move(found_));
        return reply;
    }

private:
    void complain(std::string code, const std::string& what) {
        auto diagnostic =
            warning(std::move(code), fmt::format("agent '{}': {}", agent_, escape_terminal(what)),
                    who_.position,
                    "its answer does not count; agentops schema agent-reply shows "
                    "what it may say");
        if (who_.is_required) diagnostic.level = Level::error;
        found_.push_back(std::move(diagnostic));
    }

    /// The field tables check every member.
    bool decode_text(const std::string& text, Reply& reply) {
        const auto json = Json::parse(text, nullptr, false);
        if (json.is_discarded() || !json.is_object()) {
            complain("agent.garbage", "what it wrote is no JSON object");
            return false;
        }
        yaml::Node root;
        if (!to_node(json, kDeepest, root)) {
            complain("agent.garbage", "what it wrote is nested too deeply");
            return false;
        }
        Diagnostics mistakes;
        Decoding context{mistakes, "agent"};
        if (decode(root, reply, context)) return true;
        for (const auto& mistake : mistakes)
            complain("agent.garbage", mistake.message);
        return false;
    }

    void own_slots(const Reply& reply) {
        const std::tuple<const char*, bool> said[] = {{"constraints", !reply.constraints.empty()},
                                                      {"preferences", !reply.preferences.empty()},
                                                      {"findings", !reply.findings.empty()},
                                                      {"prices", !reply.prices.empty()}};
        for (const auto& [slot, used] : said) {
            if (used && !who_.does_write(slot))
                complain("agent.outside", fmt::format("{} are not its to write", slot));
        }
    }

    const Json* component(const std::string& name) const {
        if (!slots_.contains("components")) return nullptr;
        for (const auto& each : slots_.at("components")) {
            if (each.at("name") == name) return &each;
        }
        return nullptr;
    }

    /// The knob's values; null, and a complaint, when it may not speak of it.
    const Json* knob(const std::string& owner, const std::string& name) {
        const auto* found = component(owner);
        if (found == nullptr) {
            complain("agent.outside", fmt::format("there is no component '{}'", owner));
            return nullptr;
        }
        if (!found->at("knobs").contains(name)) {
            complain("agent.outside", fmt::format("{} has no knob '{}'", owner, name));
            return nullptr;
        }
        const auto& own = who_.knobs;
        if (!own.empty() && std::find(own.begin(), own.end(), name) == own.end()) {
            complain("agent.outside", fmt::format("the knob '{}' is not among its own", name));
            return nullptr;
        }
        return &found->at("knobs").at(name).at("values");
    }

    void check(const Constraint& constraint) {
        knob(constraint.component, constraint.knob);
        if (constraint.allow.empty() && constraint.forbid.empty())
            complain("agent.garbage", fmt::format("its constraint on {}.{} forbids nothing",
                                                  constraint.component, constraint.knob));
        for (const auto& value : constraint.allow) {
            if (std::find(constraint.forbid.begin(), constraint.forbid.end(), value) ==
                constraint.forbid.end())
                continue;
            complain("agent.contradiction",
                     fmt::format("it allows and forbids {}.{} {}", constraint.component,
                                 constraint.knob, value));
        }
    }

    void check(const Wish& wish) {
        const auto* values = knob(wish.component, wish.knob);
        if (values != nullptr &&
            std::find(values->begin(), values->end(), wish.value) == values->end())
            complain("agent.outside",
                     fmt::format("{} is no value of {}.{}", wish.value, wish.component, wish.knob));
        if (!std::isfinite(wish.usd_per_month) || wish.usd_per_month <= 0)
            complain("agent.garbage",
                     fmt::format("its wish for {}.{} is worth nothing", wish.component, wish.knob));
    }

    void check(const OutsideFinding& finding) {
        if (!is_name(finding.rule))
            complain("agent.garbage", fmt::format("'{}' is no name of a rule", finding.rule));
        if (!finding.component.empty() && slots_.contains("components") &&
            component(finding.component) == nullptr)
            complain("agent.outside", fmt::format("there is no component '{}'", finding.component));
        if (finding.address.empty() || !slots_.contains("resources")) return;
        const auto& all = slots_.at("resources");
        if (std::none_of(all.begin(), all.end(),
                         [&](const Json& each) { return each.at("address") == finding.address; }))
            complain("agent.outside", fmt::format("there is no resource '{}'", finding.address));
    }

    void check(const prices::Price& price) {
        if (!std::isfinite(price.usd) || price.usd < 0)
            complain("agent.garbage", fmt::format("{} USD is no price", price.usd));
        if (price.date.size() != 10 || !parse_rfc3339(price.date + "T00:00:00Z"))
            complain("agent.garbage", fmt::format("'{}' is no date like 2026-01-31", price.date));
        if (!seen_prices_.emplace(price.region, price.item).second)
            complain("agent.contradiction",
                     fmt::format("it has two prices of {} in {}", price.item, price.region));
    }

    /// A knob that is left without any value, or is wished two ways.
    void contradictions(const Reply& reply) {
        std::map<std::pair<std::string, std::string>, std::set<std::string>> allowed;
        for (const auto& each : reply.constraints) {
            if (each.allow.empty()) continue;
            const std::set<std::string> values(each.allow.begin(), each.allow.end());
            const auto [at, fresh] = allowed.try_emplace({each.component, each.knob}, values);
            if (fresh) continue;
            std::erase_if(at->second, [&](const auto& value) { return values.count(value) == 0; });
            if (at->second.empty())
                complain("agent.contradiction",
                         fmt::format("its constraints leave no value for {}.{}", each.component,
                                     each.knob));
        }
        std::map<std::pair<std::string, std::string>, std::string> wished;
        for (const auto& wish : reply.preferences) {
            const auto [at, fresh] = wished.try_emplace({wish.component, wish.knob}, wish.value);
            if (!fresh && at->second != wish.value)
                complain("agent.contradiction",
                         fmt::format("it wishes {}.{} two ways", wish.component, wish.knob));
        }
    }

    const std::string& agent_;
    const intent::OutsideAgent& who_;
    const Json& slots_;
    Diagnostics found_;
    std::set<std::pair<std::string, std::string>> seen_prices_;
};

bool is_met(const catalog::Part& part, const std::string& knob, const std::string& value) {
    return std::any_of(part.knobs.begin(), part.knobs.end(),
                       [&](const auto& each) { return each.name == knob && each.value == value; });
}

bool is_forbidden(const catalog::Part& part, const Constraint& constraint) {
    const auto met = [&](const auto& value) { return is_met(part, constraint.knob, value); };
    const auto& [allow, forbid] = std::tie(constraint.allow, constraint.forbid);
    return std::any_of(forbid.begin(), forbid.end(), met) ||
           (!allow.empty() && std::none_of(allow.begin(), allow.end(), met));
}

Json object_of(Json properties) {
    return {{"type", "object"}, {"properties", std::move(properties)}};
}

Json list_of(Json items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

}  // namespace

Json prices_slot(const prices::Book& book) {
    auto slot = Json::array();
    for (const auto* price : book.all())
        slot.push_back({{"region", price->region},
                        {"item", price->item},
                        {"unit", price->unit},
                        {"usd", price->usd}});
    return slot;
}

Json components_slot(const Lots& lots) {
    auto slot = Json::array();
    for (std::size_t i = 0; i < lots.lots.size(); ++i) {
        const auto& lot = lots.lots[i];
        const auto& part = lot.candidates.front();
        auto knobs = Json::object();
        for (const auto& candidate : lot.candidates) {
            for (const auto& knob : candidate.knobs) {
                auto& entry = knobs[knob.name];
                auto& values = entry["values"];
                if (std::find(values.begin(), values.end(), knob.value) == values.end())
                    values.push_back(knob.value);
                entry["pinned"] = std::any_of(
                    lots.pins.begin(), lots.pins.end(),
                    [&](const Pin& pin) { return pin.lot == i && pin.knob == knob.name; });
            }
        }
        slot.push_back({{"name", part.name()},
                        {"kind", part.component->kind.value},
                        {"intent", plain_json(part.component->body)},
                        {"knobs", std::move(knobs)}});
    }
    return slot;
}

Json resources_slot(const catalog::BuiltStack& built) {
    auto slot = Json::array();
    for (const auto& resource : built.main.resources) {
        auto arguments = Json::object();
        for (const auto& [name, value] : resource.body)
            arguments[name] = tf::to_tf_json(value);
        slot.push_back({{"address", resource.address()},
                        {"type", resource.type},
                        {"component", resource.origin.component},
                        {"arguments", std::move(arguments)}});
    }
    return slot;
}

Json request_for(const std::string& agent, const std::string& stack, Json slots) {
    return {{"format_version", kCounselFormat},
            {"agent", agent},
            {"stack", stack.empty() ? Json() : Json(stack)},
            {"slots", std::move(slots)}};
}

Result<Reply> read_reply(const std::string& agent, const intent::OutsideAgent& who,
                         const std::string& text, const Json& request) {
    return Reading(agent, who, request).run(text);
}

std::vector<catalog::Finding> findings_of(const Counsel& counsel, const intent::Stack& stack,
                                          const catalog::BuiltStack& built) {
    std::vector<catalog::Finding> found;
    for (const auto& [agent, reply] : counsel) {
        for (const auto& said : reply.findings) {
            catalog::Finding finding;
            finding.rule = fmt::format("{}/{}", agent, said.rule);
            finding.severity = catalog::parse_severity(said.severity.value).value();
            finding.stack = stack.id;
            finding.address = said.address;
            finding.component = said.component;
            finding.position = stack.position;
            for (const auto& resource : built.main.resources) {
                if (resource.address() != said.address) continue;
                finding.component = resource.origin.component;
                finding.position = resource.origin.position;
            }
            const auto* component = stack.find(said.component);
            if (component != nullptr) finding.position = component->position;
            finding.message = said.message;
            finding.remediation = said.remediation;
            found.push_back(std::move(finding));
        }
    }
    return found;
}

Opinion opinion_of_reply(const std::string& agent, const Reply& reply, const Lots& lots) {
    const auto judge = [&](const catalog::Part& part, const catalog::Surroundings&) {
        View view;
        for (const auto& wish : reply.preferences) {
            if (wish.component == part.name() && !is_met(part, wish.knob, wish.value))
                view.amount += std::llround(wish.usd_per_month / negotiate::kCostUnit);
        }
        for (const auto& constraint : reply.constraints) {
            if (constraint.component == part.name() && is_forbidden(part, constraint))
                view.objections.push_back({constraint.knob, constraint.reason});
        }
        return view;
    };
    return opinion_of(agent, negotiate::Measure::dislike, lots, judge);
}

Json request_schema() {
    const Json text = {{"type", "string"}}, strings = list_of(text);
    const Json knob = object_of({{"values", strings}, {"pinned", {{"type", "boolean"}}}});
    const Json component =
        object_of({{"name", text},
                   {"kind", text},
                   {"intent", {{"type", "object"}}},
                   {"knobs", {{"type", "object"}, {"additionalProperties", knob}}}});
    const Json resource = object_of({{"address", text},
                                     {"type", text},
                                     {"component", text},
                                     {"arguments", {{"type", "object"}}}});
    const Json price = object_of(
        {{"region", text}, {"item", text}, {"unit", text}, {"usd", {{"type", "number"}}}});
    auto schema = object_of({{"format_version", {{"const", kCounselFormat}}},
                             {"agent", text},
                             {"stack", {{"type", {"string", "null"}}}},
                             {"slots", object_of({{"prices", list_of(price)},
                                                  {"components", list_of(component)},
                                                  {"resources", list_of(resource)}})}});
    schema["required"] = {"format_version", "agent", "stack", "slots"};
    return with_schema_head(std::move(schema), "urn:agentops:schema:agent-request:v1",
                            "what an agent of the project reads on stdin");
}

Json reply_schema() {
    auto schema = schema_of<Reply>();
    schema["properties"]["format_version"] = {{"const", kCounselFormat}};
    return with_schema_head(std::move(schema), "urn:agentops:schema:agent-reply:v1",
                            "what an agent of the project writes on stdout");
}

}  // namespace agentops
