#include <fmt/core.h>

#include "ansible/sources.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/plan_flow.h"
#include "cmd/session.h"
#include "terraform/facts.h"

namespace agentops::cmd {

namespace {

struct Written {
    std::vector<std::string> changed, removed;
    std::string foreign;
};

/// Compares, and unless `check` writes, what one unit's folder should hold.
Result<Written> bring_up_to_date(const Unit& unit, const ArtifactFolder& folder, bool check,
                                 bool is_private) {
    Written written;
    for (const auto& file : unit.files) {
        const auto path = unit.dir / file.name;
        auto now = read_file(path);
        if (now && *now == file.text) continue;
        written.changed.push_back(file.name);
        if (!check) TRY_DO(write_file(path, file.text, is_private ? 0600 : 0644));
    }
    const auto left = find_leftovers(folder, unit.files);
    written.foreign = left.foreign;
    for (const auto& path : left.obsolete) {
        written.removed.push_back(relative_to(path, unit.dir));
        std::error_code ignored;
        if (!check) fs::remove(path, ignored);
    }
    if (!check) TRY_DO(write_file(folder.list, artifact_list_text(unit.files), 0600));
    return written;
}

class Generate final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "generate",
            .summary = "Write the Terraform and Ansible artifacts, only those that changed",
            .description =
                "Writes what plan would run, so that it can be read, reviewed or committed "
                "(artifacts.dir in agentops.yaml). The same intent gives the same bytes "
                "everywhere.",
            .examples = {{"agentops generate", "write every stack"},
                         {"agentops generate shop@dev", "only one"},
                         {"agentops generate --check", "exit 2 when something is stale (CI)"}},
            .exit_codes = {"0 up to date", "2 with --check: files are stale", "3 invalid intent"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("STACK", patterns_,
                          "Stacks to generate: intent, intent@env, or a pattern");
        add_scope_options(options, wish_);
        options.flag("--check", check_, "Write nothing; exit 2 when files are stale");
    }

    ExitCode run(Session& session) override {
        auto prepared = prepare(session, patterns_, false, Scope(wish_));
        if (!prepared) return session.fail_with(prepared.error());
        auto report = session.new_report();
        add_static(report, prepared->walk);
        prepared->scope.tell(report, *prepared->workspace);
        if (!check_) {
            if (auto ready = prepared->workspace->store.prepare(); !ready)
                return session.fail_with(ready.error());
        }
        std::size_t changed = 0;
        for (const auto* stack : prepared->selection) {
            report::StackReport of_stack;
            of_stack.id = stack->id;
            of_stack.status = check_ ? "checked" : "generated";
            for (const auto* unit : prepared->walk.units()) {
                if (unit->stack != stack->id || unit->existing) continue;
                changed += visit(report, of_stack, {*unit, "terraform", tf::artifact_folder(*unit)},
                                 prepared->workspace->project);
            }
            for (const auto* playbook : prepared->walk.playbooks()) {
                if (playbook->stack != stack->id || playbook->files.empty()) continue;
                auto unit = *playbook;
                if (auto read = ansible::read_sources(unit, *disk_tree()); !read) {
                    append(report.diagnostics, read.error());
                    continue;
                }
                changed +=
                    visit(report, of_stack, {unit, "ansible", ansible::artifact_folder(unit)},
                          prepared->workspace->project);
            }
            report.stacks.push_back(std::move(of_stack));
        }
        if (check_ && changed > 0) report.exit = ExitCode::changes;
        report.verdict = changed == 0 ? "up to date"
                                      : fmt::format("{} {}", count_of(changed, "file"),
                                                    check_ ? "stale" : "written");
        return session.finish(std::move(report));
    }

private:
    struct Target {
        const Unit& unit;
        std::string_view tool;
        ArtifactFolder folder;
    };

    /// How many files differ, or were written.
    std::size_t visit(report::Report& report, report::StackReport& stack, const Target& target,
                      const intent::Project& project) const {
        const bool is_private = !project.settings.artifacts.dir;
        auto written = bring_up_to_date(target.unit, target.folder, check_, is_private);
        if (!written) {
            append(report.diagnostics, written.error());
            return 0;
        }
        add(report, stack, target, *written, project.root);
        return written->changed.size() + written->removed.size();
    }

    void add(report::Report& report, report::StackReport& stack, const Target& target,
             const Written& written, const fs::path& root) const {
        const auto& unit = target.unit;
        report::UnitReport made;
        made.id = unit.id;
        made.tool = target.tool;
        const bool stale = !written.changed.empty() || !written.removed.empty();
        made.status = !stale ? "unchanged" : check_ ? "stale" : "generated";
        auto files = written.changed;
        for (const auto& name : written.removed)
            files.push_back(name + " (removed)");
        made.note = files.empty()
                        ? relative_to(unit.dir, root)
                        : fmt::format("{}: {}", relative_to(unit.dir, root), join(files, ", "));
        if (!written.foreign.empty())
            report.diagnostics.push_back(error(
                "unit.foreign-file",
                fmt::format("'{}' was not generated and would take part in a run", written.foreign),
                {}, "move it elsewhere; the folder holds generated files only"));
        stack.units.push_back(std::move(made));
    }

    std::vector<std::string> patterns_;
    ScopeWish wish_;
    bool check_ = false;
};

}  // namespace

std::unique_ptr<Command> generate_command() {
    return std::make_unique<Generate>();
}

}  // namespace agentops::cmd
