#include <fmt/core.h>

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "intent/project.h"
#include "record/manifest.h"
#include "record/store.h"
#include "report/document.h"
#include "report/merge.h"

namespace agentops::cmd {

namespace {

class ReportCommand final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "report",
            .summary = "Write what a run found or did, for a pull request, a browser or a CI",
            .description =
                "Reads the report of a run, or a record that any command wrote with --json, and "
                "writes it in another form: markdown for a comment, html as one page that needs no "
                "network, sarif, junit, github, gitlab and gitlab_changes for a CI, prometheus for "
                "a text file collector, json and text. Without -o it goes to stdout.",
            .examples = {{"agentops report", "the last run, as text"},
                         {"agentops report latest -o plan.html -o plan.md", "two files at once"},
                         {"agentops report merge shard-*.json -o all.md",
                          "one verdict of many machines, and its exit code"},
                         {"agentops report check.json --format sarif",
                          "a record of `agentops check --json`"}},
            .exit_codes = {"0 written; after merge: the worst of the shards",
                           "3 no such run, no record, or no such format",
                           "9 the record of a shard is missing"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("RUN", words_,
                          "A run (id, part of it, latest), a record's file, or merge FILE...");
        options.repeated("--format", formats_, "FORMAT",
                         "For the file at the same place among -o, or for stdout");
        options.repeated("-o,--output", outputs_, "FILE", "Write to this file");
        options.number("--max-bytes", max_bytes_, "N", "Longest Markdown, for a forge's limit");
    }

    ExitCode run(Session& session) override {
        auto written = write(session);
        if (!written) return session.fail_with(written.error());
        return *written;
    }

private:
    Result<ExitCode> write(Session& session) {
        TRY(const auto targets, plan_targets());
        TRY(auto document, document_of(session));
        // What was merged has its verdict from here alone.
        const auto code = merges() ? document.exit : ExitCode::done;
        const report::FormatOptions options{
            static_cast<std::size_t>(std::max(0, max_bytes_.value_or(0)))};
        auto report = session.new_report();
        report.extra["reports"] = Json::array();
        for (const auto& [format, file] : targets) {
            const auto text = format->write(document, options);
            if (file.empty()) {
                session.print(text);
                return code;
            }
            TRY_DO(write_file(file, text, 0644));
            report.extra["reports"].push_back({{"file", file}, {"format", format->name}});
            report.remarks.push_back(fmt::format("{}  {}", escape_terminal(file), format->name));
        }
        report.verdict = count_of(targets.size(), "file") + " written";
        report.exit = code;
        return session.finish(std::move(report));
    }

    struct Target {
        const report::Format* format;
        std::string file;
    };

    Result<std::vector<Target>> plan_targets() const {
        std::vector<Target> targets;
        if (formats_.size() > std::max<std::size_t>(outputs_.size(), 1))
            return fail(error("cli.usage", "more formats than files", {},
                              "one --format for each -o, in the same order"));
        if (outputs_.empty()) {
            TRY(const auto* format, format_named(formats_.empty() ? "text" : formats_.front()));
            return std::vector<Target>{{format, ""}};
        }
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            const report::Format* format = nullptr;
            if (i < formats_.size()) {
                TRY(format, format_named(formats_[i]));
            } else {
                format = report::format_of_file(outputs_[i]);
            }
            if (format == nullptr) return fail(unknown_format(outputs_[i]));
            targets.push_back({format, outputs_[i]});
        }
        return targets;
    }

    static Result<const report::Format*> format_named(const std::string& name) {
        const auto* format = report::find_format(name);
        if (format == nullptr) return fail(unknown_format(name));
        return format;
    }

    static Diagnostic unknown_format(const std::string& name) {
        std::vector<std::string> names;
        for (const auto& format : report::formats())
            names.emplace_back(format.name);
        return error("report.format", fmt::format("no format for '{}'", name), {},
                     "one of " + join(names, ", "));
    }

    bool merges() const { return !words_.empty() && words_.front() == "merge"; }

    Result<report::Document> merged() const {
        std::vector<report::ShardRecord> records;
        for (std::size_t i = 1; i < words_.size(); ++i) {
            TRY(auto document, report::read_document_file(words_[i]));
            records.push_back({words_[i], document.exit, std::move(document.record)});
        }
        TRY(const auto all, report::merge_records(std::move(records)));
        return report::read_document(dump_json(all, 1) + "\n");
    }

    /// A file wins over a run of the same name.
    Result<report::Document> document_of(Session& session) const {
        std::error_code ignored;
        const auto word = words_.empty() ? "latest" : words_.front();
        if (merges()) return merged();
        if (words_.size() > 1)
            return fail(error("cli.usage", "one run, or one file", {},
                              "agentops report merge FILE... makes one of many"));
        if (!words_.empty() && fs::is_regular_file(word, ignored))
            return report::read_document_file(word);
        TRY(const auto project,
            intent::open_project(session.start(), session.globals().dir.has_value(),
                                 session.sources()));
        const record::Store store(project.root);
        TRY(const auto id, store.find_run(word));
        const auto text = read_file(store.run(id) / "report.json");
        if (!text)
            return fail(error("report.none", fmt::format("run {} left no report", id), {},
                              fmt::format("agentops runs {}", id)));
        TRY(auto document, report::read_document(*text));
        const auto outcome = record::read_outcome(store, id);
        if (outcome && outcome->status == "applying")
            add_remark(
                document,
                warning("report.unfinished",
                        "an apply of this run began and has not ended: it goes on, or it was "
                        "killed; this report is from before it",
                        {}, fmt::format("agentops runs {0}; agentops apply --resume {0}", id)));
        set_decisions(document, read_file(store.run(id) / record::kDecisionsFile).value_or(""));
        report::read_timeline(document, read_file(store.run(id) / "events.jsonl").value_or(""));
        return document;
    }

    std::vector<std::string> words_;
    std::vector<std::string> formats_, outputs_;
    std::optional<int> max_bytes_;
};

}  // namespace

std::unique_ptr<Command> report_command() {
    return std::make_unique<ReportCommand>();
}

}  // namespace agentops::cmd
