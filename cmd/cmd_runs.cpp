#include <fmt/core.h>

#include "base/digest.h"
#include "base/fs.h"
#include "base/json_access.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "intent/project.h"
#include "record/journal.h"
#include "record/manifest.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

struct RunRow {
    std::string id, made, status, approved_by;
    record::Manifest manifest;
    Diagnostics diagnostics;
};

RunRow read_run(const record::Store& store, const std::string& id) {
    RunRow row;
    row.id = id;
    if (auto outcome = record::read_outcome(store, id)) row.status = outcome->status;
    std::error_code ignored;
    if (fs::exists(store.run(id) / "drift.json", ignored)) {
        row.status = "drift check";
        return row;
    }
    auto manifest = record::read_manifest(store, id);
    if (!manifest) {
        row.status = "no plan";
        row.diagnostics = std::move(manifest).error();
        return row;
    }
    row.manifest = std::move(*manifest);
    row.made = row.manifest.created;
    auto approval = record::read_approval(store, row.manifest);
    if (!approval)
        row.diagnostics = std::move(approval).error();
    else if (*approval)
        row.approved_by = (*approval)->as;
    if (row.status == "planned" && !row.approved_by.empty()) row.status = "approved";
    return row;
}

std::string stacks_of(const record::Manifest& manifest) {
    std::vector<std::string> names;
    for (const auto& stack : manifest.stacks)
        names.push_back(stack.id);
    return join(names, ", ");
}

Counts counts_of(const record::Manifest& manifest) {
    Counts counts;
    for (const auto& stack : manifest.stacks) {
        for (const auto& unit : stack.units)
            counts += {unit.create, unit.update, unit.replace, unit.destroy};
    }
    return counts;
}

Json record_of(const RunRow& row) {
    Json stacks = Json::array();
    for (const auto& stack : row.manifest.stacks)
        stacks.push_back(stack.id);
    return {{"run", row.id},
            {"made", row.made.empty() ? Json(nullptr) : Json(row.made)},
            {"status", row.status},
            {"destroy", row.manifest.destroy},
            {"approved_by", row.approved_by.empty() ? Json(nullptr) : Json(row.approved_by)},
            {"stacks", std::move(stacks)},
            {"changes", to_json(counts_of(row.manifest))}};
}

/// The manifest's digest in a journal line; empty when the line is odd.
std::string manifest_in(const record::JournalEntry& entry) {
    const auto found = entry.data.is_object() ? entry.data.find("manifest") : entry.data.end();
    return found != entry.data.end() && found->is_string() ? found->get<std::string>() : "";
}

class Runs final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "runs",
            .summary = "List runs, show one, or verify the journal",
            .description =
                "Every plan makes a run under .agentops/runs with its manifest, events, plans and "
                "logs. The journal beside them is a hash chain: `runs verify` finds an edit, a "
                "missing line or a cut-off tail, and manifests that were changed.",
            .examples = {{"agentops runs", "all of them, newest last"},
                         {"agentops runs latest", "one: its units and what became of them"},
                         {"agentops runs verify", "is the record whole?"}},
            .exit_codes = {"0 fine", "1 verify: the record was changed or damaged"},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("RUN", word_, "A run (id, part of it, latest), or verify");
    }

    ExitCode run(Session& session) override {
        auto project = intent::open_project(session.start(), session.globals().dir.has_value(),
                                            session.sources());
        if (!project) return session.fail_with(project.error());
        const record::Store store(project->root);
        if (!word_) return list(session, store);
        if (*word_ == "verify") return verify(session, store);
        auto id = store.find_run(*word_);
        if (!id) return session.fail_with(id.error());
        return show(session, store, *id);
    }

private:
    static ExitCode list(Session& session, const record::Store& store) {
        auto report = session.new_report();
        report.extra["runs"] = Json::array();
        report::Rows rows{{"RUN", "STATUS", "STACKS", "CHANGES", "APPROVED BY"}};
        for (const auto& id : store.run_ids()) {
            const auto row = read_run(store, id);
            report.extra["runs"].push_back(record_of(row));
            const bool plan = row.status != "drift check";
            rows.push_back({row.id, row.status, stacks_of(row.manifest),
                            plan ? report::verdict_of(counts_of(row.manifest)) : "",
                            row.approved_by});
        }
        const auto runs = rows.size() - 1;
        report.verdict = runs == 0 ? "no runs yet" : count_of(runs, "run");
        if (!session.globals().json && runs > 0)
            session.print(
                report::table(rows, {{}, {}, {12}, {12}, {}}, session.text_options().width));
        return session.finish(std::move(report));
    }

    static ExitCode show(Session& session, const record::Store& store, const std::string& id) {
        const auto row = read_run(store, id);
        auto outcome = record::read_outcome(store, id);
        auto report = session.new_report();
        report.run = id;
        report.diagnostics = row.diagnostics;
        report.extra["runs"] = Json::array({record_of(row)});
        const auto units = outcome ? outcome->units : std::map<std::string, std::string>{};
        report::Rows rows{{"UNIT", "STATUS", "CHANGES", "TOOL"}};
        for (const auto& stack : row.manifest.stacks) {
            for (const auto& unit : stack.units) {
                const auto known = units.find(unit.id);
                rows.push_back(
                    {unit.id,
                     known != units.end() ? known->second
                     : unit.preview       ? "preview"
                                          : "planned",
                     report::verdict_of({unit.create, unit.update, unit.replace, unit.destroy}),
                     unit.tool + " " + unit.tool_version});
            }
        }
        if (!session.globals().json && rows.size() > 1)
            session.print(
                report::table(rows, {{20, true}, {}, {12}, {}}, session.text_options().width));
        add_decisions(session, store.run(id) / record::kDecisionsFile, report);
        report.verdict = fmt::format("{}: {}", id, row.status);
        if (!session.globals().json)
            session.print(
                fmt::format("logs  {}\n", relative_to(store.run(id), fs::current_path())));
        return session.finish(std::move(report));
    }

    /// What was decided and why; runs that only looked, and older ones, have none.
    static void add_decisions(Session& session, const fs::path& file, report::Report& report) {
        const auto text = read_file(file);
        auto decisions = text ? Json::parse(*text, nullptr, false) : Json::object();
        if (!decisions.is_object()) decisions = Json::object();
        report::Rows rows{{"DECIDED", "BY", "BECAUSE"}};
        for (const auto& [stack, list] : decisions.items()) {
            for (const auto& each : list) {
                const auto subject = fmt::format("{}: {} = {}", stack, text_of(each, "subject"),
                                                 text_of(each, "choice"));
                rows.push_back({subject, text_of(each, "agent"), text_of(each, "because")});
            }
        }
        if (!session.globals().json && rows.size() > 1)
            session.print("\n" + report::table(rows, {{}, {}, {20}}, session.text_options().width) +
                          "\n");
        report.extra["decisions"] = std::move(decisions);
    }

    /// The chain itself, then that every manifest is the one the journal knows.
    static ExitCode verify(Session& session, const record::Store& store) {
        auto report = session.new_report();
        const auto journal = record::read_journal(store);
        report.diagnostics = journal.diagnostics;
        std::size_t manifests = 0;
        for (const auto& entry : journal.entries) {
            if (entry.event != "plan.made") continue;
            std::error_code ignored;
            if (!fs::exists(store.run(entry.run), ignored)) continue;
            auto manifest = record::read_manifest(store, entry.run);
            ++manifests;
            if (!manifest) {
                append(report.diagnostics, manifest.error());
            } else if (record::digest_of(*manifest) != manifest_in(entry)) {
                report.diagnostics.push_back(
                    error("stale.manifest",
                          fmt::format("the manifest of run {} is not the one that was journaled",
                                      entry.run),
                          {}, "it was replaced after the plan was made; plan again"));
            }
        }
        if (has_errors(report.diagnostics)) report.exit = ExitCode::tool_failed;
        report.verdict = has_errors(report.diagnostics)
                             ? "the record is not whole"
                             : fmt::format("{} and {} are whole",
                                           count_of(journal.entries.size(), "journal line"),
                                           count_of(manifests, "manifest"));
        return session.finish(std::move(report));
    }

    std::optional<std::string> word_;
};

}  // namespace

std::unique_ptr<Command> runs_command() {
    return std::make_unique<Runs>();
}

}  // namespace agentops::cmd
