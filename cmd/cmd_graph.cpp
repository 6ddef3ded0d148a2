#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

/// One walk of a command: over stacks or units, towards its goals.
struct Phase {
    std::string_view title;
    graph::Scope scope;
    std::vector<graph::SlotId> goals, given;
};

std::vector<Phase> phases_of(const std::string& command) {
    using graph::Scope;
    const Phase design{"stacks",
                       Scope::stack,
                       {slots::findings.id, slots::units.id, slots::playbooks.id},
                       {slots::stack.id}};
    const Phase plan{
        "terraform units", Scope::terraform, {slots::review.id}, {slots::unit.id, slots::built.id}};
    const Phase rehearsal{
        "ansible units", Scope::ansible, {slots::review.id}, {slots::play_unit.id}};
    const Phase gate{"gate",
                     Scope::stack,
                     {slots::verdict.id},
                     {slots::stack.id, slots::findings.id, slots::reviews.id}};
    const Phase apply{"terraform units",
                      Scope::terraform,
                      {slots::outcome.id, slots::actual_outputs.id},
                      {slots::unit.id, slots::built.id}};
    const Phase play{"ansible units",
                     Scope::ansible,
                     {slots::outcome.id, slots::actual_outputs.id},
                     {slots::play_unit.id}};
    const Phase checks{"checks", Scope::terraform, {slots::probe_done.id}, {slots::probe_step.id}};
    const Phase check{"stacks", Scope::stack, {slots::findings.id}, {slots::stack.id}};
    if (command == "check") return {check};
    if (command == "generate") return {design};
    if (command == "plan") return {design, plan, rehearsal, gate};
    const Phase look{"terraform units",
                     Scope::terraform,
                     {slots::standing.id},
                     {slots::unit.id, slots::built.id}};
    const Phase inspection{
        "ansible units", Scope::ansible, {slots::standing.id}, {slots::play_unit.id}};
    if (command == "drift") return {design, look, inspection};
    return {design, apply, play, checks};
}

class Graph final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "graph",
            .summary = "Show the agents and steps behind a command",
            .description =
                "A command asks for slots; who writes them, and what those agents read in turn, is "
                "the graph. This prints it, phase by phase.",
            .examples = {{"agentops graph plan", "agents and steps of plan, as a table"},
                         {"agentops graph apply --format dot | dot -Tsvg", "as a picture"},
                         {"agentops graph check --format mermaid", "for a README"}},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("COMMAND", command_,
                         "check, generate, plan, apply or drift (default: plan)");
        options.choice("--format", format_, {"text", "dot", "mermaid"}, "text, dot or mermaid");
    }

    ExitCode run(Session& session) override {
        const auto command = command_.value_or("plan");
        constexpr std::string_view kCommands[] = {"check", "generate", "plan", "apply", "drift"};
        if (std::find(std::begin(kCommands), std::end(kCommands), command) == std::end(kCommands))
            return session.fail_with({error("cli.usage", fmt::format("'{}' has no graph", command),
                                            {}, "one of check, generate, plan, apply, drift")});
        auto report = session.new_report();
        report.extra["phases"] = Json::array();
        for (const auto& phase : phases_of(command)) {
            auto nodes = graph::derive(registry(), phase.scope, phase.goals, phase.given);
            if (!nodes) return session.fail_with(nodes.error());
            if (session.globals().json)
                report.extra["phases"].push_back(record(phase, *nodes));
            else
                session.print(draw(phase, *nodes, session.text_options().width));
        }
        if (!session.globals().json) return ExitCode::done;
        return session.finish(std::move(report));
    }

private:
    static std::string without_gaps(const std::string& text) {
        std::vector<std::string> words;
        for (const auto& word : split(text, ' ')) {
            if (!word.empty()) words.push_back(word);
        }
        return join(words, " ");
    }

    std::string draw(const Phase& phase, const std::vector<graph::Node>& nodes, int width) const {
        if (format_ == "dot") return graph::to_dot(registry(), nodes);
        if (format_ == "mermaid") return graph::to_mermaid(registry(), nodes);
        const auto lines = split(graph::to_text(registry(), nodes), '\n');
        const bool fits = width <= 0 || std::all_of(lines.begin(), lines.end(), [&](auto& line) {
                              return display_width(line) <= width;
                          });
        const auto names = std::min(lines.front().find("reads"), lines.front().size());
        auto text = std::string(phase.title) + "\n";
        for (const auto& line : lines) {
            const auto lead = std::min(names, line.size());
            const auto rest = line.substr(lead);
            text += report::hanging(line.substr(0, lead), fits ? rest : without_gaps(rest), width);
        }
        return text;
    }

    static Json names(const std::vector<graph::SlotId>& ids) {
        Json list = Json::array();
        for (const auto id : ids)
            list.push_back(std::string(graph::slot_info(registry(), id).name));
        return list;
    }

    static Json record(const Phase& phase, const std::vector<graph::Node>& nodes) {
        Json list = Json::array();
        for (const auto& node : nodes)
            list.push_back({{"name", node.name},
                            {"kind", node.is_step ? "step" : "agent"},
                            {"reads", names(node.reads)},
                            {"writes", names(node.writes)},
                            {"upstream", names(node.upstream)}});
        return {{"phase", phase.title}, {"nodes", std::move(list)}};
    }

    std::optional<std::string> command_;
    std::string format_ = "text";
};

}  // namespace

std::unique_ptr<Command> graph_command() {
    return std::make_unique<Graph>();
}

}  // namespace agentops::cmd
