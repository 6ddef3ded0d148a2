// Kind server: one virtual machine.

#include <fmt/core.h>

#include "catalog/aws/capacity.h"
#include "catalog/aws/machine.h"
#include "catalog/aws/sizes.h"
#include "catalog/playbook_parts.h"

namespace agentops::catalog {

namespace {

struct ServerBody : aws::MachineBody {
    std::optional<aws::Expose> expose;
    template <class V>
    void visit(V& v) {
        visit_machine(v);
        v.optional("expose", expose, "port that others than components may connect to");
    }
    bool is_public() const { return expose && aws::is_public(*expose); }
    bool is_reached_publicly() const {
        const bool chosen = connect && connect->address;
        return is_public() && !(chosen && connect->address->value.value == "private");
    }
    std::optional<std::int64_t> listens_at() const {
        if (port) return port->value;
        return expose ? std::optional(expose->port.value) : std::nullopt;
    }
};

class ServerKind final : public BodyKind<ServerBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "server",
            .summary = "one virtual machine",
            .example = "{kind: server, in: net, image: ubuntu-24.04, uses: [db]}",
            .outputs = {{"id", ValueType::string, "id of the machine"},
                        {"private_ip", ValueType::string, "address inside the network"},
                        {"public_ip", ValueType::string,
                         "public address, when it is exposed to internet"},
                        {"security_group_id", ValueType::string, "group that guards it"}},
            .knobs = {aws::size_knob("server", "instance type", aws::machine_sizes())},
            .in_network = true,
            .required_network = true,
            .has_uses = true,
            .has_load = true,
            .has_machines = true};
        return info;
    }

    Diagnostics check(const Part& part, const Design& design) const override {
        const auto& body = body_of(part);
        return aws::check_managed(body, part, design, body.is_public());
    }

    std::vector<prices::Usage> bill(const Part& part, const Surroundings& in) const override {
        const auto& body = body_of(part);
        auto bill = aws::bill_of(part, 1, body.disk.value.gib_rounded_up(), body.is_public(), in);
        if (body.is_public()) bill.push_back(prices::Usage::of("vpc/public-ip", aws::kMonthHours));
        return bill;
    }
    Fitness fitness(const Part& part, const Surroundings& in) const override {
        return aws::fitness_of(part, 1, in);
    }
    Standing standing(const Part& part, const Surroundings& in) const override {
        return aws::standing_of(part, 1, in);
    }
    std::vector<Objection> objections(const Part& part, const Surroundings& in) const override {
        if (!in.is_protected || !body_of(part).is_public()) return {};
        return {{"protected-with-public-address",
                 "what is protected must not have an address of its own on the Internet"}};
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        const auto& body = body_of(part);
        const tf::Expr machine{"aws_instance." + part.label()};
        auto facets = aws::machine_facets(part, body.listens_at());
        facets.outputs.insert(facets.outputs.begin(),
                              {{"id", machine["id"]}, {"private_ip", machine["private_ip"]}});
        if (body.is_public())
            facets.outputs.emplace_back(
                "public_ip", tf::Expr{fmt::format("aws_eip.{}.public_ip", part.label())});
        return facets;
    }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        const auto& body = body_of(part);
        const auto image = aws::add_image(part, body, builder);
        aws::add_group(part, design, builder);
        const auto profile = aws::add_identity(part, design, builder);
        const auto& facets = design.facets(part);
        const auto machine = add_machine(part, design, image, profile, builder);
        if (body.is_public()) add_address(part, design, machine, builder);
        if (body.expose)
            aws::add_entrance(part, design, *facets.security_group, *body.expose, builder);
        aws::add_ways(body, part, design, builder);
        if (body.configure) add_playbook(part, body.wanted(), builder);
    }

    void add_machines(const Part& part, PlayValues& values) const override {
        const auto& body = body_of(part);
        const auto output = body.is_reached_publicly() ? "public_ip" : "private_ip";
        values.run().unit.source = ansible::HostSource{
            part.name(),
            1,
            values.variable(aws::output_of(part, output)),
            false,
            aws::connection(body, body.image.value.value, values.design().project()),
            part.component->position};
    }

protected:
    void accept(ServerBody& body, const intent::Component& component,
                Decoding& context) const override {
        aws::check_machine(body, component.body, context);
        if (body.expose) aws::check_expose(*body.expose, *component.body.find("expose"), context);
        aws::check_managed(body, body.image.value.value, component, context);
        if (!body.is_public()) aws::refuse_public_address(body, component, context);
    }

private:
    /// A fixed address: it stays when the machine stops.
    static void add_address(const Part& part, const Design& design, const tf::Expr& machine,
                            Builder& builder) {
        builder.resource("aws_eip", part.label(),
                         {{"domain", "vpc"},
                          {"instance", machine["id"]},
                          {"depends_on", aws::after_internet(design.network(part))},
                          {"tags", builder.tags(part)}},
                         body_of(part).expose->position);
    }

    static tf::Expr add_machine(const Part& part, const Design& design, const tf::Expr& image,
                                const tf::Expr& profile, Builder& builder) {
        const auto& body = body_of(part);
        const bool open = body.is_public();
        const auto subnets =
            design.network(part).output(open ? "public_subnet_ids" : "private_subnet_ids");
        auto disk = aws::disk(body);
        disk.emplace_back("tags", builder.tags(part));
        tf::Map machine{{"ami", image["id"]},
                        {"instance_type", part.knob("size")},
                        {"subnet_id", follow(*subnets, {"0"}).value()},
                        {"vpc_security_group_ids", tf::List{*design.facets(part).security_group}},
                        {"iam_instance_profile", profile["name"]},
                        {"metadata_options", aws::metadata_options()},
                        {"root_block_device", std::move(disk)},
                        {"lifecycle", aws::keep_image(part, body, "ami", builder)},
                        {"tags", builder.tags(part)}};
        if (auto key = aws::add_key_pair(body, part, design, builder))
            machine.emplace_back("key_name", *std::move(key));
        return builder.resource("aws_instance", part.label(), std::move(machine),
                                part.knob_position("size"));
    }
};

}  // namespace

const Kind& server_kind() {
    static const ServerKind kind;
    return kind;
}

}  // namespace agentops::catalog
