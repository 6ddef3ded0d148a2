// Kind service: a group of equal machines in private subnets, behind a load balancer when exposed.
//
// The balancer follows from `expose`: with a certificate it ends TLS itself; at port 443 without
// one the machines do, and it passes connections through; any other port is plain HTTP.

#include <fmt/core.h>

#include "catalog/access.h"
#include "catalog/aws/assumptions.h"
#include "catalog/aws/capacity.h"
#include "catalog/aws/machine.h"
#include "catalog/aws/sizes.h"
#include "catalog/names.h"
#include "catalog/playbook_parts.h"

namespace agentops::catalog {

namespace {

constexpr std::string_view kTlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";
constexpr std::int64_t kHttps = 443;
constexpr std::string_view kAddresses = "private_ips";

struct ServiceExpose : aws::Expose {
    std::optional<intent::Template> certificate;
    template <class V>
    void visit(V& v) {
        aws::Expose::visit(v);
        v.optional("certificate", certificate,
                   "ARN of a certificate: the load balancer ends TLS with it");
    }
    bool passes_through() const { return !certificate && port.value == kHttps; }
    std::string_view protocol() const {
        return certificate ? "HTTPS" : passes_through() ? "TCP" : "HTTP";
    }
    /// What the balancer speaks with the machines.
    std::string_view inner_protocol() const { return passes_through() ? "TCP" : "HTTP"; }
};

struct ServiceBody : aws::MachineBody {
    std::optional<ServiceExpose> expose;
    template <class V>
    void visit(V& v) {
        visit_machine(v);
        v.optional("expose", expose, "port of its load balancer; without it there is none");
    }
    std::optional<std::int64_t> listens_at() const {
        if (port) return port->value;
        return expose ? std::optional(expose->port.value) : std::nullopt;
    }
};

/// The resources of one service while they are built.
class Service {
public:
    Service(const Part& part, const ServiceBody& body, const Design& design, Builder& builder)
        : part_(part), body_(body), design_(design), builder_(builder), label_(part.label()) {}

    void build() {
        const auto image = aws::add_image(part_, body_, builder_);
        aws::add_group(part_, design_, builder_);
        add_template(image, aws::add_identity(part_, design_, builder_));
        if (body_.expose) add_balancer(*body_.expose);
        add_machines();
        if (design_.is_wanted(part_, kAddresses)) find_machines();
        aws::add_ways(body_, part_, design_, builder_);
        if (body_.configure) add_playbook(part_, body_.wanted(), builder_);
    }

private:
    bool is_emulated() const { return design_.stack().target.endpoint.has_value(); }
    const Facets& facets() const { return design_.facets(part_); }
    tf::Value subnets(std::string_view side) const {
        return design_.network(part_).output(fmt::format("{}_subnet_ids", side)).value();
    }
    /// Tags of what the group makes, which the provider's default tags do not reach.
    tf::Map all_tags() const {
        auto tags = stack_tags(design_.stack());
        for (auto& tag : builder_.tags(part_))
            tags.push_back(std::move(tag));
        return tags;
    }

    void add_template(const tf::Expr& image, const tf::Expr& profile) {
        tf::Map body{
            {"name_prefix", design_.cloud_name(part_, 60) + "-"},
            {"image_id", image["id"]},
            {"instance_type", part_.knob("size")},
            {"update_default_version", true},
            {"iam_instance_profile", tf::Map{{"arn", profile["arn"]}}},
            {"metadata_options", aws::metadata_options()},
            {"network_interfaces",
             tf::List{tf::Map{{"associate_public_ip_address", "false"},
                              {"delete_on_termination", "true"},
                              {"security_groups", tf::List{*facets().security_group}}}}},
            {"block_device_mappings", tf::List{tf::Map{{"device_name", image["root_device_name"]},
                                                       {"ebs", template_disk()}}}},
            {"tag_specifications",
             tf::List{tf::Map{{"resource_type", "volume"}, {"tags", all_tags()}}}},
            {"lifecycle", template_lifecycle()},
            {"tags", builder_.tags(part_)}};
        if (auto key = aws::add_key_pair(body_, part_, design_, builder_))
            body.emplace_back("key_name", *std::move(key));
        builder_.resource("aws_launch_template", label_, std::move(body),
                          part_.knob_position("size"));
    }

    tf::Map template_lifecycle() const {
        auto lifecycle = aws::keep_image(part_, body_, "image_id", builder_);
        // A template in use cannot go: its successor comes first.
        lifecycle.emplace_back("create_before_destroy", true);
        // Emulators mix the template's own tags into these.
        if (is_emulated()) lifecycle[0].second = tf::List{"image_id", "tag_specifications"};
        return lifecycle;
    }

    /// Launch templates take booleans of a disk as texts.
    tf::Map template_disk() const {
        auto disk = aws::disk(body_);
        for (auto& [key, value] : disk) {
            if (const auto* flag = std::get_if<bool>(&value.data()))
                value = *flag ? "true" : "false";
        }
        return disk;
    }

    void add_machines() {
        const tf::Expr launch{"aws_launch_template." + label_};
        const auto count = part_.knob_int("count");
        tf::List tags;
        for (auto& [key, value] : all_tags())
            tags.push_back(tf::Map{{"key", key}, {"value", value}, {"propagate_at_launch", true}});
        tf::Map body{{"name", design_.cloud_name(part_)},
                     {"min_size", count},
                     {"desired_capacity", count},
                     // Room to replace machines before the old ones go.
                     {"max_size", 2 * count},
                     {"vpc_zone_identifier", subnets("private")},
                     // Not ELB: machines that are not configured yet would be replaced for ever.
                     {"health_check_type", "EC2"},
                     {"launch_template",
                      tf::Map{{"id", launch["id"]}, {"version", launch["latest_version"]}}},
                     {"tag", std::move(tags)}};
        // A changed template reaches machines that run; emulators cannot do it.
        if (!is_emulated()) body.emplace_back("instance_refresh", tf::Map{{"strategy", "Rolling"}});
        if (body_.expose)
            body.emplace_back("target_group_arns",
                              tf::List{tf::Expr{"aws_lb_target_group." + label_ + ".arn"}});
        builder_.resource("aws_autoscaling_group", label_, std::move(body),
                          part_.knob_position("count"));
    }

    /// The machines that the group has made, once it has.
    void find_machines() {
        const tf::Expr group{"aws_autoscaling_group." + label_};
        builder_.data("aws_instances", label_,
                      {{"instance_tags", tf::Map{{"aws:autoscaling:groupName", group["name"]}}},
                       {"instance_state_names", tf::List{"running"}},
                       {"depends_on", tf::List{group.text}}});
    }

    void add_balancer(const ServiceExpose& expose) {
        const auto group = aws::add_empty_group(part_, design_, builder_, "lb");
        aws::add_entrance(part_, design_, group["id"], expose, builder_);
        connect(group["id"]);
        const bool open = aws::is_public(expose);
        const auto balancer = builder_.resource(
            "aws_lb", label_,
            {{"name", design_.cloud_name(part_, 32)},
             {"load_balancer_type", expose.passes_through() ? "network" : "application"},
             {"internal", !open},
             {"subnets", subnets(open ? "public" : "private")},
             {"security_groups", tf::List{group["id"]}},
             {"drop_invalid_header_fields",
              expose.passes_through() ? tf::Value() : tf::Value(true)},
             {"depends_on", open ? aws::after_internet(design_.network(part_)) : tf::List{}},
             {"tags", builder_.tags(part_)}},
            expose.position);
        add_listener(expose, balancer, add_targets(expose));
    }

    /// From the balancer to the machines.
    void connect(const tf::Expr& balancer_group) {
        const Port port{static_cast<int>(*body_.listens_at()), "tcp"};
        const auto reason = fmt::format("load balancer of {}", part_.name());
        const auto add = [&](std::string_view type, const tf::Expr& group, const tf::Expr& other) {
            auto rule = port_rule(group, port);
            rule.emplace_back("referenced_security_group_id", other);
            rule.emplace_back("tags", builder_.tags(part_, "lb"));
            builder_.resource(type, label_ + "_lb", std::move(rule), {}, reason);
        };
        add("aws_vpc_security_group_ingress_rule", *facets().security_group, balancer_group);
        add("aws_vpc_security_group_egress_rule", balancer_group, *facets().security_group);
    }

    tf::Expr add_targets(const ServiceExpose& expose) {
        const auto protocol = expose.inner_protocol();
        const auto port = *body_.listens_at();
        const bool http = protocol == "HTTP";
        tf::Map health{{"protocol", protocol}};
        if (http) {
            health.emplace_back("path", "/");
            health.emplace_back("matcher", "200-399");
        }
        // A successor comes before the one in use goes, so what forces one is part of the name.
        const auto suffix = fmt::format("-{}{}", http ? "http" : "tcp", port);
        return builder_.resource("aws_lb_target_group", label_,
                                 {{"name", design_.cloud_name(part_, 32 - suffix.size()) + suffix},
                                  {"port", port},
                                  {"protocol", protocol},
                                  {"vpc_id", design_.network(part_).output("vpc_id").value()},
                                  {"health_check", std::move(health)},
                                  {"lifecycle", tf::Map{{"create_before_destroy", true}}},
                                  {"tags", builder_.tags(part_)}},
                                 expose.position);
    }

    void add_listener(const ServiceExpose& expose, const tf::Expr& balancer,
                      const tf::Expr& targets) {
        tf::Map body{{"load_balancer_arn", balancer["arn"]},
                     {"port", expose.port.value},
                     {"protocol", expose.protocol()},
                     {"default_action",
                      tf::List{tf::Map{{"type", "forward"}, {"target_group_arn", targets["arn"]}}}},
                     {"tags", builder_.tags(part_)}};
        if (expose.certificate) {
            body.emplace_back("ssl_policy", kTlsPolicy);
            body.emplace_back("certificate_arn", builder_.value(*expose.certificate));
        }
        builder_.resource("aws_lb_listener", label_, std::move(body), expose.position);
    }

    const Part& part_;
    const ServiceBody& body_;
    const Design& design_;
    Builder& builder_;
    std::string label_;
};

class ServiceKind final : public BodyKind<ServiceBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "service",
            .summary = "a group of equal machines, behind a load balancer when exposed",
            .example =
                "{kind: service, in: net, image: ubuntu-24.04, count: 2, "
                "expose: {port: 443, to: internet}, uses: [db]}",
            .outputs = {{"url", ValueType::string, "address of the load balancer, if exposed"},
                        {"dns_name", ValueType::string, "name of the load balancer, if exposed"},
                        {"security_group_id", ValueType::string, "group of the machines"},
                        {"asg_name", ValueType::string, "name of the autoscaling group"},
                        {kAddresses, ValueType::list_of_string,
                         "addresses of the machines that run"}},
            .knobs = {aws::size_knob("service", "instance type", aws::machine_sizes()),
                      aws::knob("service", "count", "number of machines", {}, aws::counts())},
            .in_network = true,
            .required_network = true,
            .has_uses = true,
            .has_load = true,
            .has_machines = true};
        return info;
    }

    std::vector<prices::Usage> bill(const Part& part, const Surroundings& in) const override {
        const auto& body = body_of(part);
        const bool to_internet = body.expose && aws::is_public(*body.expose);
        auto bill = aws::bill_of(part, part.knob_int("count"), body.disk.value.gib_rounded_up(),
                                 to_internet, in);
        if (body.expose) bill_balancer(*body.expose, in, bill);
        return bill;
    }
    Fitness fitness(const Part& part, const Surroundings& in) const override {
        auto fitness = aws::fitness_of(part, part.knob_int("count"), in);
        if (fitness.latency && body_of(part).expose)
            *fitness.latency += aws::assume::balancer_call_s;
        return fitness;
    }
    Standing standing(const Part& part, const Surroundings& in) const override {
        auto standing = aws::standing_of(part, part.knob_int("count"), in);
        if (!body_of(part).expose) return standing;
        standing.availability *= aws::assume::balancer_availability;
        standing.basis += ", behind a load balancer of 99.99 %";
        return standing;
    }
    int least_zones(const Part& part) const override {
        const auto& expose = body_of(part).expose;
        return expose && !expose->passes_through() ? 2 : 1;
    }

    Facets facets(const Part& part, const Design& design) const override {
        const auto& body = body_of(part);
        auto facets = aws::machine_facets(part, body.listens_at());
        facets.outputs.emplace_back(
            "asg_name", tf::Expr{fmt::format("aws_autoscaling_group.{}.name", part.label())});
        if (design.is_wanted(part, kAddresses))
            facets.outputs.emplace_back(
                kAddresses,
                tf::Expr{fmt::format("sort(data.aws_instances.{}.private_ips)", part.label())});
        if (!body.expose) return facets;
        facets.entry_group = tf::Expr{fmt::format("aws_security_group.{}_lb.id", part.label())};
        facets.ports = {{static_cast<int>(body.expose->port.value), "tcp"}};
        const tf::Expr name{fmt::format("aws_lb.{}.dns_name", part.label())};
        facets.outputs.emplace_back("dns_name", name);
        facets.outputs.emplace_back("url", address(*body.expose, name));
        return facets;
    }

    Diagnostics check(const Part& part, const Design& design) const override {
        auto out = check_zones(part, design);
        append(out, aws::check_managed(body_of(part), part, design, false));
        return out;
    }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        Service(part, body_of(part), design, builder).build();
    }

    void add_machines(const Part& part, PlayValues& values) const override {
        const auto& body = body_of(part);
        values.run().unit.source = ansible::HostSource{
            part.name(),
            part.knob_int("count"),
            values.variable(aws::output_of(part, kAddresses)),
            true,
            aws::connection(body, body.image.value.value, values.design().project()),
            part.component->position};
    }

protected:
    void accept(ServiceBody& body, const intent::Component& component,
                Decoding& context) const override {
        aws::check_machine(body, component.body, context);
        if (body.expose) aws::check_expose(*body.expose, *component.body.find("expose"), context);
        aws::check_managed(body, body.image.value.value, component, context);
        aws::refuse_public_address(body, component, context);
    }

private:
    /// The balancer, what it passes on, and a public address in each zone.
    static void bill_balancer(const ServiceExpose& expose, const Surroundings& in,
                              std::vector<prices::Usage>& bill) {
        const std::string kind = expose.passes_through() ? "elb/nlb" : "elb/alb";
        bill.push_back(prices::Usage::of(kind, aws::kMonthHours));
        if (aws::is_public(expose))
            bill.push_back(prices::Usage::of("vpc/public-ip", in.zones * aws::kMonthHours));
        if (!in.demand) {
            prices::Usage units{kind + "-lcu",
                                {0, aws::kMonthHours / 10, aws::kMonthHours},
                                "no load is stated: up to one capacity unit all the time"};
            bill.push_back(std::move(units));
            return;
        }
        // A unit carries 25 new connections a second or 1 GB an hour (AWS, ELB pricing).
        const auto by_rate = in.demand->average / 25;
        const auto by_bytes = aws::answers_gb(*in.demand) / aws::kMonthHours;
        bill.push_back(prices::Usage::of(kind + "-lcu",
                                         std::max(by_rate, by_bytes) * aws::kMonthHours,
                                         "a connection for each request of the load"));
    }

    /// An application load balancer stands in two zones at least.
    static Diagnostics check_zones(const Part& part, const Design& design) {
        const auto& body = body_of(part);
        if (!body.expose || body.expose->passes_through()) return {};
        const auto subnets = design.network(part).output("public_subnet_ids");
        const auto* list = subnets ? std::get_if<tf::List>(&subnets->data()) : nullptr;
        if (list == nullptr || list->size() >= 2) return {};
        const auto& network = design.part(part.spec->in->value.value);
        return {error("catalog.zones",
                      fmt::format("the load balancer of {} needs two zones and {} has one",
                                  part.name(), network.name()),
                      network.knob_position("zones"), "write `zones: 2`")};
    }

    static tf::Value address(const ServiceExpose& expose, const tf::Expr& name) {
        const bool tls = expose.protocol() != "HTTP";
        const auto port = expose.port.value;
        tf::Concat text{{tls ? "https://" : "http://", name}};
        if (port != (tls ? kHttps : 80)) text.parts.emplace_back(fmt::format(":{}", port));
        text.parts.emplace_back("/");
        return text;
    }
};

}  // namespace

const Kind& service_kind() {
    static const ServiceKind kind;
    return kind;
}

}  // namespace agentops::catalog
