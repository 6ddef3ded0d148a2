#include <fmt/core.h>

#include <algorithm>

#include "agents/registry.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/council.h"
#include "record/journal.h"
#include "record/track.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

using record::Tracks;

std::string slots_text(const std::vector<graph::SlotId>& ids) {
    std::vector<std::string> names;
    for (const auto id : ids)
        names.emplace_back(graph::slot_info(registry(), id).name);
    return join(names, " ");
}

std::vector<std::string> words_of(const auto& slots) {
    std::vector<std::string> words;
    for (const auto& slot : slots)
        words.push_back(slot.value.value);
    return words;
}

/// A veto binds, advice is weighed.
std::string authority(bool vetoes, bool advises) {
    if (vetoes) return advises ? "vetoes and advises" : "vetoes";
    return advises ? "advises" : "";
}

std::string track_text(const Tracks& tracks, const std::string& agent) {
    const auto found = tracks.agents.find(agent);
    std::vector<std::string> parts;
    if (found != tracks.agents.end()) {
        const auto& track = found->second;
        parts.push_back(
            fmt::format("{} accepted, {} overridden", track.accepted, track.overridden));
        if (track.checks.n > 0)
            parts.push_back(fmt::format("{} of {} after it fine", track.checks.hits,
                                        count_of(track.checks.n, "check")));
    }
    if (agent == "cost" && tracks.costs.n > 0)
        parts.push_back(
            fmt::format("{} of {} held", tracks.costs.hits, count_of(tracks.costs.n, "estimate")));
    return join(parts, ", ");
}

Json track_record(const Tracks& tracks, const std::string& agent) {
    const auto found = tracks.agents.find(agent);
    if (found == tracks.agents.end()) return nullptr;
    const auto& track = found->second;
    Json record = {{"accepted", track.accepted},
                   {"overridden", track.overridden},
                   {"checks", {{"n", track.checks.n}, {"ok", track.checks.hits}}}};
    if (agent == "cost") record["estimates"] = {{"n", tracks.costs.n}, {"held", tracks.costs.hits}};
    return record;
}

class Agents final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "agents",
            .summary = "Show who decides: authority, accepted and overridden proposals, outcomes",
            .description =
                "Lists the agents of agentops and those that agentops.yaml names: what each reads "
                "and writes, whether it advises, vetoes, decides or blocks, how many of its "
                "proposals became part of a design, and what the checks said after those were "
                "applied. Programs of the project run only once you trust them as they are: "
                "--trust remembers their "
                "settings and the project's files that they name; a change of either ends that.",
            .examples = {{"agentops agents", "who decides here"},
                         {"agentops agents --trust", "let the project's own programs take part"}},
            .exit_codes = {"0 shown, or trusted", "3 no project, or it has no agents to trust"},
        };
        return info;
    }

    void options(Options& options) override {
        options.flag("--trust", trust_, "Trust the programs that agentops.yaml names, as they are");
    }

    ExitCode run(Session& session) override {
        auto project = intent::open_project(session.start(), session.globals().dir.has_value(),
                                            session.sources());
        if (!project) return session.fail_with(project.error());
        if (trust_) return trust(session, *project);
        const auto tracks =
            record::track_records(record::read_journal(record::Store(project->root)).entries);
        auto report = session.new_report();
        auto& records = report.extra["agents"] = Json::array();
        report::Rows ours{{"AGENT", "AUTHORITY", "READS", "WRITES", "RECORD"}};
        for (const auto* agent : registry().agents)
            add_ours(agent->info(), tracks, records, ours);
        report::Rows theirs;
        const bool trusted = are_trusted(*project);
        for (const auto& [name, agent] : project->settings.agents)
            add_theirs(name, agent, trusted, tracks, records, theirs);
        report.verdict = count_of(ours.size() - 1, "agent");
        if (!theirs.empty())
            report.verdict += fmt::format(", {} of the project{}", theirs.size(),
                                          trusted ? "" : " (not trusted: agentops agents --trust)");
        if (!session.globals().json) {
            ours.insert(ours.end(), theirs.begin(), theirs.end());
            session.print(
                report::table(ours, {{}, {}, {16}, {12}, {}}, session.text_options().width));
        }
        return session.finish(std::move(report));
    }

private:
    static void add_ours(const graph::AgentInfo& info, const Tracks& tracks, Json& records,
                         report::Rows& rows) {
        const std::string name(info.name);
        rows.push_back({name, std::string(info.authority), slots_text(info.reads),
                        slots_text(info.writes), track_text(tracks, name)});
        records.push_back({{"name", name},
                           {"own", false},
                           {"summary", info.summary},
                           {"authority", info.authority},
                           {"reads", split(slots_text(info.reads), ' ')},
                           {"writes", split(slots_text(info.writes), ' ')},
                           {"knobs", Json::array()},
                           {"trusted", true},
                           {"track", track_record(tracks, name)}});
    }

    static void add_theirs(const std::string& name, const intent::OutsideAgent& agent, bool trusted,
                           const Tracks& tracks, Json& records, report::Rows& rows) {
        const auto power =
            authority(agent.does_write("constraints"), agent.does_write("preferences"));
        const auto reads = words_of(agent.reads), writes = words_of(agent.writes);
        rows.push_back({name, trusted ? power : "not trusted", join(reads, " "), join(writes, " "),
                        track_text(tracks, name)});
        records.push_back({{"name", name},
                           {"own", true},
                           {"summary", join(agent.command, " ")},
                           {"authority", power},
                           {"reads", reads},
                           {"writes", writes},
                           {"knobs", agent.knobs},
                           {"trusted", trusted},
                           {"track", track_record(tracks, name)}});
    }

    static ExitCode trust(Session& session, const intent::Project& project) {
        const auto& agents = project.settings.agents;
        if (agents.empty())
            return session.fail_with({error("cli.usage", "this project names no agents", {},
                                            "name them in agentops.yaml, under agents")});
        if (const auto kept = trust_agents(project); !kept) return session.fail_with(kept.error());
        auto report = session.new_report();
        report.extra["trusted"] = project.root.string();
        report.verdict = fmt::format("{} trusted as now", count_of(agents.size(), "agent"));
        if (!session.globals().json) {
            report::Rows rows;
            for (const auto& [name, agent] : agents)
                rows.push_back({name, join(agent.command, " ")});
            session.print(report::table(rows));
        }
        return session.finish(std::move(report));
    }

    bool trust_ = false;
};

}  // namespace

std::unique_ptr<Command> agents_command() {
    return std::make_unique<Agents>();
}

}  // namespace agentops::cmd
