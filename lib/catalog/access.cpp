#include "catalog/access.h"

#include <fmt/core.h>

namespace agentops::catalog {

namespace {

/// One entry of a `uses` list with both of its ends.
struct Edge {
    const Part& user;
    const Part& target;
    const Facets& from;
    const Facets& to;
    Position position;

    std::string reason() const { return fmt::format("{} uses {}", user.name(), target.name()); }
    /// The group at which the target is entered, if there is one.
    const std::optional<tf::Expr>& entry() const {
        return to.entry_group ? to.entry_group : to.security_group;
    }
    bool connects() const { return from.security_group && entry() && !to.ports.empty(); }
    bool grants() const { return from.role && !to.grants.empty(); }
};

template <class Visit>
void for_edges(const Design& design, const Visit& visit) {
    for (const auto& user : design.parts()) {
        for (const auto& use : user.spec->uses) {
            const auto& target = design.part(use.value.value);
            visit(Edge{user, target, design.facets(user), design.facets(target), use.position});
        }
    }
}

void open_port(const Edge& edge, const Port& port, Builder& builder) {
    const auto name = fmt::format("{}_to_{}_{}_{}", edge.user.label(), edge.target.label(),
                                  port.protocol, port.number);
    const auto add = [&](std::string_view type, const tf::Expr& group, const tf::Expr& other) {
        auto rule = port_rule(group, port);
        rule.emplace_back("referenced_security_group_id", other);
        rule.emplace_back("tags", builder.tags(edge.user, "to-" + edge.target.name()));
        builder.resource(type, name, std::move(rule), edge.position, edge.reason());
    };
    add("aws_vpc_security_group_ingress_rule", *edge.entry(), *edge.from.security_group);
    add("aws_vpc_security_group_egress_rule", *edge.from.security_group, *edge.entry());
}

tf::Value statement(const Grant& grant) {
    const tf::List actions(grant.actions.begin(), grant.actions.end());
    return tf::Map{{"sid", grant.sid}, {"actions", actions}, {"resources", grant.resources}};
}

void give_role(const Edge& edge, Builder& builder) {
    const auto name = fmt::format("{}_uses_{}", edge.user.label(), edge.target.label());
    tf::List statements;
    for (const auto& grant : edge.to.grants)
        statements.push_back(statement(grant));
    const auto document = builder.data("aws_iam_policy_document", name, {{"statement", statements}},
                                       edge.position, edge.reason());
    builder.resource("aws_iam_role_policy", name,
                     {{"name", "uses-" + edge.target.name()},
                      {"role", *edge.from.role},
                      {"policy", document["json"]}},
                     edge.position, edge.reason());
}

}  // namespace

tf::Map port_rule(const tf::Expr& group, const Port& port) {
    return {{"security_group_id", group},
            {"ip_protocol", port.protocol},
            {"from_port", port.number},
            {"to_port", port.number}};
}

void build_access(const Design& design, BuiltStack& built) {
    Builder builder(design, built, "access");
    for_edges(design, [&](const Edge& edge) {
        builder.begin(edge.user);
        if (edge.connects()) {
            for (const auto& port : edge.to.ports)
                open_port(edge, port, builder);
        }
        if (edge.grants()) give_role(edge, builder);
    });
}

Diagnostics check_access(const Design& design) {
    Diagnostics out;
    for_edges(design, [&](const Edge& edge) {
        if (edge.connects() || edge.grants()) return;
        auto& diagnostic = out.emplace_back(
            error("catalog.cannot-use",
                  fmt::format("{} cannot use {}: a {} gives nothing to use", edge.user.name(),
                              edge.target.name(), edge.target.kind->info().name),
                  edge.position,
                  "use a component with a port (a server or service gets one by `port:` or "
                  "`expose:`), or one that grants access, such as a bucket"));
        diagnostic.width = static_cast<int>(edge.target.name().size());
    });
    return out;
}

}  // namespace agentops::catalog
