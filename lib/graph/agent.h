#pragma once

// An agent is a pure function from slots to slots: no disk, clock, network or process. It declares
// what it reads and writes; an undeclared access is an internal error, in release builds too.

#include <string_view>
#include <vector>

#include "graph/board.h"

namespace agentops::graph {

/// Agents judge stacks (all of one), or units (one executed thing in a stack) of one tool. The
/// units of all tools walk together; each runs the agents of its own tool.
enum class Scope { stack, terraform, ansible };

struct AgentInfo {
    std::string_view name;
    std::string_view summary;
    Scope scope = Scope::stack;
    std::vector<SlotId> reads;
    std::vector<SlotId> writes;
    /// Slots read from the boards of the subjects this one comes after.
    std::vector<SlotId> upstream = {};
    /// What it may do to a decision beside informing it: "advises", "vetoes", "decides", "blocks".
    std::string_view authority = {};
};

/// What an agent sees while it runs.
class AgentContext {
public:
    AgentContext(const AgentInfo& info, std::size_t order, std::string subject, Board& board,
                 std::vector<std::pair<std::string, const Board*>> upstream);

    const std::string& subject() const { return subject_; }  ///< "shop@dev" or "shop@dev/main"

    /// A declared input; throws InternalError when undeclared or absent.
    template <class T>
    const T& get(Key<T> key) const {
        check_read(key.id);
        const T* value = board_.get(key);
        if (value == nullptr) absent(key.id);
        return *value;
    }
    template <class T>
    std::vector<const T*> all(List<T> list) const {
        check_read(list.id);
        return board_.all(list);
    }
    template <class T>
    void put(Key<T> key, T value) {
        check_write(key.id);
        board_.put(key, std::move(value));
    }
    template <class T>
    void add(List<T> list, T value) {
        check_write(list.id);
        board_.add(list, order_, std::move(value));
    }
    /// The slot on the boards of the subjects before this one: (subject, value or null).
    template <class T>
    std::vector<std::pair<std::string, const T*>> upstream(Key<T> key) const {
        check_upstream(key.id);
        std::vector<std::pair<std::string, const T*>> found;
        for (const auto& [name, board] : upstream_)
            found.emplace_back(name, board->get(key));
        return found;
    }
    /// Records why; `agent` is filled in.
    void decide(Decision decision);

private:
    void check_read(SlotId id) const;
    void check_write(SlotId id) const;
    void check_upstream(SlotId id) const;
    [[noreturn]] void absent(SlotId id) const;

    const AgentInfo& info_;
    std::size_t order_;
    std::string subject_;
    Board& board_;
    std::vector<std::pair<std::string, const Board*>> upstream_;
};

class Agent {
public:
    virtual ~Agent() = default;
    virtual const AgentInfo& info() const = 0;
    /// Diagnostics with errors fail the node; its dependants are skipped.
    virtual Diagnostics run(AgentContext& context) = 0;
};

}  // namespace agentops::graph
