#include "terraform/writer.h"

#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace agentops::tf {

namespace {

constexpr std::string_view kUnknownPrefix = "agentops_unknown_";

/// The files of a root while they grow. A component may be called "outputs": it then shares that
/// file, since their blocks never clash.
class Files {
public:
    explicit Files(std::string_view banner) : banner_(banner) {}

    /// Puts a block at root -> path[0] -> path[1]...; nothing may be there yet.
    void add(const std::string& file, const std::vector<std::string>& path, Json block) {
        Json* at = &files_[file];
        for (const auto& step : path)
            at = &(*at)[step];
        if (!at->is_null()) throw InternalError("two blocks at " + join(path, "."));
        *at = std::move(block);
    }
    std::vector<Artifact> take() {
        std::vector<Artifact> result;
        for (auto& [name, json] : files_) {
            json["//"] = banner_;
            result.push_back({name + ".tf.json", dump_json(json, 2) + "\n"});
        }
        return result;
    }

private:
    std::string banner_;
    std::map<std::string, Json> files_;
};

/// A file called override.tf.json would be merged over the others by Terraform.
std::string file_of(const Origin& origin) {
    if (origin.component.empty()) return "main";
    return origin.component == "override" ? "override_" : origin.component;
}

/// "aws" for "aws_vpc": the provider that Terraform takes by itself.
std::string_view implied_provider(std::string_view type) {
    return type.substr(0, type.find('_'));
}

void add_terraform(Files& files, const Root& root) {
    Json block = Json::object();
    if (!root.required_version.empty()) block["required_version"] = root.required_version;
    for (const auto& r : root.requirements)
        block["required_providers"][r.name] = {{"source", r.source}, {"version", r.version}};
    const Json config = root.backend_config.is_null() ? Json::object() : root.backend_config;
    if (root.backend == "cloud") {
        block["cloud"] = config;
    } else {
        block["backend"][root.backend] = config;
    }
    files.add("terraform", {"terraform"}, std::move(block));
}

void add_providers(Files& files, const Root& root) {
    std::map<std::string, Json> blocks;
    for (const auto& provider : root.providers) {
        Json block = to_tf_json(provider.body);
        if (!provider.alias.empty()) block["alias"] = provider.alias;
        blocks[provider.name].push_back(std::move(block));
    }
    for (auto& [name, list] : blocks)
        files.add("providers", {"provider", name}, list.size() == 1 ? list[0] : list);
}

void add_resource(Files& files, const Resource& resource) {
    Json block = resource.body.empty() ? Json::object() : to_tf_json(resource.body);
    if (!resource.provider.empty() && resource.provider != implied_provider(resource.type))
        block["provider"] = resource.provider;
    if (!resource.origin.reason.empty()) block["//"] = resource.origin.reason;
    files.add(file_of(resource.origin),
              {resource.data ? "data" : "resource", resource.type, resource.name},
              std::move(block));
}

void add_module(Files& files, const ModuleCall& module) {
    Json block = module.inputs.empty() ? Json::object() : to_tf_json(module.inputs);
    block["source"] = module.source;
    if (!module.version.empty()) block["version"] = module.version;
    files.add(file_of(module.origin), {"module", module.name}, std::move(block));
}

void add_output(Files& files, const OutputBlock& output) {
    Json block = {{"value", to_tf_json(output.value)}};
    if (output.sensitive) block["sensitive"] = true;
    if (!output.description.empty()) block["description"] = output.description;
    files.add("outputs", {"output", output.name}, std::move(block));
}

void add_input(Files& files, const Input& input) {
    files.add("variables", {"variable", input.variable},
              {{"type", to_text(input.type)},
               {"nullable", false},
               {"description", fmt::format("Output {} of {}.", input.output, input.from)}});
    files.add("variables", {"locals", input.variable}, "${var." + input.variable + "}");
}

/// An expression of the type whose value nobody knows before apply. `any` must come from
/// jsondecode: only its result has no type at plan time, so that any member may be read.
std::string unknown_of(ValueType type, const std::string& id) {
    switch (type) {
        case ValueType::string:
            return id;
        case ValueType::number:
            return fmt::format("tonumber({})", id);
        case ValueType::boolean:
            return fmt::format("tobool({})", id);
        case ValueType::list_of_string:
            return fmt::format(R"(split(",", {}))", id);
        case ValueType::map_of_string:
            return fmt::format(R"(zipmap(split(",", {0}), split(",", {0})))", id);
        case ValueType::any:
            return fmt::format("jsondecode({})", id);
    }
    throw InternalError("a value type out of range");
}

void add_unknown(Files& files, const Input& input) {
    const auto name = std::string(kUnknownPrefix) + input.variable;
    files.add("variables", {"resource", "terraform_data", name}, Json::object());
    const auto expression = unknown_of(input.type, "terraform_data." + name + ".id");
    files.add("variables", {"locals", input.variable}, "${" + expression + "}");
}

void add_secret(Files& files, const SecretVariable& secret) {
    Json block = {{"type", "string"},
                  {"nullable", false},
                  {"sensitive", true},
                  {"description", fmt::format("Secret {}.", secret.secret)}};
    if (secret.ephemeral) block["ephemeral"] = true;
    files.add("variables", {"variable", secret.variable}, std::move(block));
}

}  // namespace

Expr input_expr(const Input& input) {
    return {"local." + input.variable};
}

std::vector<Artifact> write_root(const Root& root, std::string_view banner) {
    return write_preview(root, banner, {});
}

std::vector<Artifact> write_preview(const Root& root, std::string_view banner,
                                    const std::set<std::string>& unknown) {
    Files files(banner);
    add_terraform(files, root);
    add_providers(files, root);
    for (const auto& resource : root.resources)
        add_resource(files, resource);
    for (const auto& module : root.modules)
        add_module(files, module);
    for (const auto& output : root.outputs)
        add_output(files, output);
    for (const auto& input : root.inputs)
        unknown.contains(input.variable) ? add_unknown(files, input) : add_input(files, input);
    for (const auto& secret : root.secrets)
        add_secret(files, secret);
    return files.take();
}

bool is_preview_helper(std::string_view address) {
    return starts_with(address, fmt::format("terraform_data.{}", kUnknownPrefix));
}

}  // namespace agentops::tf
