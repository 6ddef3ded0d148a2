// Kind resource: any resource type of any provider, with raw arguments. Arguments are data; what
// would run commands or multiply resources is refused.

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/aws/provider.h"
#include "catalog/builder.h"
#include "catalog/decode.h"

namespace agentops::catalog {

namespace {

/// Part of Terraform itself.
constexpr std::string_view kBuiltIn = "terraform_data";
constexpr std::string_view kCommands[] = {"provisioner", "connection"};
constexpr std::string_view kRefused[] = {"count", "for_each", "provider", "dynamic", "//"};

bool is_word(std::string_view text, std::string_view signs) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               signs.find(c) != std::string_view::npos;
    });
}

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

struct ResourceBody : Spec {
    Located<intent::Literal> type;
    std::optional<Located<intent::Literal>> provider;
    std::optional<yaml::Node> args;
    template <class V>
    void visit(V& v) {
        v.required("type", type, "resource type, e.g. aws_dynamodb_table");
        v.optional("provider", provider,
                   "source of its provider (hashicorp/ and the type's first word)");
        v.optional("args", args, "its arguments, as its provider documents them");
    }
    std::string prefix() const { return type.value.value.substr(0, type.value.value.find('_')); }
    std::string source() const {
        return provider ? provider->value.value : "hashicorp/" + prefix();
    }
    bool built_in() const { return type.value.value == kBuiltIn; }
};

void check_lifecycle(const yaml::Node& node, Decoding& context) {
    constexpr std::string_view kKnown[] = {"create_before_destroy", "prevent_destroy",
                                           "ignore_changes"};
    if (!expect_map(node, context)) return;
    for (const auto& member : node.members) {
        if (!contains(kKnown, member.key)) {
            context.fail(intent::key_node(member), "lifecycle",
                         fmt::format("lifecycle cannot have '{}' here", member.key),
                         "it may have create_before_destroy, prevent_destroy, ignore_changes");
        } else if (member.key == "ignore_changes") {
            std::vector<std::string> names;
            if (!decode(member.value, names, context)) continue;
            for (const auto& item : member.value.items) {
                // Terraform reads these as paths, so nothing else may stand here.
                if (!is_word(item.text, "_.[]"))
                    context.fail(item, "lifecycle",
                                 fmt::format("'{}' is no path of an argument", item.text),
                                 "write it as tags or root_block_device[0].volume_size");
            }
        } else {
            bool flag = false;
            decode_value(member.value, flag, context);
        }
    }
}

void check_depends_on(const yaml::Node& node, Decoding& context) {
    std::vector<std::string> addresses;
    if (!decode(node, addresses, context)) return;
    for (const auto& item : node.items) {
        if (!is_word(item.text, "_.") || item.text.find('.') == std::string::npos)
            context.fail(item, "depends-on", fmt::format("'{}' is no address", item.text),
                         "write it as aws_vpc.net");
    }
}

void check_args(const yaml::Node& args, Decoding& context) {
    if (!expect_map(args, context)) return;
    for (const auto& member : args.members) {
        if (contains(kCommands, member.key))
            context.fail(intent::key_node(member), "provisioner",
                         fmt::format("'{}' would run commands", member.key),
                         "leave it out: a plan cannot show what they do");
        else if (contains(kRefused, member.key))
            context.fail(intent::key_node(member), "meta-argument",
                         fmt::format("'{}' is no argument of a resource", member.key),
                         member.key == "provider" ? "write `provider:` beside `args:`"
                                                  : "write one component for each resource");
        else if (member.key == "lifecycle")
            check_lifecycle(member.value, context);
        else if (member.key == "depends_on")
            check_depends_on(member.value, context);
    }
}

/// A text for a write-only argument: its secrets stay out of plan and state.
tf::Value write_only(const intent::Template& text, Builder& builder) {
    tf::Concat joined;
    for (const auto& part : text.parts) {
        const auto* reference = std::get_if<intent::Reference>(&part);
        if (reference == nullptr || reference->kind != intent::RefKind::secret)
            return builder.value(text);
        joined.parts.emplace_back(std::get<tf::Expr>(builder.secret(*reference, true).data()));
    }
    if (joined.parts.size() == 1) return std::get<tf::Expr>(joined.parts.front());
    return joined;
}

tf::Value argument_value(const std::string& name, const yaml::Node& node, Builder& builder) {
    if (name.ends_with("_wo") && node.is_scalar())
        return write_only(intent::parse_template(node), builder);
    if (!node.is_map()) return builder.value(node);
    tf::Map map;
    for (const auto& member : node.members)
        map.emplace_back(member.key, argument_value(member.key, member.value, builder));
    return map;
}

class ResourceKind final : public BodyKind<ResourceBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "resource",
            .summary = "any resource type of any provider, with raw arguments",
            .example = "{kind: resource, type: aws_sns_topic, args: {name: alarms}}",
            .outputs = {},
            .knobs = {},
            .any_output = true};
        return info;
    }

    Diagnostics check(const Part& part, const Design& design) const override {
        const auto& body = body_of(part);
        const auto source = body.source();
        if (body.built_in() || source == aws::kProviderSource) return {};
        const auto& settings = design.project().settings.terraform.providers;
        const auto is_allowed = [&](const auto& pattern) { return glob_match(pattern, source); };
        // The builder reports what is not allowed; its version matters little then.
        if (std::none_of(settings.allow.begin(), settings.allow.end(), is_allowed)) return {};
        for (const auto& [name, version] : settings.versions) {
            if (name == source || name == source.substr(source.rfind('/') + 1)) return {};
        }
        const auto& at = body.provider ? *body.provider : body.type;
        auto diagnostic = error("catalog.provider-version",
                                fmt::format("provider {} has no version", source), at.position,
                                fmt::format("say which in agentops.yaml:\n"
                                            "terraform:\n  providers:\n    versions: {{{}: 1.2.3}}",
                                            source));
        diagnostic.width = static_cast<int>(at.value.value.size());
        return {diagnostic};
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        Facets facets;
        facets.any = tf::Expr{body_of(part).type.value.value + "." + part.label()};
        return facets;
    }

    void build(const Part& part, const Design& /*design*/, Builder& builder) const override {
        const auto& body = body_of(part);
        tf::Map args;
        if (body.args) {
            for (const auto& member : body.args->members)
                args.emplace_back(member.key, argument_value(member.key, member.value, builder));
        }
        if (!body.built_in()) {
            const auto name = builder.require_provider(body.source());
            if (name != body.prefix()) args.emplace_back("provider", name);
        }
        builder.resource(body.type.value.value, part.label(), std::move(args));
    }

protected:
    void accept(ResourceBody& body, const intent::Component& component,
                Decoding& context) const override {
        const auto& type = body.type.value.value;
        if (!is_word(type, "_") || type.find('_') == std::string::npos || type.front() == '_' ||
            type.back() == '_')
            context.fail(*component.body.find("type"), "resource-type",
                         fmt::format("'{}' is no resource type", type),
                         "write it as its provider documents it: aws_dynamodb_table");
        if (body.provider) check_provider(*component.body.find("provider"), context);
        if (body.args) check_args(*body.args, context);
    }

private:
    static void check_provider(const yaml::Node& node, Decoding& context) {
        const auto parts = split(node.text, '/');
        const bool known_form = (parts.size() == 2 || parts.size() == 3) &&
                                is_word(parts.back(), "-_") &&
                                std::all_of(parts.begin(), parts.end(),
                                            [](const auto& part) { return is_word(part, "-_."); });
        if (!known_form)
            context.fail(node, "provider-source",
                         fmt::format("'{}' is no source of a provider", node.text),
                         "write it as hashicorp/random");
    }
};

}  // namespace

const Kind& resource_kind() {
    static const ResourceKind kind;
    return kind;
}

}  // namespace agentops::catalog
