#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/explain.h"

namespace agentops::cmd {

namespace {

Diagnostic unknown_subject(const std::string& subject, const std::vector<std::string>& words) {
    const auto near = did_you_mean(subject, words);
    return error("cli.unknown-subject", fmt::format("nothing is known of '{}'", subject), {},
                 near ? fmt::format("did you mean '{}'?", *near)
                      : "name a component (web), a knob (web.size), a resource (aws_vpc.net), a "
                        "kind, a rule or a code");
}

class Explain final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "explain",
            .summary = "Say why: a component, a knob, a resource, a kind, a rule, a code",
            .description =
                "For a component, a knob or a resource: which line of the intent won, which agent "
                "decided what and why, and what came of it. For a kind: what it can say. For a "
                "rule or a diagnostic's code: what it means and what to do. Runs no tool.",
            .examples = {{"agentops explain web", "a component: lines, decisions, resources"},
                         {"agentops explain web.size --why-not t3.large", "an option not taken"},
                         {"agentops explain aws_vpc.net --stack shop@prod", "a resource's origin"},
                         {"agentops explain intent.unknown-key", "the code of an error"}},
            .exit_codes = {"0 explained", "3 nothing is known of it"},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("SUBJECT", subject_, "Component, component.knob, resource, kind or code");
        options.text("--why-not", option_, "OPTION", "Why this option was not taken");
        options.text("--stack", stack_, "STACK", "Only in these stacks: intent, intent@env, glob");
    }

    ExitCode run(Session& session) override {
        if (!subject_)
            return session.fail_with(
                {error("cli.usage", "explain what?", {}, "for example: agentops explain server")});
        auto explanation = explain_word(*subject_);
        if (explanation.code != nullptr) return answer(session, explanation, {});
        const auto workspace = load_workspace(session);
        if (!workspace) return without_project(session, explanation, workspace.error());
        auto selection = select_stacks(session, **workspace, patterns());
        if (!selection) return session.fail_with(selection.error());
        const auto walk = walk_static(session, **workspace, std::move(*selection));
        explain_in(walk, explanation);
        if (explanation.empty()) {
            auto why = walk.diagnostics;
            why.push_back(unknown_subject(*subject_, explainable(&walk)));
            return session.fail_with(std::move(why));
        }
        return answer(session, explanation, unsound(walk, explanation));
    }

private:
    std::vector<std::string> patterns() const {
        return stack_ ? std::vector<std::string>{*stack_} : std::vector<std::string>{};
    }

    /// Words that need no project are explained all the same.
    ExitCode without_project(Session& session, const Explanation& explanation,
                             const Diagnostics& why) const {
        if (!explanation.empty()) return answer(session, explanation, {});
        const auto words = explainable(nullptr);
        if (did_you_mean(*subject_, words))
            return session.fail_with({unknown_subject(*subject_, words)});
        return session.fail_with(why);
    }

    /// What keeps the explanation from being whole.
    static Diagnostics unsound(const StaticWalk& walk, const Explanation& explanation) {
        const bool whole =
            std::all_of(explanation.stacks.begin(), explanation.stacks.end(),
                        [&](const auto& in) { return walk.result.ok(in.stack->id); });
        return whole ? Diagnostics{} : walk.diagnostics;
    }

    ExitCode answer(Session& session, const Explanation& explanation,
                    Diagnostics diagnostics) const {
        auto report = session.new_report();
        report.diagnostics = std::move(diagnostics);
        report.extra["explain"] = to_json(explanation);
        auto text = to_text(explanation, session.text_options());
        if (option_) {
            const auto rejections = why_not(explanation, *option_);
            if (rejections.empty()) return session.fail_with({not_considered(explanation)});
            auto& records = report.extra["explain"]["why_not"] = Json::array();
            text.clear();
            for (const auto& rejection : rejections) {
                records.push_back(to_json(rejection));
                text += to_text(rejection, session.text_options());
            }
        }
        if (!session.globals().json) session.print(session.redactor().apply(text));
        return session.finish(std::move(report));
    }

    Diagnostic not_considered(const Explanation& explanation) const {
        const auto known = options_of(explanation);
        const auto near = did_you_mean(*option_, known);
        return error("cli.unknown-option",
                     fmt::format("nobody considered '{}' for {}", *option_, *subject_), {},
                     near            ? fmt::format("did you mean '{}'?", *near)
                     : known.empty() ? "name a knob, such as web.size"
                                     : fmt::format("considered were: {}", join(known, ", ")));
    }

    std::optional<std::string> subject_, option_, stack_;
};

}  // namespace

std::unique_ptr<Command> explain_command() {
    return std::make_unique<Explain>();
}

}  // namespace agentops::cmd
