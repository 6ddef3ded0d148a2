// Kind network: a VPC with a public and a private subnet in each zone.
//
// Subnets have fixed places: the range is cut into 16 blocks, public subnets take blocks 0 to 5 and
// private ones 8 to 13, by zone. So another zone never moves a subnet, which would replace it with
// all that is in it.

#include <fmt/core.h>

#include "catalog/aws/capacity.h"
#include "catalog/aws/sizes.h"
#include "catalog/builder.h"
#include "catalog/cidr.h"
#include "catalog/decode.h"

namespace agentops::catalog {

namespace {

constexpr int kWidestPrefix = 16;
constexpr int kNarrowestPrefix = 24;  ///< a subnet of a 16th of it has 16 addresses, AWS's least
constexpr int kCarve = 4;
constexpr unsigned kFirstPrivate = 8;

struct NetworkBody : Spec {
    Located<intent::Literal> cidr;
    template <class V>
    void visit(V& v) {
        v.required("cidr", cidr, "private IPv4 range from /16 to /24, e.g. 10.20.0.0/16");
    }
};

/// What is wrong with a range, and how to mend it; the message is empty when nothing is.
struct Verdict {
    std::string message;
    std::string help;
};

Verdict judge(const std::string& text) {
    const auto cidr = parse_cidr(text);
    if (!cidr) return {fmt::format("'{}' is no IPv4 range", text), "write it as 10.20.0.0/16"};
    if (cidr->bits < kWidestPrefix || cidr->bits > kNarrowestPrefix)
        return {fmt::format("a network cannot have a /{} range", cidr->bits),
                fmt::format("write {}, or another length from /{} to /{}",
                            Cidr{cidr->address,
                                 cidr->bits < kWidestPrefix ? kWidestPrefix : kNarrowestPrefix}
                                .network()
                                .text(),
                            kWidestPrefix, kNarrowestPrefix)};
    if (cidr->network() != *cidr)
        return {fmt::format("{} has address bits behind its prefix", text),
                fmt::format("write {}", cidr->network().text())};
    if (!cidr->is_private())
        return {fmt::format("{} belongs to the public Internet", text),
                "take a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"};
    return {};
}

/// The resources of one network while they are built.
class Network {
public:
    Network(const Part& part, Cidr cidr, Builder& builder)
        : part_(part),
          cidr_(cidr),
          builder_(builder),
          label_(part.label()),
          zones_(static_cast<unsigned>(part.knob_int("zones"))),
          vpc_{fmt::format("aws_vpc.{}", label_)} {}

    void build() {
        add_vpc();
        zone_names_ = builder_.data(
            "aws_availability_zones", label_,
            {{"state", "available"},
             // Local zones lack most services and must be opted into.
             {"filter", tf::List{tf::Map{{"name", "opt-in-status"},
                                         {"values", tf::List{"opt-in-not-required"}}}}}},
            part_.knob_position("zones"))["names"];
        add_public_routes();
        for (unsigned zone = 0; zone < zones_; ++zone)
            add_zone(zone);
        add_nat();
    }

private:
    std::string numbered(std::string_view side, unsigned zone) const {
        return fmt::format("{}_{}_{}", label_, side, zone);
    }

    void add_vpc() {
        const auto* body = part_.component->body.find("cidr");
        builder_.resource("aws_vpc", label_,
                          {{"cidr_block", cidr_.text()},
                           {"enable_dns_hostnames", true},
                           {"enable_dns_support", true},
                           {"tags", builder_.tags(part_)}},
                          body ? body->position : Position{});
        // Without rules: what is put into no group by mistake reaches nothing.
        builder_.resource("aws_default_security_group", label_,
                          {{"vpc_id", vpc_["id"]}, {"tags", builder_.tags(part_, "default")}});
        builder_.resource("aws_internet_gateway", label_,
                          {{"vpc_id", vpc_["id"]}, {"tags", builder_.tags(part_)}});
    }

    void add_public_routes() {
        const auto name = label_ + "_public";
        const auto table =
            builder_.resource("aws_route_table", name,
                              {{"vpc_id", vpc_["id"]}, {"tags", builder_.tags(part_, "public")}});
        builder_.resource("aws_route", name,
                          {{"route_table_id", table["id"]},
                           {"destination_cidr_block", "0.0.0.0/0"},
                           {"gateway_id", tf::Expr{"aws_internet_gateway." + label_ + ".id"}}});
    }

    /// A private route table of its own for each zone, so that NAT can change without moving one.
    void add_zone(unsigned zone) {
        add_subnet("public", zone, cidr_.carve(kCarve, zone),
                   tf::Expr{fmt::format("aws_route_table.{}_public.id", label_)});
        const auto table =
            builder_.resource("aws_route_table", numbered("private", zone),
                              {{"vpc_id", vpc_["id"]},
                               {"tags", builder_.tags(part_, fmt::format("private-{}", zone))}},
                              part_.knob_position("zones"));
        add_subnet("private", zone, cidr_.carve(kCarve, kFirstPrivate + zone), table["id"]);
    }

    void add_subnet(std::string_view side, unsigned zone, Cidr range, const tf::Expr& table) {
        const auto name = numbered(side, zone);
        const auto position = part_.knob_position("zones");
        const auto subnet = builder_.resource(
            "aws_subnet", name,
            {{"vpc_id", vpc_["id"]},
             {"cidr_block", range.text()},
             {"availability_zone", tf::Expr{fmt::format("{}[{}]", zone_names_.text, zone)}},
             // Who wants a public address asks for it.
             {"map_public_ip_on_launch", false},
             {"tags", builder_.tags(part_, fmt::format("{}-{}", side, zone))}},
            position);
        builder_.resource("aws_route_table_association", name,
                          {{"subnet_id", subnet["id"]}, {"route_table_id", table}}, position);
    }

    void add_nat() {
        const auto& nat = part_.knob("nat");
        const unsigned count = nat == "none" ? 0 : nat == "one" ? 1 : zones_;
        for (unsigned zone = 0; zone < count; ++zone)
            add_gateway(zone);
        if (count == 0) return;
        for (unsigned zone = 0; zone < zones_; ++zone)
            add_nat_route(zone, count == 1 ? 0 : zone);
    }

    void add_gateway(unsigned zone) {
        const auto name = numbered("nat", zone);
        const auto position = part_.knob_position("nat");
        const auto tags = builder_.tags(part_, fmt::format("nat-{}", zone));
        const auto address =
            builder_.resource("aws_eip", name, {{"domain", "vpc"}, {"tags", tags}}, position);
        builder_.resource(
            "aws_nat_gateway", name,
            {{"allocation_id", address["id"]},
             {"subnet_id", tf::Expr{fmt::format("aws_subnet.{}.id", numbered("public", zone))}},
             {"depends_on", tf::List{"aws_internet_gateway." + label_}},
             {"tags", tags}},
            position);
    }

    void add_nat_route(unsigned zone, unsigned gateway) {
        const auto name = numbered("private", zone);
        builder_.resource("aws_route", name,
                          {{"route_table_id", tf::Expr{fmt::format("aws_route_table.{}.id", name)}},
                           {"destination_cidr_block", "0.0.0.0/0"},
                           {"nat_gateway_id", tf::Expr{fmt::format("aws_nat_gateway.{}.id",
                                                                   numbered("nat", gateway))}}},
                          part_.knob_position("nat"));
    }

    const Part& part_;
    Cidr cidr_;
    Builder& builder_;
    std::string label_;
    unsigned zones_;
    tf::Expr vpc_;
    tf::Expr zone_names_;
};

tf::List subnet_ids(const Part& part, std::string_view side) {
    tf::List ids;
    for (int zone = 0; zone < part.knob_int("zones"); ++zone)
        ids.push_back(tf::Expr{fmt::format("aws_subnet.{}_{}_{}.id", part.label(), side, zone)});
    return ids;
}

class NetworkKind final : public BodyKind<NetworkBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "network",
            .summary = "a private network (VPC) with a public and a private subnet in each zone",
            .example = "{kind: network, cidr: 10.20.0.0/16, zones: 2, nat: none}",
            .outputs = {{"vpc_id", ValueType::string, "id of the VPC"},
                        {"cidr", ValueType::string, "its range"},
                        {"internet_gateway_id", ValueType::string,
                         "what joins its public subnets to the Internet"},
                        {"public_subnet_ids", ValueType::list_of_string,
                         "subnets that the Internet can reach, by zone"},
                        {"private_subnet_ids", ValueType::list_of_string,
                         "subnets that it cannot, by zone"}},
            .knobs = {aws::knob("network", "zones", "availability zones to spread over",
                                {"1", "2", "3", "4", "5", "6"}, {"1", "2", "3"}),
                      aws::knob("network", "nat",
                                "way out of private subnets: none, one gateway, or one per zone",
                                {"none", "one", "per-zone"})},
            .is_network = true};
        return info;
    }

    std::vector<prices::Usage> bill(const Part& part, const Surroundings& /*in*/) const override {
        const auto& nat = part.knob("nat");
        const int gateways = nat == "none" ? 0 : nat == "one" ? 1 : part.knob_int("zones");
        if (gateways == 0) return {};
        return {prices::Usage::of("vpc/nat", gateways * aws::kMonthHours),
                prices::Usage::of("vpc/public-ip", gateways * aws::kMonthHours),
                {"vpc/nat-data", {0, 50, 500}, "50 GB a month through NAT, up to 500"}};
    }
    Standing standing(const Part& /*part*/, const Surroundings& /*in*/) const override {
        Standing standing;
        standing.basis = "zones count where machines stand in them";
        return standing;
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        Facets facets;
        facets.outputs = {
            {"vpc_id", tf::Expr{"aws_vpc." + part.label() + ".id"}},
            {"cidr", body_of(part).cidr.value.value},
            {"internet_gateway_id", tf::Expr{"aws_internet_gateway." + part.label() + ".id"}},
            {"public_subnet_ids", subnet_ids(part, "public")},
            {"private_subnet_ids", subnet_ids(part, "private")}};
        return facets;
    }

    void build(const Part& part, const Design& /*design*/, Builder& builder) const override {
        Network(part, *parse_cidr(body_of(part).cidr.value.value), builder).build();
    }

protected:
    void accept(NetworkBody& body, const intent::Component& component,
                Decoding& context) const override {
        auto verdict = judge(body.cidr.value.value);
        if (!verdict.message.empty())
            context.fail(*component.body.find("cidr"), "cidr", std::move(verdict.message),
                         std::move(verdict.help));
    }
};

}  // namespace

const Kind& network_kind() {
    static const NetworkKind kind;
    return kind;
}

}  // namespace agentops::catalog
