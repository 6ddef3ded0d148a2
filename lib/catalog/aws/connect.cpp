#include "catalog/aws/connect.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/access.h"
#include "catalog/aws/machine.h"

namespace agentops::catalog::aws {

namespace {

constexpr int kHttp = 80;

void check_key(const yaml::Node& node, Decoding& context) {
    if (starts_with(node.text, "ssh-ed25519 ") || starts_with(node.text, "ssh-rsa ")) return;
    context.fail(node, "public-key", "AWS takes keys of ed25519 and rsa only",
                 "make one with `ssh-keygen -t ed25519`");
}

/// Private subnets without NAT reach nothing outside.
bool has_way_out(const Part& part, const Design& design) {
    const auto& knobs = design.part(part.spec->in->value.value).knobs;
    return std::none_of(knobs.begin(), knobs.end(), [](const Knob& knob) {
        return knob.name == "nat" && knob.value == "none";
    });
}

/// Mirrors speak plain HTTP. What a role installs nobody knows, so it may.
void add_way_to_mirrors(const Configure& wanted, const Part& part, const tf::Expr& group,
                        Builder& builder) {
    const bool packages = !wanted.packages.empty();
    if (!packages && wanted.roles.empty()) return;
    auto rule = port_rule(group, {kHttp, "tcp"});
    rule.emplace_back("description", "package mirrors");
    rule.emplace_back("cidr_ipv4", "0.0.0.0/0");
    rule.emplace_back("tags", builder.tags(part, "http"));
    const auto position =
        packages ? wanted.packages.front().position : wanted.roles.front().position;
    const auto reason = packages ? "installs packages" : "runs roles, which may install packages";
    builder.resource("aws_vpc_security_group_egress_rule", part.label() + "_http", std::move(rule),
                     position, fmt::format("{} {}", part.name(), reason));
}

}  // namespace

void check_managed(const Managed& body, const std::string& image,
                   const intent::Component& component, Decoding& context) {
    check_machine_name(component, body.configure.has_value(), context);
    if (body.configure) check_configure(*body.configure, context);
    const auto* node = component.body.find("connect");
    if (body.connect) {
        if (const auto* from = node->find("from")) check_audience(*from, context);
        if (const auto* key = node->find("authorize")) check_key(*key, context);
    }
    const bool named = body.connect && body.connect->user;
    if (body.configure && !named && login_of(image).empty())
        context.fail(*component.body.find("image"), "connect-user",
                     fmt::format("nobody knows which user logs in to {}", image),
                     "say it: `connect: {user: ubuntu}`");
}

Diagnostics check_managed(const Managed& body, const Part& part, const Design& design,
                          bool way_out) {
    if (!body.configure) return {};
    auto out = check_configure(*body.configure, design);
    if (!body.has_packages() || way_out || has_way_out(part, design)) return out;
    const auto& network = part.spec->in->value.value;
    const auto& first = body.configure->packages.front();
    auto& remark = out.emplace_back(warning(
        "catalog.no-way-out",
        fmt::format("{} installs packages and its network {} has no way out", part.name(), network),
        first.position,
        fmt::format("write `nat: one` for {}, or use a mirror inside the network", network)));
    remark.width = static_cast<int>(first.value.name.value.size());
    return out;
}

void refuse_public_address(const Managed& body, const intent::Component& component,
                           Decoding& context) {
    if (!body.connect || !body.connect->address || body.connect->address->value.value != "public")
        return;
    context.fail(*component.body.find("connect")->find("address"), "connect-address",
                 fmt::format("{} has no public address", component.name),
                 "leave it out; a server has one when it is exposed to internet");
}

intent::Reference output_of(const Part& part, std::string_view name) {
    intent::Reference reference;
    reference.component = part.name();
    reference.name = name;
    reference.position = part.component->position;
    return reference;
}

ansible::Connection connection(const Managed& body, const std::string& image,
                               const intent::Project& project) {
    ansible::Connection connection;
    connection.user = login_of(image);
    if (!body.connect) return connection;
    const auto& wanted = *body.connect;
    wanted.apply_to(connection, project);
    if (wanted.via) connection.jump = to_jump(*wanted.via);
    if (wanted.become_password) connection.become_secret = wanted.become_password->value;
    return connection;
}

void add_ways(const Managed& body, const Part& part, const Design& design, Builder& builder) {
    const auto& group = *design.facets(part).security_group;
    if (body.connect && body.connect->from) {
        const auto& from = *body.connect->from;
        const auto reason = fmt::format("Ansible from {}", from.value.value);
        auto rule = port_rule(group, {body.port(), "tcp"});
        rule.emplace_back("description", reason);
        rule.emplace_back("cidr_ipv4", audience(from.value.value, design.network(part)));
        rule.emplace_back("tags", builder.tags(part, "ssh"));
        builder.resource("aws_vpc_security_group_ingress_rule", part.label() + "_ssh",
                         std::move(rule), from.position, reason);
    }
    if (body.configure) add_way_to_mirrors(*body.configure, part, group, builder);
}

std::optional<tf::Expr> add_key_pair(const Managed& body, const Part& part, const Design& design,
                                     Builder& builder) {
    if (!body.connect || !body.connect->authorize) return std::nullopt;
    const auto& key = *body.connect->authorize;
    return builder.resource("aws_key_pair", part.label(),
                            {{"key_name", design.cloud_name(part)},
                             {"public_key", key.value.value},
                             {"tags", builder.tags(part)}},
                            key.position)["key_name"];
}

}  // namespace agentops::catalog::aws
