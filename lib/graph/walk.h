#pragma once

// Commands ask for slots; the graph is derived. derive() walks back from the goals through who
// writes what; walk() runs everything that is ready, over all subjects, on one pool.

#include <chrono>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "graph/agent.h"
#include "run/runner.h"

namespace agentops::graph {

/// A step slot: an agent writes `request` (Key<run::Step>), the runner answers in `result`
/// (Key<run::StepResult>) once the results named in `after` are there and ok.
struct StepSlot {
    std::string_view name;
    Key<run::Step> request;
    Key<run::StepResult> result;
    std::vector<SlotId> after = {};
};

/// All agents and slots of the program, in the order of their tables (agents/registry.h).
struct Registry {
    std::vector<SlotInfo> slots;
    std::vector<Agent*> agents;
    std::vector<StepSlot> steps;
};

/// The slot's row in the table; throws InternalError when there is none.
const SlotInfo& slot_info(const Registry& registry, SlotId id);

/// A node of the derived graph, for one scope: an agent or a step.
struct Node {
    std::string name;  ///< agent or step name
    std::string_view summary;
    bool is_step = false;
    std::size_t index = 0;  ///< into Registry::agents or ::steps
    std::vector<SlotId> reads, writes, upstream;
    std::vector<std::size_t> after;           ///< nodes of the same subject
    std::vector<std::size_t> after_upstream;  ///< the same nodes of each subject before this one
};

/// The nodes needed for `goals` in one scope, in a fixed topological order: registry order among
/// those that are ready, agents before steps. `given` slots are put by the caller (or stand on the
/// parent board) and are complete: nothing is run to write them. Only agents of `scope` are
/// considered, and all steps. Codes: graph.two-writers, graph.cycle, graph.no-writer.
Result<std::vector<Node>> derive(const Registry& registry, Scope scope,
                                 const std::vector<SlotId>& goals,
                                 const std::vector<SlotId>& given);

/// Something the walk works on: a stack or a unit with its board.
struct Subject {
    std::string id;
    Board* board = nullptr;
    std::vector<std::size_t> after;  ///< indices of subjects before this one
    /// Its own nodes, when they are not those of the walk; must outlive it.
    const std::vector<Node>* nodes = nullptr;
};

enum class NodeStatus { ok, failed, skipped };

struct NodeReport {
    std::string subject;
    std::string node;
    NodeStatus status = NodeStatus::ok;
    /// Skipped: "upstream failed: shop@dev/main plan" or "interrupted". Ok: a step's skip text.
    std::string reason;
    Diagnostics diagnostics;
    std::chrono::microseconds took{0};
    bool judged_bad = false;  ///< a judged step that was not ok: an agent says what that means
};

/// Told as the walk goes; calls are serialised.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void started(const std::string& subject, const Node& node) = 0;
    virtual void finished(const NodeReport& report, const Node& node) = 0;
};

struct WalkOptions {
    int jobs = 1;
    Observer* observer = nullptr;
    run::Interrupt* interrupt = nullptr;  ///< once requested, no new node starts
};

struct WalkResult {
    std::vector<NodeReport> reports;            ///< in order of subject, then node: never of timing
    std::set<std::string> not_ok;               ///< subjects with a node that failed or was skipped
    bool ok(const std::string& subject) const;  ///< every node of the subject was ok
    /// Reports that failed first (not those skipped for them), in order.
    std::vector<const NodeReport*> failures() const;
};

/// Runs `nodes` for every subject. A failed node fails its dependants in the same subject and,
/// through `upstream`, in later subjects: they are skipped and only the first cause is an
/// error. A step that is not ok fails its node unless it is judged; then agents may read the
/// result, but steps that come after it are skipped, and its diagnostics are left to the judge. A
/// cycle among subjects throws InternalError when nodes wait across it; callers report it before.
WalkResult walk(const Registry& registry, const std::vector<Node>& nodes,
                std::span<Subject> subjects, run::Runner& runner, const WalkOptions& options);

/// The derived graph as text (a table: node, reads -> writes), Graphviz dot, or Mermaid. Steps are
/// marked; edges carry the slots that flow along them, dashed when they come from upstream
/// subjects.
std::string to_text(const Registry& registry, const std::vector<Node>& nodes);
std::string to_dot(const Registry& registry, const std::vector<Node>& nodes);
std::string to_mermaid(const Registry& registry, const std::vector<Node>& nodes);

}  // namespace agentops::graph
