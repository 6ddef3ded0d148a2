#pragma once

// The project's own agents: programs that agentops.yaml names under `agents`. They run only once
// somebody trusts them as they are, and never inside a git hook.

#include <functional>
#include <memory>

#include "agents/counsel.h"
#include "cmd/session.h"
#include "record/store.h"
#include "run/runner.h"

namespace agentops::cmd {

/// When an agent is asked: before anything is priced, once the candidates are laid out, or once the
/// resources are built. What it reads decides.
enum class Stage { prices, components, resources };
Stage stage_of(const intent::OutsideAgent& agent);

class Council {
public:
    /// `ask`: else nobody of them is, as in a git hook.
    Council(Session& session, const intent::Project& project, bool ask = true);

    /// Somebody may be asked at that stage.
    bool sits(Stage stage) const;
    /// Somebody who may be asked wants to see that slot.
    bool reads(std::string_view slot) const;
    /// Why nobody is asked, and names that agents must not have. Codes: agent.untrusted,
    /// agent.name.
    const Diagnostics& remarks() const { return remarks_; }

    /// Asks the agents of a stage about a stack ("" for the project). An agent that fails, is late
    /// or says what it may not is a warning and has no voice; an error when it is required. Asks
    /// once for the same question. Thread-safe. Codes: agent.failed, agent.late, agent.garbage,
    /// agent.outside, agent.contradiction.
    Counsel ask(Stage stage, const std::string& stack, const Json& slots, Diagnostics& diagnostics);

private:
    Result<Reply> answer(const std::string& name, const intent::OutsideAgent& agent,
                         const std::string& stack, const Json& slots);
    Result<std::string> run(const std::string& name, const intent::OutsideAgent& agent,
                            const std::string& stack, const std::string& input);
    void admit(bool ask);
    bool any(const std::function<bool(const intent::OutsideAgent&)>& wanted) const;

    Session& session_;
    const intent::Project& project_;
    record::Store store_;
    bool admitted_ = false;
    Diagnostics remarks_;
    std::unique_ptr<run::Runner> runner_;
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, Result<Reply>> answers_;  ///< by agent, question
};

/// True when these agents, their settings and the files of the project that they name, are as they
/// were when somebody trusted them.
bool are_trusted(const intent::Project& project);
/// Remembers them as they are, in the user's own configuration. Code: file.unwritable.
Status trust_agents(const intent::Project& project);

}  // namespace agentops::cmd
