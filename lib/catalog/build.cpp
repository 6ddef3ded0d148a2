// Design -> roots: every part in order, then access, outputs, provider and backend.

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "catalog/access.h"
#include "catalog/aws/provider.h"
#include "catalog/builder.h"
#include "catalog/names.h"
#include "catalog/playbook_parts.h"

namespace agentops::catalog {

namespace {

constexpr std::string_view kTerraformVersion = ">= 1.11.0";

std::string_view doc_of(const Part& part, std::string_view output) {
    for (const auto& info : part.kind->info().outputs) {
        if (info.name == output) return info.doc;
    }
    return {};
}

/// All that a part is known to give, and what others read of one that may give anything.
void add_outputs(const Design& design, const Part& part, tf::Root& root) {
    const auto& facets = design.facets(part);
    std::set<std::string> done;
    for (const auto& [name, value] : facets.outputs) {
        root.outputs.push_back(
            {output_name(part.name(), name), value, false, std::string(doc_of(part, name))});
        done.insert(name);
    }
    if (!facets.any) return;
    // Nobody knows whether these are secret, so they are kept off the screen.
    for (const auto& name : design.outputs_read(part)) {
        if (!done.contains(name))
            root.outputs.push_back({output_name(part.name(), name), (*facets.any)[name], true, {}});
    }
}

void set_backend(const intent::Project& project, tf::Root& root) {
    const auto& backend = project.settings.terraform.backend;
    if (!backend || backend->value.members.size() != 1) return;
    root.backend = backend->value.members.front().key;
    root.backend_config = plain_json(backend->value.members.front().value);
}

/// Two components whose names meet in one address: Terraform would refuse, or one would be lost.
void find_clashes(const tf::Root& root, Diagnostics& out) {
    std::unordered_map<std::string, const Origin*> seen;
    const auto look = [&](const std::string& address, const Origin& origin) {
        const auto [entry, fresh] = seen.emplace(address, &origin);
        if (fresh) return;
        out.push_back(error("catalog.name-clash",
                            fmt::format("{} and {} would both make {}", entry->second->component,
                                        origin.component, address),
                            origin.position, "give one of the two components another name"));
    };
    for (const auto& resource : root.resources)
        look(resource.address(), resource.origin);
    for (const auto& module : root.modules)
        look("module." + module.name, module.origin);
}

}  // namespace

BuiltStack build(const Design& design, std::string_view agent) {
    BuiltStack built;
    Builder builder(design, built, agent);
    for (const auto& part : design.parts()) {
        builder.begin(part);
        part.kind->build(part, design, builder);
        if (!part.kind->info().separate_unit) add_outputs(design, part, built.main);
    }
    build_access(design, built);
    order_playbooks(design, built);
    // Also for a root that became empty: its provider is what destroys what is left.
    builder.require_provider(aws::kProviderSource);
    built.main.providers.push_back(aws::provider(design.stack()));
    built.main.required_version = kTerraformVersion;
    set_backend(design.project(), built.main);
    find_clashes(built.main, built.diagnostics);
    return built;
}

}  // namespace agentops::catalog
