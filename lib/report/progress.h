#pragma once

// How far a walk has come, by subject: what all styles of progress show. Not thread-safe; its owner
// locks.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "graph/walk.h"

namespace agentops::report {

using Instant = std::chrono::steady_clock::time_point;

/// "0.3 s", "12 s", "2 min 5 s", "1 h 2 min".
std::string duration_text(std::chrono::microseconds duration);

/// One event about a resource, in words.
struct ResourceEvent {
    enum class Phase { started, going_on, completed, failed } phase = Phase::started;
    std::string address;
    std::string words;   ///< "creating", "still creating, 20 s", "created 2 s"
    bool reads = false;  ///< it only looks (refresh, data)
};
/// Nothing when the event is of another type.
std::optional<ResourceEvent> read_resource_event(const Json& event);

/// The first error of a report as one line: "error[code]: message".
std::string failure_text(const graph::NodeReport& report);

enum class RowState { waiting, running, ok, failed, skipped };

struct Row {
    struct Running {
        std::string node;
        bool is_step = false;
        Instant since;
        bool announced = false;  ///< a line said that it has started
    };
    struct Resource {
        std::string address, words;
    };
    std::string subject;
    std::vector<Running> running;
    std::vector<Resource> resources;    ///< in the works now
    std::size_t finished = 0;           ///< nodes
    std::size_t expected = 0;           ///< nodes in all
    std::size_t changed = 0, read = 0;  ///< resources done
    std::string failure;                ///< the first: "plan: error[...]: ..."
    std::string skipped;                ///< why the first node that could not run was skipped
};

/// A subject that is to come and how many nodes it has.
struct Expected {
    std::string subject;
    std::size_t nodes = 0;
};

class Progress {
public:
    void expect(const std::vector<Expected>& subjects);
    void start(const std::string& subject, const graph::Node& node, Instant now);
    void finish(const graph::NodeReport& report);
    void event(const std::string& subject, const ResourceEvent& event);

    /// The row of a subject; made when there is none.
    Row& row(const std::string& subject);
    const std::vector<Row>& rows() const { return rows_; }
    RowState state(const Row& row) const;
    /// What the first Ctrl-C prints.
    std::string interrupt_text() const;

private:
    std::vector<Row> rows_;
    std::map<std::string, std::size_t> index_;
};

}  // namespace agentops::report
