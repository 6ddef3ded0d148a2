#pragma once

// Agents of a few lines, and a registry of them, for the tests of lib/graph.

#include <fmt/format.h>

#include <deque>
#include <functional>
#include <nlohmann/json.hpp>

#include "graph/walk.h"

namespace agentops::graph {

class FakeAgent final : public Agent {
public:
    using Body = std::function<Diagnostics(AgentContext&)>;
    FakeAgent(AgentInfo info, Body body) : info_(std::move(info)), body_(std::move(body)) {}
    const AgentInfo& info() const override { return info_; }
    Diagnostics run(AgentContext& context) override {
        return body_ ? body_(context) : Diagnostics{};
    }

private:
    AgentInfo info_;
    Body body_;
};

class FakeRunner final : public run::Runner {
public:
    using Body = std::function<run::StepResult(const std::string&, const run::Step&)>;
    explicit FakeRunner(Body body = {}) : body_(std::move(body)) {}
    run::StepResult run(const std::string& subject, const run::Step& step) override {
        if (body_) return body_(subject, step);
        run::StepResult result;
        result.ran = result.ok = true;
        return result;
    }

private:
    Body body_;
};

/// Owns what a Registry only points to. Slot names are those of the table handed in.
struct Fixture {
    explicit Fixture(std::vector<std::pair<std::string_view, SlotKind>> table) {
        for (const auto& [name, kind] : table)
            registry.slots.push_back({static_cast<SlotId>(registry.slots.size()), kind, name, ""});
    }
    void agent(AgentInfo info, FakeAgent::Body body = {}) {
        registry.agents.push_back(&agents.emplace_back(std::move(info), std::move(body)));
    }
    Result<std::vector<Node>> derive(const std::vector<SlotId>& goals,
                                     const std::vector<SlotId>& given = {},
                                     Scope scope = Scope::stack) const {
        return graph::derive(registry, scope, goals, given);
    }

    std::deque<FakeAgent> agents;
    Registry registry;
};

using Lines = std::vector<std::string>;

inline std::string line_of(const NodeReport& report) {
    static const char* const kStatus[] = {"ok", "failed", "skipped"};
    std::string line = fmt::format("{} {} {}", report.subject, report.node,
                                   kStatus[static_cast<int>(report.status)]);
    if (!report.reason.empty()) line += ": " + report.reason;
    for (const Diagnostic& diagnostic : report.diagnostics)
        line += " [" + diagnostic.code + "]";
    return line;
}

inline Lines lines_of(const WalkResult& result) {
    Lines lines;
    for (const NodeReport& report : result.reports)
        lines.push_back(line_of(report));
    return lines;
}

/// Subjects with boards of their own, each after the ones named.
struct Stacks {
    explicit Stacks(const Registry& registry) : slots(registry.slots.size()) {}
    Board& add(std::string id, std::vector<std::size_t> after = {}) {
        Board& board = boards.emplace_back(slots);
        subjects.push_back({std::move(id), &board, std::move(after)});
        return board;
    }
    std::size_t slots;
    std::deque<Board> boards;
    std::vector<Subject> subjects;
};

inline WalkResult walk_all(const Fixture& f, const std::vector<SlotId>& goals, Stacks& stacks,
                           FakeRunner runner = FakeRunner(), WalkOptions options = {}) {
    return walk(f.registry, f.derive(goals).value(), stacks.subjects, runner, options);
}

}  // namespace agentops::graph
