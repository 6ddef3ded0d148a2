// Kind module: any Terraform module, local or from a registry or repository.

#include <fmt/core.h>

#include "base/text.h"
#include "catalog/builder.h"
#include "catalog/decode.h"
#include "catalog/names.h"
#include "catalog/open/source.h"

namespace agentops::catalog {

namespace {

/// Set by the call itself; as inputs they would change what the call means.
constexpr std::string_view kReserved[] = {"source",   "version",    "providers", "count",
                                          "for_each", "depends_on", "//"};

struct ModuleBody : Spec {
    Located<intent::Literal> source;
    std::optional<Located<intent::Literal>> version;
    OrderedMap<yaml::Node> inputs;
    std::vector<std::string> outputs;
    template <class V>
    void visit(V& v) {
        v.required("source", source,
                   "./folder relative to this file, namespace/name/provider, or git::https://...");
        v.optional("version", version, "version, for modules of a registry");
        v.optional("inputs", inputs, "values of its variables");
        v.optional("outputs", outputs, "outputs that others may read (left out: any)");
    }
};

class ModuleKind final : public BodyKind<ModuleBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "module",
            .summary = "any Terraform module: local, from a registry or a git repository",
            .example =
                "{kind: module, source: ./modules/cdn, inputs: {domain: shop.example.com}, "
                "outputs: [url]}",
            .outputs = {},
            .knobs = {},
            .any_output = true};
        return info;
    }

    Diagnostics check(const Part& part, const Design& design) const override {
        const auto& body = body_of(part);
        auto out = check_source(design, body.source);
        append(out, check_listed_outputs(part, design, body.outputs));
        return out;
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        Facets facets;
        facets.any = tf::Expr{"module." + part.label()};
        return facets;
    }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        const auto& body = body_of(part);
        tf::Map inputs;
        for (const auto& [name, value] : body.inputs)
            inputs.emplace_back(name, builder.value(value));
        builder.module(part.label(), written_source(design, body.source.value.value),
                       body.version ? body.version->value.value : std::string(), std::move(inputs));
    }

protected:
    void accept(ModuleBody& body, const intent::Component& component,
                Decoding& context) const override {
        check_version(body, component.body, context);
        if (const auto* inputs = component.body.find("inputs")) check_inputs(*inputs, context);
    }

private:
    static void check_version(const ModuleBody& body, const yaml::Node& at, Decoding& context) {
        const auto& source = body.source.value.value;
        const auto form = source_form(source);
        if (form == SourceForm::unknown)
            context.fail(*at.find("source"), "source", fmt::format("'{}' is no source", source),
                         "write ./folder (relative to this file), namespace/name/provider, or "
                         "git::https://...");
        else if (form == SourceForm::registry && !body.version)
            context.fail(*at.find("source"), "module-version",
                         fmt::format("{} comes from a registry and has no version", source),
                         "add the version that was tested, as in `version: 5.1.2`");
        else if (form != SourceForm::registry && body.version)
            context.fail(
                *at.find("version"), "module-version", "only modules of a registry have a version",
                form == SourceForm::local ? "leave it out" : "put it into the source: ?ref=v1.2.0");
    }

    static void check_inputs(const yaml::Node& inputs, Decoding& context) {
        for (const auto& input : inputs.members) {
            for (const auto word : kReserved) {
                if (input.key == word)
                    context.fail(intent::key_node(input), "meta-argument",
                                 fmt::format("'{}' is no input of a module", input.key),
                                 "leave it out; only variables of the module stand here");
            }
        }
    }

    /// Local sources as seen from the folder of the unit.
    static std::string written_source(const Design& design, const std::string& source) {
        if (source_form(source) != SourceForm::local) return source;
        const auto& project = design.project();
        const auto& published = project.settings.artifacts.dir;
        const auto unit =
            project.root / published.value_or(".agentops/stacks") / unit_id(design.stack());
        auto path = relative_to(source_dir(design, source), unit);
        return starts_with(path, ".") ? path : "./" + path;
    }
};

}  // namespace

const Kind& module_kind() {
    static const ModuleKind kind;
    return kind;
}

}  // namespace agentops::catalog
