#pragma once

// Progress on stderr: a live tree on a terminal, plain prefixed lines elsewhere.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graph/walk.h"

namespace agentops::report {

struct LiveOptions {
    enum class Style { tree, plain, quiet } style = Style::plain;
    bool colour = false;
    int verbosity = 0;  ///< plain: 0 shows steps that ran and failures; 1 also agents and skips
};

/// Also an Observer, so it is given to the walk. Thread-safe.
class Live : public graph::Observer {
public:
    /// Names what will be walked, so that the tree has its rows from the first moment.
    virtual void expect(const std::vector<std::string>& subjects) = 0;
    /// One resource of a tool's event stream: "aws_vpc.net", "creating".
    virtual void event(const std::string& subject, const std::string& step, const Json& event) = 0;
    /// A line that stays, above the tree.
    virtual void say(const std::string& line) = 0;
    /// After the first Ctrl-C: what is still running and how to stop now.
    virtual void interrupted() = 0;
    /// Removes the tree; the answer follows.
    virtual void finish() = 0;
};

/// Writes to `write` (stderr); `columns` is asked at every redraw.
std::unique_ptr<Live> make_live(LiveOptions options, std::function<void(const std::string&)> write,
                                std::function<int()> columns);

}  // namespace agentops::report
