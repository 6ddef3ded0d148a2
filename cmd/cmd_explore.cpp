#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "agents/frontier.h"
#include "agents/keys.h"
#include "base/fs.h"
#include "base/text.h"
#include "base/yaml_edit.h"
#include "catalog/decode.h"
#include "cmd/command.h"
#include "cmd/workspace.h"
#include "report/plot.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

using negotiate::Measure;

constexpr std::size_t kShown = 20;  ///< designs in the table; JSON has all
constexpr int kPlotRows = 14, kPlotColumns = 76;

double availability_of(negotiate::Amount downtime) {
    return 100 * std::exp(-static_cast<double>(downtime) * negotiate::kDowntimeUnit);
}

/// An even selection that keeps the first, the last and what is chosen.
std::vector<const DesignPoint*> some(const Frontier& frontier) {
    std::vector<const DesignPoint*> shown;
    const auto& points = frontier.points;
    const auto step = std::max<std::size_t>(1, (points.size() + kShown - 1) / kShown);
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i % step == 0 || i + 1 == points.size() || points[i].chosen)
            shown.push_back(&points[i]);
    }
    return shown;
}

report::Plot plot_of(const std::string& stack, const Frontier& frontier) {
    report::Plot plot{fmt::format("Designs of {} that no other one beats", stack),
                      "USD a month",
                      "availability, %",
                      {},
                      100};
    for (const auto& point : frontier.points) {
        const auto cost = point.solution.score.of(Measure::cost);
        plot.points.push_back({static_cast<double>(cost) * negotiate::kCostUnit,
                               availability_of(point.downtime), point.chosen, point.allowed,
                               fmt::format("{}, {}, {}", amount_text(Measure::cost, cost),
                                           amount_text(Measure::downtime, point.downtime),
                                           amount_text(Measure::latency, point.latency))});
    }
    return plot;
}

Json record_of(const DesignPoint& point, const Lots& lots) {
    return {{"cost_usd_per_month",
             static_cast<double>(point.solution.score.of(Measure::cost)) * negotiate::kCostUnit},
            {"availability_percent", availability_of(point.downtime)},
            {"latency_p95_ms", static_cast<double>(point.latency) * negotiate::kLatencyUnit * 1000},
            {"chosen", point.chosen},
            {"allowed", point.allowed},
            {"breaks", point.broken},
            {"design", knobs_of(lots, point.solution.choice)}};
}

class Explore final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "explore",
            .summary = "Show the designs to choose from: cost, availability, latency",
            .description =
                "Works out every design of a stack that no other one beats in cost, availability "
                "and latency, marks the one that plan would take (◆), those that keep the "
                "objectives (●) and those that do not (○). --what-if changes an objective for this "
                "look only; --pin writes a choice into the intent, and leaves its comments alone. "
                "Runs no tool.",
            .examples = {{"agentops explore shop", "a table and a plot"},
                         {"agentops explore shop --what-if 'budget=300 USD/month'",
                          "under another budget"},
                         {"agentops explore shop --svg frontier.svg", "the plot as a picture"},
                         {"agentops explore shop --pin web.count=3", "choose: the intent pins it"}},
            .exit_codes = {"0 explored", "3 no design keeps the objectives, or bad input"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("STACK", stacks_, "Stacks: intent, intent@env, or a glob (all)");
        options.repeated("--what-if", what_if_, "OBJECTIVE=VALUE",
                         "Another value of an objective, for this look only");
        options.repeated("--pin", pins_, "COMPONENT.KNOB=VALUE", "Write a choice into the intent");
        options.text("--svg", svg_, "FILE", "Write the plot of one stack to this file");
    }

    ExitCode run(Session& session) override {
        auto workspace = load_workspace(session);
        if (!workspace) return session.fail_with(workspace.error());
        auto selection = select_stacks(session, **workspace, stacks_);
        if (!selection) return session.fail_with(selection.error());
        if (!pins_.empty()) return pin(session, **workspace, *selection);
        if (const auto changed = change(session, **workspace, *selection); !changed)
            return session.fail_with(changed.error());
        if (svg_ && selection->size() != 1)
            return session.fail_with({error("cli.usage", "--svg draws one stack", {},
                                            "name the stack: agentops explore shop --svg FILE")});
        const auto walk =
            walk_static(session, **workspace, std::move(*selection), Depth::negotiation);
        return show(session, walk);
    }

private:
    /// --what-if: objectives are decoded as the intent's are, from one line each.
    Status change(Session& session, Workspace& workspace, const Selection& selection) const {
        Diagnostics found;
        std::string text;
        for (const auto& word : what_if_) {
            const auto equals = word.find('=');
            if (equals == std::string::npos)
                found.push_back(error("cli.usage", fmt::format("'{}' changes nothing", word), {},
                                      "write OBJECTIVE=VALUE, e.g. 'budget=300 USD/month'"));
            else
                text += fmt::format("{}: {}\n", word.substr(0, equals), word.substr(equals + 1));
        }
        if (!found.empty()) return fail(std::move(found));
        if (text.empty()) return {};
        TRY(const auto root, yaml::parse(session.sources().add("--what-if", text)));
        Decoding context{found, "intent"};
        intent::Objectives wanted;
        decode(root, wanted, context);
        if (!found.empty()) return fail(std::move(found));
        for (auto& stack : workspace.stacks) {
            if (std::find(selection.begin(), selection.end(), &stack) != selection.end())
                lay_over(stack.objectives, wanted);
        }
        return {};
    }

    static void lay_over(intent::Objectives& objectives, const intent::Objectives& wanted) {
        if (wanted.budget) objectives.budget = wanted.budget;
        if (wanted.availability) objectives.availability = wanted.availability;
        if (wanted.latency_p95) objectives.latency_p95 = wanted.latency_p95;
        if (wanted.processors) objectives.processors = wanted.processors;
        if (wanted.rpo) objectives.rpo = wanted.rpo;
        if (wanted.rto) objectives.rto = wanted.rto;
        if (!wanted.prefer.empty()) objectives.prefer = wanted.prefer;
    }

    ExitCode show(Session& session, const StaticWalk& walk) const {
        auto report = session.new_report();
        report.diagnostics = walk.diagnostics;
        auto& records = report.extra["frontiers"] = Json::array();
        std::size_t designs = 0;
        for (std::size_t i = 0; i < walk.stacks.size(); ++i) {
            const auto* lots = walk.boards[i].get(slots::lots);
            const auto* award = walk.boards[i].get(slots::award);
            if (lots == nullptr || award == nullptr) continue;
            const auto frontier = frontier_of(*lots, *award);
            designs += frontier.points.size();
            const auto& id = walk.stacks[i]->id;
            Json points = Json::array();
            for (const auto& point : frontier.points)
                points.push_back(record_of(point, *lots));
            records.push_back(
                {{"stack", id}, {"thinned", frontier.thinned}, {"designs", std::move(points)}});
            if (svg_) {
                if (const auto written =
                        write_file(*svg_, report::draw_svg(plot_of(id, frontier)), 0644);
                    !written)
                    return session.fail_with(written.error());
            }
            if (!session.globals().json) session.print(text_of(id, *lots, frontier, session));
        }
        report.exit = has_errors(report.diagnostics) ? ExitCode::usage : ExitCode::done;
        report.verdict = fmt::format("{} that no other one beats", count_of(designs, "design"));
        return session.finish(std::move(report));
    }

    static std::string text_of(const std::string& stack, const Lots& lots, const Frontier& frontier,
                               Session& session) {
        report::Rows rows{{"", "cost", "availability", "latency", "design"}};
        for (const auto* point : some(frontier)) {
            const auto knobs =
                point->chosen ? knobs_of(lots, point->solution.choice) : point->changes;
            rows.push_back({point->chosen    ? "◆"
                            : point->allowed ? "●"
                                             : "○",
                            amount_text(Measure::cost, point->solution.score.of(Measure::cost)),
                            amount_text(Measure::downtime, point->downtime),
                            amount_text(Measure::latency, point->latency), join(knobs, " ")});
        }
        auto text = fmt::format("{}\n", stack);
        text += report::table(rows, {{}, {}, {}, {}, {20}}, session.text_options().width);
        if (frontier.points.size() > rows.size() - 1)
            text +=
                fmt::format("{} more; --json has all\n", frontier.points.size() + 1 - rows.size());
        if (frontier.thinned) text += "There are so many that an even selection is shown.\n";
        if (frontier.points.size() > 1)
            text +=
                "\n" + report::draw_text(plot_of(stack, frontier), kPlotColumns, kPlotRows) + "\n";
        return text;
    }

    /// Writes the choice where the intent says what the component is: its overlay when the stack's
    /// environment has one for it.
    ExitCode pin(Session& session, const Workspace& workspace, const Selection& selection) const {
        if (selection.size() != 1)
            return session.fail_with({error("cli.usage", "--pin changes one stack", {},
                                            "name the stack: agentops explore shop --pin ...")});
        const auto& stack = *selection.front();
        Source source = *stack.source;
        for (const auto& word : pins_) {
            const auto edited = edit(session, stack, source, word);
            if (!edited) return session.fail_with(edited.error());
            source.text = *edited;
        }
        const auto file = workspace.project.root / stack.source->path;
        if (const auto written = write_file(file, source.text, 0644); !written)
            return session.fail_with(written.error());
        auto report = session.new_report();
        report.verdict = fmt::format("{} written to {}", join(pins_, ", "), stack.source->path);
        report.next = {fmt::format("agentops plan {}", stack.id)};
        return session.finish(std::move(report));
    }

    static Result<std::string> edit(Session& session, const intent::Stack& stack,
                                    const Source& source, const std::string& word) {
        const auto dot = word.find('.'), equals = word.find('=');
        const auto usage = [&](std::string message, std::string help) {
            return fail(error("cli.usage", std::move(message), {}, std::move(help)));
        };
        if (dot == std::string::npos || equals == std::string::npos || equals < dot)
            return usage(fmt::format("'{}' is no choice", word),
                         "write COMPONENT.KNOB=VALUE, e.g. web.count=3");
        const auto name = word.substr(0, dot), knob = word.substr(dot + 1, equals - dot - 1);
        const auto* component = stack.find(name);
        const auto* kind =
            component == nullptr ? nullptr : catalog::find_kind(component->kind.value);
        if (kind == nullptr)
            return usage(fmt::format("{} has no component '{}'", stack.id, name),
                         "agentops explain COMPONENT says what one has");
        const auto& knobs = kind->info().knobs;
        if (std::none_of(knobs.begin(), knobs.end(),
                         [&](const auto& each) { return each.name == knob; }))
            return usage(fmt::format("{} has no knob '{}'", name, knob),
                         fmt::format("agentops explain {} lists them", component->kind.value));
        yaml::Path path{"components", name, knob};
        if (!stack.environment.empty())
            path.insert(path.begin(), {"environments", stack.environment});
        TRY(const auto value, value_of(session, *kind, knob, word.substr(equals + 1)));
        return yaml::set(source, path, value);
    }

    /// As it will stand in the intent, which must accept it.
    static Result<std::string> value_of(Session& session, const catalog::Kind& kind,
                                        const std::string& knob, const std::string& text) {
        const auto& pin = session.sources().add("--pin", fmt::format("{}: {}\n", knob, text));
        TRY(const auto body, yaml::parse(pin));
        Diagnostics found;
        Decoding context{found, "intent"};
        catalog::Spec spec;
        catalog::decode_knobs(kind.info(), body, spec, context);
        if (!found.empty()) return fail(std::move(found));
        const auto& value = spec.pinned.front().value;
        return body.find(knob)->quoted ? yaml::scalar_text(value) : value;
    }

    std::vector<std::string> stacks_, what_if_, pins_;
    std::optional<std::string> svg_;
};

}  // namespace

std::unique_ptr<Command> explore_command() {
    return std::make_unique<Explore>();
}

}  // namespace agentops::cmd
