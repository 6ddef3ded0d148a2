#pragma once

// Everything that `agentops explain` can say of a word: a code, a kind, a rule, and what stands
// behind a component, a knob or a resource of the project's stacks.

#include <string>
#include <vector>

#include "base/codes.h"
#include "catalog/finding.h"
#include "cmd/workspace.h"

namespace agentops::cmd {

/// A resource or module with what stands behind it.
struct MadeResource {
    std::string address;
    const Origin* origin = nullptr;
};

/// A key of a component and the line that won, overlays included.
struct WonLine {
    std::string key;
    const yaml::Node* value = nullptr;
};

/// What is known of the word in one stack; borrows from the walk.
struct InStack {
    const intent::Stack* stack = nullptr;
    const intent::Component* component = nullptr;  ///< it, or the one it belongs to
    std::vector<WonLine> lines;
    std::vector<MadeResource> resources;  ///< that it is, or that came of it
    std::vector<const graph::Decision*> decisions;
    bool narrow = false;  ///< asked for a part of the component only: a knob, a key or a resource
};

struct Explanation {
    std::string subject;
    const CodeInfo* code = nullptr;
    const catalog::Kind* kind = nullptr;
    const catalog::Rule* rule = nullptr;
    std::vector<InStack> stacks;
    bool empty() const {
        return code == nullptr && kind == nullptr && rule == nullptr && stacks.empty();
    }
};

/// What can be said without a project.
Explanation explain_word(const std::string& subject);
/// Adds what the stacks of a walk know of the subject.
void explain_in(const StaticWalk& walk, Explanation& explanation);
/// All words that something can be said of, for suggestions. `walk` may be null.
std::vector<std::string> explainable(const StaticWalk* walk);

/// Why an option was not taken.
struct Rejection {
    std::string stack, subject, option, reason;
    Position position;  ///< the line that decided, if one did
};
/// One for each decision of the explanation that had the option or was pinned to another; none when
/// nobody considered it.
std::vector<Rejection> why_not(const Explanation& explanation, const std::string& option);
/// The options that were considered.
std::vector<std::string> options_of(const Explanation& explanation);

Json to_json(const graph::Decision& decision);
Json to_json(const Explanation& explanation);
Json to_json(const Rejection& rejection);
/// For people, as wide as the terminal. `verbosity` 1 shows the options of every decision.
std::string to_text(const Explanation& explanation, const report::TextOptions& options);
std::string to_text(const Rejection& rejection, const report::TextOptions& options);

}  // namespace agentops::cmd
