#pragma once

// A stack built in memory from a changed text of its intent: what would be generated, and nothing
// else.

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "cmd/workspace.h"

namespace agentops::cmd {

/// Arguments of everything that a stack's main root has: address -> body as in .tf.json.
using Bodies = std::map<std::string, Json>;

class Trial {
public:
    Trial(Session& session, const Workspace& workspace, const intent::Stack& stack)
        : session_(session), workspace_(workspace), stack_(stack) {}

    /// Nothing when the text has a mistake, or other stacks of the file come out differently.
    std::optional<Bodies> build(const std::string& text);
    /// The text that was built last is what the next ones start from.
    void keep() { kept_ = std::move(built_); }
    /// The stack's component as the kept text has it, overlays merged; null when it is gone.
    const intent::Component* component(const std::string& name) const;

private:
    std::vector<intent::Stack> load(const std::string& text, bool& sound);

    Session& session_;
    const Workspace& workspace_;
    const intent::Stack& stack_;
    std::deque<Source> sources_;  ///< positions of stacks borrow them
    std::unique_ptr<Workspace> built_, kept_;
    std::optional<std::map<std::string, Bodies>> others_;  ///< of the file, as they were at first
};

}  // namespace agentops::cmd
