// Turns the built roots into units with their artifacts: what Terraform will read, byte for byte.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/digest.h"
#include "base/text.h"
#include "terraform/backend.h"
#include "terraform/writer.h"

namespace agentops {

namespace {

/// Every unit id of the stack, and those of other stacks, that this unit's inputs come from.
std::vector<std::string> upstream_of(const std::vector<tf::Input>& inputs) {
    std::vector<std::string> ids;
    for (const auto& input : inputs)
        ids.push_back(input.from);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

/// What `init` depends on, apart from the tool's version and the lock file.
std::string init_key(const tf::Root& root) {
    Json parts = {{"backend", root.backend}, {"settings", root.backend_config}};
    for (const auto& provider : root.requirements)
        parts["providers"][provider.source] = provider.version;
    for (const auto& module : root.modules)
        parts["modules"][module.name] = {module.source, module.version};
    return sha256(parts);
}

std::string digest_files(const std::vector<tf::Artifact>& files) {
    Json all = Json::object();
    for (const auto& file : files)
        all[file.name] = sha256(file.text);
    return sha256(all);
}

std::set<std::string> protected_components(const intent::Stack& stack) {
    std::set<std::string> names;
    for (const auto& name : stack.rules.protect)
        names.insert(name.value.value);
    return names;
}

/// What is generated is the unit "main" of its stack.
constexpr std::string_view kMain = "main";

class Terraform final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "terraform",
            .summary = "writes the artifacts of every Terraform unit, in memory",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::built.id},
            .writes = {slots::units.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::stack);
        const auto& built = context.get(slots::built);
        std::vector<tf::Unit> units;
        const auto& main = built.main;
        if (!main.resources.empty() || !main.modules.empty() || input.keep_main)
            units.push_back(main_unit(input, main));
        for (const auto& root : built.existing)
            units.push_back(existing_unit(input, root));
        context.put(slots::units, std::move(units));
        return {};
    }

private:
    static tf::Unit base_unit(const StackInput& input, std::string name) {
        tf::Unit unit;
        unit.stack = input.stack->id;
        unit.id = fmt::format("{}/{}", unit.stack, name);
        unit.name = std::move(name);
        unit.data_dir = input.stacks_dir / unit.stack / unit.name / ".terraform";
        unit.protected_components = protected_components(*input.stack);
        return unit;
    }

    static tf::Unit main_unit(const StackInput& input, tf::Root root) {
        auto unit = base_unit(input, std::string(kMain));
        const auto home = unit.data_dir.parent_path();
        const auto& published = input.project->settings.artifacts.dir;
        unit.dir = published ? input.project->root / *published / unit.stack / unit.name : home;
        const auto state = home / "terraform.tfstate";
        root.backend_config = tf::backend_settings(root.backend, std::move(root.backend_config),
                                                   unit.id, relative_to(state, unit.dir));
        unit.backend = root.backend;
        if (root.backend == "local") unit.local_state = state;
        unit.files = tf::write_root(root, banner(input));
        unit.inputs = root.inputs;
        unit.secrets = root.secrets;
        unit.after = upstream_of(root.inputs);
        for (const auto& output : root.outputs)
            unit.output_names.push_back(output.name);
        for (const auto& resource : root.resources)
            unit.origins.emplace(resource.address(), resource.origin);
        for (const auto& module : root.modules)
            unit.origins.emplace("module." + module.name, module.origin);
        for (const auto& module : root.modules) {
            if (starts_with(module.source, "./") || starts_with(module.source, "../"))
                unit.local_modules.push_back(module.source);
        }
        unit.init_key = init_key(root);
        unit.digest = digest_files(unit.files);
        return unit;
    }

    static tf::Unit existing_unit(const StackInput& input, const catalog::ExistingRoot& root) {
        auto unit = base_unit(input, root.component);
        unit.existing = true;
        unit.dir = root.dir;
        unit.inputs = root.inputs;
        unit.secrets = root.secrets;
        unit.variables = root.variables;
        unit.workspace = root.workspace;
        unit.after = upstream_of(root.inputs);
        unit.output_names = root.outputs;
        unit.lock_source = root.dir / ".terraform.lock.hcl";
        unit.origins.emplace("", root.origin);
        return unit;
    }

    static std::string banner(const StackInput& input) {
        return fmt::format("Generated by agentops from {} for stack {}. Edit the intent instead.",
                           input.stack->source->path, input.stack->id);
    }
};

}  // namespace

graph::Agent& terraform_agent() {
    static Terraform agent;
    return agent;
}

}  // namespace agentops
