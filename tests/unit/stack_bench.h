#pragma once

// The agents of a stack, run one after the other on the text of an intent.

#include "agent_fixture.h"
#include "catalog/stack_index.h"
#include "intent/project.h"

namespace agentops {

struct StackBench : Bench {
    explicit StackBench(const std::string& components) {
        project.root = "/project";
        project.settings.secrets = {{"token", {}}};
        input.stacks_dir = "/project/.agentops/stacks";
        input.today = "2026-11-23";
        const auto& source = sources.add("shop.intent.yaml",
                                         "apiVersion: agentops/v1\n"
                                         "intent: shop\n"
                                         "target: {provider: aws, region: eu-west-1}\n" +
                                             components);
        loaded = intent::load_intent(source, {});
        if (has_errors(loaded.diagnostics)) throw InternalError(render(loaded.diagnostics));
        index.emplace(loaded.stacks);
    }
    /// Runs the agents up to the one named; what the last one says.
    Diagnostics run_to(std::string_view last) {
        input.stack = &loaded.stacks.front();
        input.index = &*index;
        input.project = &project;
        board.put(slots::stack, input);
        for (auto* agent :
             {&resolver_agent(), &broker_agent(), &capacity_agent(), &cost_agent(),
              &reliability_agent(), &warden_agent(), &envoy_agent(), &arbiter_agent(),
              &architect_agent(), &engineer_agent(), &security_agent(), &terraform_agent()}) {
            auto said = run(*agent);
            if (agent->info().name == last) return said;
            if (has_errors(said)) throw InternalError(render(said));
        }
        throw InternalError("no such agent of a stack");
    }
    const tf::Unit& unit(std::string_view id) const {
        for (const auto& unit : get(slots::units)) {
            if (unit.id == id) return unit;
        }
        throw InternalError("no such unit");
    }

    Sources sources;
    intent::Project project;
    intent::Loaded loaded;
    std::optional<catalog::StackIndex> index;
    StackInput input;
};

}  // namespace agentops
