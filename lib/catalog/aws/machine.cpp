#include "catalog/aws/machine.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/access.h"
#include "catalog/cidr.h"

namespace agentops::catalog::aws {

namespace {

constexpr std::int64_t kLeastDiskGib = 8;  ///< what the images of images.def need
constexpr std::int64_t kMostDiskGib = 16'384;
constexpr int kHttps = 443;
constexpr std::string_view kEverywhere = "0.0.0.0/0";

struct Image {
    std::string_view name;
    std::string_view owner;
    std::string_view x86_64;
    std::string_view arm64;
    std::string_view login;
};

constexpr Image kImages[] = {
#define IMAGE(name, owner, x86_64, arm64, login) {name, owner, x86_64, arm64, login},
#include "catalog/aws/images.def"
#undef IMAGE
};

const Image* find_image(std::string_view name) {
    for (const auto& image : kImages) {
        if (image.name == name) return &image;
    }
    return nullptr;
}

bool is_image_id(std::string_view text) {
    return starts_with(text, "ami-") && text.size() > 4 &&
           text.find_first_not_of("0123456789abcdef", 4) == std::string_view::npos;
}

/// Graviton types have a `g` behind the generation: t4g, m6gd, c7gn; and a1.
bool is_arm(std::string_view size) {
    const auto family = size.substr(0, size.find('.'));
    const auto digit = family.find_first_of("0123456789");
    return family == "a1" ||
           (digit != std::string_view::npos && family.find('g', digit) != std::string_view::npos);
}

void check_image(const std::string& image, const yaml::Node& at, Decoding& context) {
    if (find_image(image) != nullptr || is_image_id(image)) return;
    std::vector<std::string> names;
    for (const auto& known : kImages)
        names.emplace_back(known.name);
    const auto near = did_you_mean(image, names);
    context.fail(
        *at.find("image"), "image", fmt::format("unknown image '{}'", image),
        near ? fmt::format("did you mean '{}'?", *near)
             : fmt::format("known images: {}, or the id of any image, ami-...", join(names, ", ")));
}

void check_port(std::int64_t port, const yaml::Node& at, Decoding& context) {
    if (port < 1 || port > 65'535)
        context.fail(*at.find("port"), "port", fmt::format("{} is no port", port),
                     "write a port from 1 to 65535");
}

tf::Map filter(std::string_view name, std::string_view value) {
    return {{"name", name}, {"values", tf::List{value}}};
}

tf::Map image_query(const std::string& name, bool arm) {
    const auto* image = find_image(name);
    if (image == nullptr) return {{"filter", tf::List{filter("image-id", name)}}};
    return {{"owners", tf::List{image->owner}},
            {"most_recent", true},
            {"filter", tf::List{filter("name", arm ? image->arm64 : image->x86_64),
                                filter("architecture", arm ? "arm64" : "x86_64")}}};
}

Position position_of(const Part& part, std::string_view key) {
    const auto* node = part.component->body.find(key);
    return node ? node->position : Position{};
}

}  // namespace

void check_machine(const MachineBody& body, const yaml::Node& at, Decoding& context) {
    check_image(body.image.value.value, at, context);
    if (body.port) check_port(body.port->value, at, context);
    const auto size = body.disk.value.gib_rounded_up();
    if (size < kLeastDiskGib || size > kMostDiskGib)
        context.fail(
            *at.find("disk"), "disk",
            fmt::format("a root disk cannot have {}", to_text(body.disk.value)),
            fmt::format("write a size from {} GiB to {} GiB", kLeastDiskGib, kMostDiskGib));
}

void check_expose(const Expose& expose, const yaml::Node& at, Decoding& context) {
    check_port(expose.port.value, at, context);
    check_audience(*at.find("to"), context);
}

void check_audience(const yaml::Node& node, Decoding& context) {
    const auto& to = node.text;
    if (to == "internet" || to == "vpc") return;
    const auto cidr = parse_cidr(to);
    if (!cidr)
        context.fail(node, "cidr", fmt::format("'{}' is nobody", to),
                     "write internet, vpc, or a range such as 10.0.0.0/8");
    else if (cidr->network() != *cidr)
        context.fail(node, "cidr", fmt::format("{} has address bits behind its prefix", to),
                     fmt::format("write {}", cidr->network().text()));
    else if (cidr->bits == 0)
        context.fail(node, "cidr", fmt::format("{} is everybody", to),
                     "write internet if that is meant");
}

std::string login_of(std::string_view image) {
    const auto* known = find_image(image);
    return known == nullptr ? std::string() : std::string(known->login);
}

bool is_public(const Expose& expose) {
    return expose.to.value.value == "internet";
}

tf::Value audience(const std::string& to, const Facets& network) {
    if (to == "internet") return kEverywhere;
    if (to == "vpc") return network.output("cidr").value();
    return to;
}

Facets machine_facets(const Part& part, std::optional<std::int64_t> port) {
    Facets facets;
    facets.security_group = tf::Expr{fmt::format("aws_security_group.{}.id", part.label())};
    facets.role = tf::Expr{fmt::format("aws_iam_role.{}.name", part.label())};
    if (port) facets.ports = {{static_cast<int>(*port), "tcp"}};
    facets.outputs = {{"security_group_id", *facets.security_group}};
    return facets;
}

tf::Expr add_image(const Part& part, const MachineBody& body, Builder& builder) {
    return builder.data("aws_ami", part.label(),
                        image_query(body.image.value.value, is_arm(part.knob("size"))),
                        body.image.position);
}

tf::Map keep_image(const Part& part, const MachineBody& body, std::string_view argument,
                   Builder& builder) {
    const auto wanted =
        builder.resource("terraform_data", part.label() + "_image",
                         {{"input", fmt::format("{} {}", body.image.value.value,
                                                is_arm(part.knob("size")) ? "arm64" : "x86_64")}},
                         body.image.position);
    return {{"ignore_changes", tf::List{argument}},
            {"replace_triggered_by", tf::List{wanted.text}}};
}

tf::Expr add_empty_group(const Part& part, const Design& design, Builder& builder,
                         std::string_view suffix) {
    const auto label = suffix.empty() ? part.label() : fmt::format("{}_{}", part.label(), suffix);
    return builder.resource(
        "aws_security_group", label,
        {{"name_prefix", design.cloud_name(part, 60) + "-"},
         {"description", suffix.empty() ? fmt::format("machines of {}", part.name())
                                        : fmt::format("{} of {}", suffix, part.name())},
         {"vpc_id", design.network(part).output("vpc_id").value()},
         // A group in use cannot be deleted: its successor comes first.
         {"lifecycle", tf::Map{{"create_before_destroy", true}}},
         {"tags", builder.tags(part, suffix)}});
}

void add_group(const Part& part, const Design& design, Builder& builder) {
    const auto group = add_empty_group(part, design, builder);
    auto out = port_rule(group["id"], {kHttps, "tcp"});
    out.emplace_back("description", "updates and cloud services");
    out.emplace_back("cidr_ipv4", kEverywhere);
    out.emplace_back("tags", builder.tags(part, "https"));
    builder.resource("aws_vpc_security_group_egress_rule", part.label() + "_https", std::move(out));
}

void add_entrance(const Part& part, const Design& design, const tf::Expr& group,
                  const Expose& expose, Builder& builder) {
    const auto reason = fmt::format("exposed to {}", expose.to.value.value);
    auto rule = port_rule(group, {static_cast<int>(expose.port.value), "tcp"});
    rule.emplace_back("description", reason);
    rule.emplace_back("cidr_ipv4", audience(expose.to.value.value, design.network(part)));
    rule.emplace_back("tags", builder.tags(part, "expose"));
    builder.resource("aws_vpc_security_group_ingress_rule", part.label() + "_expose",
                     std::move(rule), position_of(part, "expose"), reason);
}

tf::Expr add_identity(const Part& part, const Design& design, Builder& builder) {
    const auto label = part.label();
    const auto trust = builder.data(
        "aws_iam_policy_document", label + "_trust",
        {{"statement",
          tf::List{tf::Map{{"actions", tf::List{"sts:AssumeRole"}},
                           {"principals",
                            tf::List{tf::Map{{"type", "Service"},
                                             {"identifiers", tf::List{"ec2.amazonaws.com"}}}}}}}}});
    const auto name = design.cloud_name(part, 64);
    const auto role = builder.resource(
        "aws_iam_role", label,
        {{"name", name}, {"assume_role_policy", trust["json"]}, {"tags", builder.tags(part)}});
    return builder.resource("aws_iam_instance_profile", label,
                            {{"name", name}, {"role", role["name"]}, {"tags", builder.tags(part)}});
}

tf::List after_internet(const Facets& network) {
    const auto gateway = network.output("internet_gateway_id");
    const auto* id = gateway ? std::get_if<tf::Expr>(&gateway->data()) : nullptr;
    if (id == nullptr) return {};
    return {id->text.substr(0, id->text.rfind('.'))};
}

tf::Map disk(const MachineBody& body) {
    return {{"volume_type", "gp3"},
            {"volume_size", body.disk.value.gib_rounded_up()},
            {"encrypted", true},
            {"delete_on_termination", true}};
}

tf::Map metadata_options() {
    return {{"http_endpoint", "enabled"},
            {"http_tokens", "required"},
            {"http_put_response_hop_limit", 1}};
}

}  // namespace agentops::catalog::aws
