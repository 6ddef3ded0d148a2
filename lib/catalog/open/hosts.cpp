// Kind hosts: machines that exist already. Nothing is made for them; Ansible configures them, and
// their addresses can be named by others.

#include <fmt/core.h>

#include "ansible/artifacts.h"
#include "catalog/connect.h"
#include "catalog/decode.h"
#include "catalog/playbook_parts.h"

namespace agentops::catalog {

namespace {

struct HostBody : Login {
    Word<kAddress> address;
    std::vector<Located<Word<kGroupName>>> groups;
    Variables vars;
    std::optional<Word<kPublicKey>> host_key;
    template <class V>
    void visit(V& v) {
        v.required("address", address, "name or address at which ssh finds it");
        visit_login(v);
        v.optional("groups", groups, "groups of the inventory, beside the component's");
        v.optional("vars", vars, "variables of this machine");
        v.optional("host_key", host_key, "its public host key: no other is accepted");
    }
};

struct BecomeBody {
    SecretName password;
    template <class V>
    void visit(V& v) {
        v.required("password", password, "secret with the password for sudo");
    }
};

struct HostsBody : Spec, Login {
    Keyed<kHostName, HostBody> machines;
    std::optional<JumpHost> jump;
    Variables vars;
    std::optional<BecomeBody> become;
    std::optional<Configure> configure;
    template <class V>
    void visit(V& v) {
        v.required("hosts", machines, "machines by name, e.g. edge-1: {address: 192.0.2.7}");
        visit_login(v);
        v.optional("jump", jump, "machine that is passed through on the way");
        v.optional("vars", vars, "variables of all machines");
        v.optional("become", become, "what sudo asks for");
        v.optional("configure", configure, "what is wanted on the machines");
        v.optional("after", after, "components that come first");
    }
};

class HostsKind final : public BodyKind<HostsBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "hosts",
            .summary = "machines that exist already, reached by ssh",
            .example =
                "{kind: hosts, user: admin, hosts: {edge-1: {address: 192.0.2.7}}, "
                "configure: {packages: [nginx]}}",
            .outputs = {{"addresses", ValueType::list_of_string, "addresses, as written"},
                        {"names", ValueType::list_of_string, "names, in the same order"}},
            .knobs = {},
            .separate_unit = true,
            .constant_outputs = true,
            .has_machines = true};
        return info;
    }

    Diagnostics check(const Part& part, const Design& design) const override {
        const auto& configure = body_of(part).configure;
        return configure ? check_configure(*configure, design) : Diagnostics{};
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        tf::List addresses, names;
        for (const auto& [name, position, host] : body_of(part).machines) {
            addresses.emplace_back(host.address.value);
            names.emplace_back(name);
        }
        Facets facets;
        facets.outputs = {{"addresses", std::move(addresses)}, {"names", std::move(names)}};
        return facets;
    }

    /// A unit also without `configure` when others read the addresses: they come from it.
    void build(const Part& part, const Design& design, Builder& builder) const override {
        const auto& configure = body_of(part).configure;
        if (configure || !design.outputs_read(part).empty())
            add_playbook(part, configure ? &*configure : nullptr, builder);
    }

    void add_machines(const Part& part, PlayValues& values) const override {
        const auto& body = body_of(part);
        const auto& project = values.design().project();
        ansible::Connection shared;
        body.apply_to(shared, project);
        if (body.jump) shared.jump = to_jump(*body.jump);
        if (body.become) shared.become_secret = body.become->password.value;
        auto& run = values.run();
        for (auto& variable : values.values(body.vars.entries))
            run.group_vars.push_back(std::move(variable));
        for (const auto& [name, position, host] : body.machines) {
            auto& made = run.unit.hosts.emplace_back();
            made.name = name;
            made.address = host.address.value;
            made.connection = shared;
            host.apply_to(made.connection, project);
            for (const auto& group : host.groups)
                made.groups.push_back(ansible::group_name(group.value.value));
            made.vars = values.values(host.vars.entries);
            if (host.host_key) made.host_key = host.host_key->value;
            made.position = position;
        }
    }

protected:
    void accept(HostsBody& body, const intent::Component& component,
                Decoding& context) const override {
        check_machine_name(component, body.configure.has_value(), context);
        if (body.machines.empty())
            context.fail(*component.body.find("hosts"), "no-machines", "there is no machine here",
                         "name at least one: {edge-1: {address: 192.0.2.7}}");
        if (body.configure) check_configure(*body.configure, context);
        check_names(body, component, context);
    }

private:
    /// Ansible takes a host and a group of one name for each other.
    static void check_names(const HostsBody& body, const intent::Component& component,
                            Decoding& context) {
        std::set<std::string_view> groups{component.name};
        for (const auto& host : body.machines) {
            for (const auto& group : host.value.groups)
                groups.insert(group.value.value);
        }
        for (const auto& member : component.body.find("hosts")->members) {
            if (groups.contains(member.key))
                context.fail(intent::key_node(member), "host-name",
                             fmt::format("'{}' is the name of a group, too", member.key),
                             "give the machine another name, such as " + member.key + "-1");
        }
    }
};

}  // namespace

const Kind& hosts_kind() {
    static const HostsKind kind;
    return kind;
}

}  // namespace agentops::catalog
