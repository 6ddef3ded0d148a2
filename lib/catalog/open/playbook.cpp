// Kind playbook: an existing playbook, left as it is, with its own inventory or on the machines of
// a component.

#include <fmt/core.h>

#include "ansible/artifacts.h"
#include "catalog/decode.h"
#include "catalog/open/source.h"
#include "catalog/playbook_parts.h"

namespace agentops::catalog {

namespace {

struct PlaybookBody : Spec {
    Located<intent::Literal> source;
    std::optional<Located<intent::Literal>> inventory;
    std::vector<Word<kTagName>> tags;
    std::optional<Word<kTagName>> limit;
    Variables vars;
    std::optional<SecretName> vault;
    template <class V>
    void visit(V& v) {
        v.required("source", source, "the playbook, relative to this file");
        v.optional("hosts", hosts, "component on whose machines it runs");
        v.optional("inventory", inventory, "or an inventory of its own, relative to this file");
        v.optional("tags", tags, "only tasks with one of these tags");
        v.optional("limit", limit, "only this machine or group");
        v.optional("vars", vars, "extra variables");
        v.optional("vault", vault, "secret with the password of its vaults");
        v.optional("after", after, "components that come first");
    }
};

class PlaybookKind final : public BodyKind<PlaybookBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "playbook",
            .summary = "an existing playbook, left as it is",
            .example =
                "{kind: playbook, source: ../ansible/site.yml, hosts: web, tags: [deploy], "
                "vars: {release: \"1.4.2\"}}",
            .outputs = {},
            .knobs = {},
            .separate_unit = true,
            .is_playbook = true};
        return info;
    }

    Diagnostics check(const Part& part, const Design& design) const override {
        const auto& body = body_of(part);
        auto out = check_source(design, body.source);
        if (body.inventory) append(out, check_inside(design, *body.inventory));
        return out;
    }

    Facets facets(const Part& /*part*/, const Design& /*design*/) const override { return {}; }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        const auto& body = body_of(part);
        AnsibleRun run;
        PlayValues values(builder, run);
        auto& unit = run.unit;
        unit.existing = true;
        unit.playbook = source_dir(design, body.source.value.value);
        if (body.hosts) {
            const auto& target = design.part(body.hosts->value.value);
            unit.group = ansible::group_name(target.name());
            target.kind->add_machines(target, values);
        }
        if (body.inventory) unit.own_inventory = source_dir(design, body.inventory->value.value);
        for (const auto& tag : body.tags)
            unit.tags.push_back(tag.value);
        if (body.limit) unit.limit = body.limit->value;
        if (body.vault) unit.vault_secret = body.vault->value;
        unit.vars = values.values(body.vars.entries);
        builder.playbook(std::move(run));
    }

protected:
    void accept(PlaybookBody& body, const intent::Component& component,
                Decoding& context) const override {
        check_machine_name(component, true, context);
        if (body.hosts.has_value() == body.inventory.has_value())
            context.fail(component.body, "playbook-hosts",
                         fmt::format("{} needs exactly one of hosts and inventory", component.name),
                         "`hosts: web` runs it on the machines of a component; `inventory: "
                         "./hosts.yml` takes its own");
        check_local(*component.body.find("source"), context);
        if (const auto* inventory = component.body.find("inventory"))
            check_local(*inventory, context);
    }

private:
    static void check_local(const yaml::Node& node, Decoding& context) {
        if (source_form(node.text) == SourceForm::local && node.text.back() != '/') return;
        context.fail(node, "source", fmt::format("'{}' is no file beside this file", node.text),
                     "write it as ./site.yml or ../ansible/site.yml");
    }
};

}  // namespace

const Kind& playbook_kind() {
    static const PlaybookKind kind;
    return kind;
}

}  // namespace agentops::catalog
