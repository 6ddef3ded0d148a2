#pragma once

// Progress on stderr: a live tree on a terminal, plain prefixed lines elsewhere.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graph/walk.h"
#include "report/progress.h"

namespace agentops::report {

struct LiveOptions {
    enum class Style { tree, plain, quiet } style = Style::plain;
    bool colour = false;
    int verbosity = 0;  ///< plain: 0 shows steps that ran, resources that change, and failures; 1
                        ///< also agents, skips and resources that are only read
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Also an Observer, so it is given to the walk. Thread-safe.
class Live : public graph::Observer {
public:
    /// Names what will be walked, so that there is output from the first moment; what an earlier
    /// walk left is dropped. A subject is done when all of its nodes are; without a count, whenever
    /// none of them runs.
    virtual void expect_each(const std::vector<Expected>& subjects) = 0;
    /// The same count for all.
    void expect(const std::vector<std::string>& subjects, std::size_t nodes = 0) {
        std::vector<Expected> all;
        for (const auto& subject : subjects)
            all.push_back({subject, nodes});
        expect_each(all);
    }
    /// One event of a tool's stream; those about resources ("aws_vpc.net", creating) are shown.
    virtual void event(const std::string& subject, const std::string& step, const Json& event) = 0;
    /// A line that stays, above the tree; not shown when quiet.
    virtual void say(const std::string& line) = 0;
    /// After the first Ctrl-C: what is still running and how to stop now.
    virtual void interrupted() = 0;
    /// Removes the tree; the answer follows.
    virtual void finish() = 0;
};

/// Writes to `write` (stderr), whole lines at a time; `columns` is asked at every redraw. The tree
/// is drawn when a step starts or ends, otherwise at most ten times a second, and only when called:
/// it has no thread of its own. All text is escaped here.
std::unique_ptr<Live> make_live(LiveOptions options, std::function<void(const std::string&)> write,
                                std::function<int()> columns);

}  // namespace agentops::report
