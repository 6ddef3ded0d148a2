#include "catalog/cycles.h"

#include <algorithm>

namespace agentops::catalog {

namespace {

/// A depth-first walk with its own stack, since chains may be as long as an intent allows.
class Walk {
public:
    explicit Walk(const Edges& edges) : edges_(edges), state_(edges.size(), State::fresh) {}

    std::vector<std::vector<std::size_t>> take() {
        for (std::size_t node = 0; node < edges_.size(); ++node) {
            if (state_[node] == State::fresh) from(node);
        }
        return std::move(cycles_);
    }

private:
    enum class State { fresh, open, done };
    struct Frame {
        std::size_t node;
        std::size_t next;  ///< the edge to follow next
    };

    void from(std::size_t start) {
        enter(start);
        while (!path_.empty()) {
            auto& top = path_.back();
            if (top.next == edges_[top.node].size()) {
                state_[top.node] = State::done;
                path_.pop_back();
            } else {
                follow(edges_[top.node][top.next++]);
            }
        }
    }
    void enter(std::size_t node) {
        state_[node] = State::open;
        path_.push_back({node, 0});
    }
    void follow(std::size_t node) {
        if (state_[node] == State::fresh)
            enter(node);
        else if (state_[node] == State::open)
            close(node);
    }
    void close(std::size_t node) {
        const auto start = std::find_if(path_.begin(), path_.end(),
                                        [&](const Frame& frame) { return frame.node == node; });
        auto& cycle = cycles_.emplace_back();
        for (auto frame = start; frame != path_.end(); ++frame)
            cycle.push_back(frame->node);
    }

    const Edges& edges_;
    std::vector<State> state_;
    std::vector<Frame> path_;
    std::vector<std::vector<std::size_t>> cycles_;
};

}  // namespace

std::vector<std::vector<std::size_t>> find_cycles(const Edges& edges) {
    return Walk(edges).take();
}

}  // namespace agentops::catalog
