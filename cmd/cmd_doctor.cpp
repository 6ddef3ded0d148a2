#include <fmt/core.h>

#include <cstdlib>

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/doctor_checks.h"
#include "report/paint.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

using report::Tone;

constexpr int kStatusWidth = 6;  ///< "fail" and two spaces

struct Row {
    std::string_view name;
    Diagnosis diagnosis;
};

Tone tone_of(Health health) {
    switch (health) {
        case Health::ok:
            return Tone::good;
        case Health::warn:
            return Tone::caution;
        case Health::fail:
            return Tone::danger;
    }
    throw InternalError("a health out of range");
}

/// A folder of our own that goes away with us; its path is empty when none could be made.
class DoctorScratch {
public:
    DoctorScratch() {
        std::error_code missing;
        auto form = (fs::temp_directory_path(missing) / "agentops-doctor-XXXXXX").string();
        if (!missing && mkdtemp(form.data()) != nullptr) path_ = form;
    }
    ~DoctorScratch() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    DoctorScratch(const DoctorScratch&) = delete;
    DoctorScratch& operator=(const DoctorScratch&) = delete;
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

DoctorInput gather(Session& session, const fs::path& scratch) {
    std::error_code ignored;
    auto project =
        intent::open_project(session.start(), session.globals().dir.has_value(), session.sources());
    const auto root = project ? project->root : fs::absolute(session.start(), ignored);
    DoctorInput in{session, process_env, std::move(project), {}, 0, record::Store(root), scratch};
    if (!in.project) return in;
    const auto workspace = load_workspace(session, {.allow_empty = true});
    if (workspace)
        in.stacks = (*workspace)->stacks.size();
    else
        in.mistakes = workspace.error();
    return in;
}

class DoctorCommand final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "doctor",
            .summary = "Check tools, credentials, the project and the machine",
            .description =
                "Looks at everything that plan and apply depend on and says what to do about what "
                "is not right. It changes nothing and shows no secret.",
            .examples = {{"agentops doctor", "before the first plan, or when something is odd"},
                         {"agentops doctor -q", "only what needs attention"},
                         {"agentops doctor --json", "for a support ticket"}},
            .exit_codes = {"0 nothing fails (there may be warnings)", "1 something fails"},
        };
        return info;
    }

    void options(Options& /*options*/) override {}

    ExitCode run(Session& session) override {
        const DoctorScratch scratch;
        const auto in = gather(session, scratch.path());
        std::vector<Row> rows;
        for (const auto& check : doctor_checks())
            rows.push_back({check.name, check.run(in)});
        if (!session.globals().json)
            session.print(session.redactor().apply(text_of(rows, session)));
        return session.finish(report_of(rows, session));
    }

private:
    static std::string text_of(const std::vector<Row>& rows, const Session& session) {
        const auto options = session.text_options();
        int names = 0;
        for (const auto& row : rows)
            names = std::max(names, static_cast<int>(row.name.size()));
        const int before = kStatusWidth + names + 2;
        std::string text;
        for (const auto& [name, diagnosis] : rows) {
            if (diagnosis.health == Health::ok && session.globals().quiet) continue;
            const auto status = std::string(to_text(diagnosis.health));
            const auto lead =
                report::pad(report::pad(status, kStatusWidth) + std::string(name), before);
            text += report::paint(status, tone_of(diagnosis.health), options.colour) +
                    report::hanging(lead, diagnosis.message, options.width).substr(status.size());
            if (!diagnosis.fix.empty())
                text += report::indented(kStatusWidth, "fix: " + escape_terminal(diagnosis.fix));
        }
        return text + (text.empty() ? "" : "\n");
    }

    static report::Report report_of(const std::vector<Row>& rows, const Session& session) {
        auto report = session.new_report();
        auto& checks = report.extra["checks"] = Json::array();
        std::size_t warnings = 0, failures = 0;
        for (const auto& [name, diagnosis] : rows) {
            warnings += diagnosis.health == Health::warn ? 1 : 0;
            failures += diagnosis.health == Health::fail ? 1 : 0;
            checks.push_back({{"name", name},
                              {"status", to_text(diagnosis.health)},
                              {"message", diagnosis.message},
                              {"fix", diagnosis.fix.empty() ? Json() : Json(diagnosis.fix)}});
        }
        if (failures > 0) report.exit = ExitCode::tool_failed;
        report.verdict = fmt::format("{}: {}, {}", count_of(rows.size(), "check"),
                                     count_of(failures, "failure"), count_of(warnings, "warning"));
        return report;
    }
};

}  // namespace

std::string_view to_text(Health health) {
    switch (health) {
        case Health::ok:
            return "ok";
        case Health::warn:
            return "warn";
        case Health::fail:
            return "fail";
    }
    throw InternalError("a health out of range");
}

bool DoctorInput::has_store() const {
    std::error_code ignored;
    return fs::is_directory(store.dir(), ignored);
}

Diagnosis DoctorInput::failed(const Diagnostics& diagnostics, Health health) {
    const auto& first = diagnostics.front();
    auto message = first.message;
    if (first.position.known()) message = fmt::format("{}: {}", first.position.text(), message);
    return {health, message, first.help};
}

const std::vector<DoctorCheck>& doctor_checks() {
    static const std::vector<DoctorCheck> checks{
#define DOCTOR(function, name) {name, doctor::function},
#include "cmd/doctor_checks.def"
#undef DOCTOR
    };
    return checks;
}

std::unique_ptr<Command> doctor_command() {
    return std::make_unique<DoctorCommand>();
}

}  // namespace agentops::cmd
