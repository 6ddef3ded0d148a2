#pragma once

// Commands ask for slots; the graph is derived. The order (order.h) walks back from the goals
// through who writes what; the walk runs everything that is ready, over all subjects, on one pool.

#include <chrono>
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

/// A node of the derived graph, for one scope: an agent or a step.
struct Node {
    std::string name;            ///< agent or step name
    std::string_view summary;
    bool is_step = false;
    std::size_t index = 0;       ///< into Registry::agents or ::steps
    std::vector<SlotId> reads, writes, upstream;
    std::vector<std::size_t> after;           ///< nodes of the same subject
    std::vector<std::size_t> after_upstream;  ///< nodes of each subject before this one
};

/// The nodes needed for `goals` in one scope, in a fixed topological order. `given` slots are put by
/// the caller (or stand on the parent board). Codes: graph.two-writers, graph.cycle,
/// graph.no-writer.
Result<std::vector<Node>> derive(const Registry& registry, Scope scope,
                                 const std::vector<SlotId>& goals,
                                 const std::vector<SlotId>& given);

/// Something the walk works on: a stack or a unit with its board.
struct Subject {
    std::string id;
    Board* board = nullptr;
    std::vector<std::size_t> after;  ///< indices of subjects before this one
};

enum class NodeStatus { ok, failed, skipped };

struct NodeReport {
    std::string subject;
    std::string node;
    NodeStatus status = NodeStatus::ok;
    std::string reason;  ///< skipped: "upstream failed: shop@dev/main plan"; a step's skip text
    Diagnostics diagnostics;
    std::chrono::microseconds took{0};
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
    run::Interrupt* interrupt = nullptr;  ///< when requested, no new node starts: skipped "interrupted"
};

struct WalkResult {
    std::vector<NodeReport> reports;  ///< in order of subject, then node: never of timing
    bool ok(const std::string& subject) const;  ///< every node of the subject was ok
    /// Reports that failed first (not those skipped for them), in order.
    std::vector<const NodeReport*> failures() const;
};

/// Runs `nodes` for every subject. A failed node fails its dependants in the same subject and, through
/// after_upstream, in later subjects: they are skipped and only the first cause is an error.
/// A cycle among subjects throws InternalError; callers report it before.
WalkResult walk(const Registry& registry, const std::vector<Node>& nodes,
                std::span<Subject> subjects, run::Runner& runner, const WalkOptions& options);

/// The derived graph as text (a table: node, reads, writes), Graphviz dot, or Mermaid.
std::string to_text(const Registry& registry, const std::vector<Node>& nodes);
std::string to_dot(const Registry& registry, const std::vector<Node>& nodes);
std::string to_mermaid(const Registry& registry, const std::vector<Node>& nodes);

}  // namespace agentops::graph
