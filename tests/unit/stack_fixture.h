#pragma once

// From an intent's text to a built stack, as check does it, without a program around it.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "catalog/design.h"
#include "terraform/writer.h"

namespace agentops::test {

/// What stands above an intent's components.
inline std::string head(const std::string& endpoint) {
    return "apiVersion: agentops/v1\nintent: shop\ntarget: {provider: aws, region: eu-west-1" +
           (endpoint.empty() ? "" : ", endpoint: \"" + endpoint + "\"") + "}\n";
}

/// A project of one intent, "intents/shop.intent.yaml", without environments.
struct StackFixture {
    explicit StackFixture(const std::string& body, const std::string& endpoint = {}) {
        project.root = "/project";
        project.settings.secrets = {{"db_password", {}}, {"token", {}}};
        project.settings.terraform.modules.allow.push_back("git::https://example.com/**");
        project.settings.terraform.modules.allow.push_back("terraform-aws-modules/**");
        project.settings.terraform.providers.versions = {{"hashicorp/random", "3.6.3"}};
        const auto& source = sources.add("intents/shop.intent.yaml", head(endpoint) + body);
        auto loaded = intent::load_intent(source, {});
        diagnostics = std::move(loaded.diagnostics);
        stacks = std::move(loaded.stacks);
        if (stacks.empty()) return;
        index.emplace(stacks);
        auto decoded = catalog::decode_parts(stacks.front(), *index, project);
        append(diagnostics, std::move(decoded.diagnostics));
        if (has_errors(diagnostics)) return;
        catalog::assign_defaults(decoded.parts);
        design.emplace(stacks.front(), *index, project, std::move(decoded.parts));
        append(diagnostics, design->check());
        if (has_errors(diagnostics)) return;
        built = catalog::build(*design, "engineer");
        append(diagnostics, built.diagnostics);
    }

    /// "code: message" of each diagnostic, one a line.
    std::string complaints() const {
        std::string text;
        for (const auto& each : diagnostics)
            text += each.code + ": " + each.message + "\n";
        return text;
    }

    const tf::Resource& resource(const std::string& address) const {
        for (const auto& each : built.main.resources) {
            if (each.address() == address) return each;
        }
        FAIL("no resource ", address, "; ", complaints());
        throw InternalError("unreachable");
    }

    /// The body of a resource as it is written.
    Json body(const std::string& address) const { return tf::to_tf_json(resource(address).body); }

    std::vector<std::string> addresses() const {
        std::vector<std::string> list;
        for (const auto& each : built.main.resources)
            list.push_back(each.address());
        return list;
    }

    /// An output of a component, as it is written.
    Json output(const std::string& part, const std::string& name) const {
        const auto value = design->facets(design->part(part)).output(name);
        return value ? tf::to_tf_json(*value) : Json();
    }

    Sources sources;
    intent::Project project;
    Diagnostics diagnostics;
    std::vector<intent::Stack> stacks;
    std::optional<catalog::StackIndex> index;
    std::optional<catalog::Design> design;
    catalog::BuiltStack built;
};

}  // namespace agentops::test
