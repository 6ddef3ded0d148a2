#pragma once

// The model of one intent in one environment: a stack, decoded but for the bodies of its
// components, which belong to their kinds (lib/catalog).

#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "intent/choice.h"
#include "intent/preferences.h"
#include "intent/quantity.h"
#include "intent/reference.h"

namespace agentops::intent {

struct Target {
    Located<Choice<kProviders>> provider;
    Located<Literal> region;                   ///< checked by the provider's catalog
    std::optional<Located<Literal>> endpoint;  ///< an emulator: http://127.0.0.1:5000
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("provider", provider, "cloud provider: aws");
        v.required("region", region, "region of the provider, e.g. eu-west-1");
        v.optional("endpoint", endpoint,
                   "address of an API emulator; leave out for the real cloud");
    }
};

struct Param {
    std::optional<std::string> fallback;
    template <class V>
    void visit(V& v) {
        v.optional("default", fallback, "value when --param does not give one");
    }
};

struct Objectives {
    std::optional<Located<Money>> budget;
    std::optional<Located<Percent>> availability;
    std::optional<Located<Duration>> latency_p95, rpo, rto;
    std::optional<Located<Count>> processors;
    Preferences prefer;
    template <class V>
    void visit(V& v) {
        v.optional("budget", budget, "most the stack may cost, e.g. 400 USD/month");
        v.optional("availability", availability, "least availability end to end, e.g. 99.95 %");
        v.optional("latency_p95", latency_p95, "95th percentile of latency, e.g. 250 ms");
        v.optional("rpo", rpo, "most data that a disaster may cost, e.g. 15 min");
        v.optional("rto", rto, "longest time to be back after a disaster, e.g. 4 h");
        v.optional("processors", processors,
                   "most virtual processors that its machines may have together, e.g. 32");
        v.optional("prefer", prefer,
                   "what to favour, the first first, or weights: cost, availability, latency, "
                   "preferences (of agents)");
    }
};

/// One wanted thing. `body` is its whole map, `kind` included; the kind decodes the rest.
struct Component {
    std::string name;
    Located<std::string> kind;
    Position position;  ///< of the key
    yaml::Node body;
};

/// An accepted risk: without reason, owner and expiry it is none.
struct Waiver {
    Located<Literal> rule;
    std::optional<Located<Name>> component;  ///< all components when absent
    Literal reason;
    Literal owner;
    Located<Date> until;  ///< an expired waiver no longer counts
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("rule", rule, "rule that is waived, e.g. public-database");
        v.optional("component", component, "only for this component");
        v.required("reason", reason, "why the risk is accepted");
        v.required("owner", owner, "who answers for it");
        v.required("until", until, "last day it holds, YYYY-MM-DD");
    }
};

struct Rules {
    std::vector<Located<Literal>> deny;  ///< rules whose findings block whatever their severity
    std::vector<Located<Name>> protect;  ///< components never destroyed or replaced
    std::vector<Waiver> waive;
    template <class V>
    void visit(V& v) {
        v.optional("deny", deny, "rules whose findings always block a plan");
        v.optional("protect", protect,
                   "components never destroyed or replaced without --allow-protected");
        v.optional("waive", waive, "accepted risks with reason, owner and expiry");
    }
};

/// A probe after apply: exactly one of http, tcp and command.
struct Check {
    std::optional<Template> http;
    std::optional<Template> tcp;      ///< host:port
    std::vector<Template> command;    ///< argv; it must end with 0 on every machine
    std::optional<Located<Name>> on;  ///< the component whose machines run it
    std::optional<Located<std::int64_t>> status;
    Located<Duration> within{{std::chrono::seconds(60)}, {}};
    Position position;
    template <class V>
    void visit(V& v) {
        v.optional("http", http, "address to fetch, e.g. https://shop.example.com/");
        v.optional("tcp", tcp, "host:port that must accept a connection");
        v.optional("command", command, "program and arguments that must succeed on the machines");
        v.optional("on", on, "component on whose machines the command runs");
        v.optional("status", status, "HTTP status wanted (200)");
        v.optional("within", within, "how long to keep trying (60 s)");
    }
};

struct AutoApproval {
    std::optional<Located<Choice<kRisks>>> max_risk;
    std::optional<Located<std::int64_t>> max_destroy;
    std::optional<Located<Money>> max_increase;
    Position position;
    template <class V>
    void visit(V& v) {
        v.optional("max_risk", max_risk, "highest risk of a plan: low, medium, high");
        v.optional("max_destroy", max_destroy, "most resources destroyed or replaced");
        v.optional("max_increase", max_increase, "most it may add to the bill, e.g. 20 USD/month");
    }
};

struct Approvals {
    std::optional<AutoApproval> automatic;
    template <class V>
    void visit(V& v) {
        v.optional("auto", automatic, "limits within which --auto-approve needs nobody");
    }
};

/// What `agentops watch` may do about drift by itself.
struct Heal {
    Located<Choice<kHealModes>> mode{{"propose"}, {}};
    std::vector<Located<Name>> only;  ///< components; all when empty
    Located<Choice<kRisks>> max_risk{{"low"}, {}};
    Located<Duration> cool_down{{std::chrono::minutes(10)}, {}};
    Located<std::int64_t> max_times{3, {}};
    Located<Duration> window{{std::chrono::hours(1)}, {}};
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("mode", mode,
                   "propose: make a plan to approve; auto: apply it within the limits");
        v.optional("only", only, "components that may be healed (all)");
        v.optional("max_risk", max_risk, "highest risk of a plan that heals by itself (low)");
        v.optional("cool_down", cool_down, "least time between two repairs of a stack (10 min)");
        v.optional("max_times", max_times,
                   "repairs of one resource within the window, then it is a fight (3)");
        v.optional("window", window, "time in which repairs are counted (1 h)");
    }
};

/// One intent in one environment.
struct Stack {
    std::string id;  ///< "shop" or "shop@prod"
    std::string intent;
    std::string environment;         ///< "" when the intent has no environments
    const Source* source = nullptr;  ///< its file
    std::string source_digest;       ///< SHA-256 of the bytes that were parsed
    std::string input_digest;  ///< also over environment, parameters and environment variables used
    std::string owner;
    Target target;
    Objectives objectives;
    std::vector<Component> components;  ///< in file order, overlay's additions last
    Rules rules;
    OrderedMap<Check> checks;
    Approvals approvals;
    std::optional<Heal> heal;
    Position position;  ///< of the intent's name

    const Component* find(std::string_view name) const;
};

}  // namespace agentops::intent
