#include <fmt/core.h>

#include "cmd/command.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

class Version final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "version",
            .summary = "Print the version",
            .description = "The version of agentops. What tools it found: agentops doctor.",
            .examples = {{"agentops version", "for people"},
                         {"agentops version --json", "for scripts"}},
        };
        return info;
    }

    void options(Options& /*options*/) override {}

    ExitCode run(Session& session) override {
        auto report = session.new_report();
        report.verdict = fmt::format("agentops {}", AGENTOPS_VERSION);
        report.extra["version"] = AGENTOPS_VERSION;
        return session.finish(std::move(report));
    }
};

}  // namespace

std::unique_ptr<Command> version_command() {
    return std::make_unique<Version>();
}

}  // namespace agentops::cmd
