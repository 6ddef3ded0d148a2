// Kind terraform: an existing root module as a unit of its own. Its files, backend and state stay
// as they are; variables go in, outputs come out.

#include <fmt/core.h>

#include <algorithm>

#include "catalog/builder.h"
#include "catalog/decode.h"
#include "catalog/open/source.h"

namespace agentops::catalog {

namespace {

struct TerraformBody : Spec {
    Located<intent::Literal> source;
    OrderedMap<yaml::Node> variables;
    std::optional<Located<intent::Literal>> workspace;
    std::vector<std::string> outputs;
    template <class V>
    void visit(V& v) {
        v.required("source", source, "folder of the root module, relative to this file");
        v.optional("variables", variables, "values of its variables");
        v.optional("workspace", workspace, "workspace to use (default)");
        v.optional("outputs", outputs, "outputs that others may read (left out: any)");
    }
};

bool is_identifier(std::string_view text) {
    return !text.empty() && text.front() != '-' && !(text.front() >= '0' && text.front() <= '9') &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

/// The reference that a value is, or null when it is data.
std::optional<intent::Reference> whole_reference(const yaml::Node& node) {
    if (!node.is_scalar()) return std::nullopt;
    auto text = intent::parse_template(node);
    if (text.parts.size() != 1) return std::nullopt;
    auto* reference = std::get_if<intent::Reference>(&text.parts.front());
    return reference == nullptr ? std::nullopt : std::optional(std::move(*reference));
}

class TerraformKind final : public BodyKind<TerraformBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "terraform",
            .summary = "an existing Terraform root, left as it is: a unit with its own state",
            .example =
                "{kind: terraform, source: ../legacy-network, variables: {region: "
                "eu-west-1}, outputs: [vpc_id]}",
            .outputs = {},
            .knobs = {},
            .any_output = true,
            .separate_unit = true};
        return info;
    }

    Diagnostics check(const Part& part, const Design& design) const override {
        const auto& body = body_of(part);
        auto out = check_source(design, body.source);
        append(out, check_listed_outputs(part, design, body.outputs));
        return out;
    }

    Facets facets(const Part& /*part*/, const Design& /*design*/) const override { return {}; }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        const auto& body = body_of(part);
        ExistingRoot root;
        root.dir = source_dir(design, body.source.value.value);
        if (body.workspace) root.workspace = body.workspace->value.value;
        for (const auto& [name, value] : body.variables)
            add_variable(name, value, builder, root);
        auto outputs = design.outputs_read(part);
        outputs.insert(body.outputs.begin(), body.outputs.end());
        root.outputs.assign(outputs.begin(), outputs.end());
        builder.existing(std::move(root));
    }

protected:
    void accept(TerraformBody& body, const intent::Component& component,
                Decoding& context) const override {
        if (component.name == "main")
            context.fail(component.body, "reserved-name",
                         "an existing root cannot be called 'main': that is the unit of what is "
                         "generated",
                         "give the component another name");
        const auto& source = body.source.value.value;
        if (source_form(source) != SourceForm::local)
            context.fail(*component.body.find("source"), "source",
                         fmt::format("'{}' is no folder beside this file", source),
                         "write it as ./folder or ../folder; a module from elsewhere is "
                         "`kind: module`");
        if (const auto& workspace = body.workspace;
            workspace && !is_identifier(workspace->value.value))
            context.fail(*component.body.find("workspace"), "workspace",
                         fmt::format("'{}' is no workspace", workspace->value.value),
                         "use letters, digits, '-' and '_'");
        if (const auto* variables = component.body.find("variables"))
            check_variables(*variables, context);
    }

private:
    static void check_variables(const yaml::Node& variables, Decoding& context) {
        for (const auto& member : variables.members) {
            if (!is_identifier(member.key))
                context.fail(intent::key_node(member), "variable",
                             fmt::format("'{}' is no variable of Terraform", member.key),
                             "use letters, digits, '-' and '_'");
            if (whole_reference(member.value)) continue;
            for (const auto& reference : intent::references_in(member.value))
                intent::fail_at(reference, "variable-reference",
                                "a reference must be the whole value of a variable",
                                "give it a variable of its own and join inside the root", context);
        }
    }

    static void add_variable(const std::string& name, const yaml::Node& value, Builder& builder,
                             ExistingRoot& root) {
        const auto reference = whole_reference(value);
        if (!reference) {
            root.variables.emplace_back(name, builder.value(value));
        } else if (reference->kind == intent::RefKind::secret) {
            root.secrets.push_back({name, reference->name, false});
        } else if (auto known = builder.constant(*reference)) {
            root.variables.emplace_back(name, *std::move(known));
        } else {
            root.inputs.push_back(builder.input(*reference, name));
        }
    }
};

}  // namespace

const Kind& terraform_kind() {
    static const TerraformKind kind;
    return kind;
}

}  // namespace agentops::catalog
