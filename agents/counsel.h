#pragma once

// What the project's own agents (programs that agentops.yaml names) are told and may say. Requests
// and replies are JSON in format kCounselFormat; both have published schemas (`agentops schema`).

#include <map>
#include <string>
#include <vector>

#include "agents/negotiation.h"
#include "base/fields.h"
#include "catalog/design.h"
#include "catalog/finding.h"
#include "intent/choice.h"
#include "intent/project.h"
#include "prices/book.h"

namespace agentops {

inline constexpr std::string_view kCounselFormat = "1";

/// Forbids values of a knob: a veto, whatever it costs.
struct Constraint {
    std::string component, knob;
    std::vector<std::string> allow;  ///< when not empty: every other value is forbidden
    std::vector<std::string> forbid;
    std::string reason;
    template <class V>
    void visit(V& v) {
        v.required("component", component, "component that is meant");
        v.required("knob", knob, "its knob, e.g. size");
        v.optional("allow", allow, "the only values that may be taken");
        v.optional("forbid", forbid, "values that must not be taken");
        v.required("reason", reason, "why, one clause");
    }
};

/// Would rather see a value of a knob, and says what that is worth.
struct Wish {
    std::string component, knob, value;
    double usd_per_month = 1;
    std::string reason;
    template <class V>
    void visit(V& v) {
        v.required("component", component, "component that is meant");
        v.required("knob", knob, "its knob, e.g. size");
        v.required("value", value, "value that is preferred");
        v.optional("usd_per_month", usd_per_month, "what having it is worth (1)");
        v.required("reason", reason, "why, one clause");
    }
};

/// A finding; its rule becomes "<agent>/<rule>".
struct OutsideFinding {
    std::string rule;
    intent::Choice<intent::kSeverities> severity{"medium"};
    std::string component, address;
    std::string message, remediation;
    template <class V>
    void visit(V& v) {
        v.required("rule", rule, "name of the rule, e.g. no-owner");
        v.optional("severity", severity, "low, medium, high or critical (medium)");
        v.optional("component", component, "component that is meant");
        v.optional("address", address, "resource that is meant");
        v.required("message", message, "what is wrong, one sentence");
        v.optional("remediation", remediation, "what to do");
    }
};

/// What an agent said on stdout.
struct Reply {
    std::string format_version;
    std::vector<Constraint> constraints;
    std::vector<Wish> preferences;
    std::vector<OutsideFinding> findings;
    std::vector<prices::Price> prices;
    template <class V>
    void visit(V& v) {
        v.required("format_version", format_version, "1");
        v.optional("constraints", constraints, "vetoes over knobs");
        v.optional("preferences", preferences, "values that it would rather see");
        v.optional("findings", findings, "remarks on the infrastructure");
        v.optional("prices", prices, "prices that win over those of the book");
    }
};

/// By agent, in the order of agentops.yaml: those that were asked and answered well.
using Counsel = OrderedMap<Reply>;

/// The slots that a request may hold, as JSON: the book's prices; components, each as its intent
/// has it, with the values that its knobs may take; resources with their arguments.
Json prices_slot(const prices::Book& book);
Json components_slot(const Lots& lots);
Json resources_slot(const catalog::BuiltStack& built);
/// {format_version, agent, stack or null, slots}
Json request_for(const std::string& agent, const std::string& stack, Json slots);

/// Reads what an agent said to `request`; an answer with one mistake does not count at all. Codes:
/// agent.garbage (no such JSON), agent.outside (slots or knobs that are not its own, things that do
/// not exist), agent.contradiction.
Result<Reply> read_reply(const std::string& agent, const intent::OutsideAgent& who,
                         const std::string& text, const Json& request);

/// As published.
Json request_schema();
Json reply_schema();

/// The findings of all agents about a stack; a resource that is named leads to its component.
std::vector<catalog::Finding> findings_of(const Counsel& counsel, const intent::Stack& stack,
                                          const catalog::BuiltStack& built);
/// What one agent says of every candidate: objections, and as dislike what its wishes are worth
/// where they are not met.
Opinion opinion_of_reply(const std::string& agent, const Reply& reply, const Lots& lots);

}  // namespace agentops
