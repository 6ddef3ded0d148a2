#pragma once

// A blackboard holds the slots of one subject (a stack or a unit). A unit's board sees its stack's
// board through `parent`. Writing is single-threaded per slot (one writer); the walk orders reads
// after writes, so reads need no lock; lists are guarded.

#include <any>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "graph/slot.h"

namespace agentops::graph {

/// What one agent says of an option.
struct Voice {
    std::string agent;
    std::string says;  ///< "12 ms", "31.20 USD/month"; of what was chosen also how it is known
};
/// Why an agent chose what it chose. `agentops explain SUBJECT` prints these.
struct Option {
    std::string name;
    double score = 0;                ///< higher is better; meaning by agent
    std::string rejected;            ///< why not; empty for the choice
    std::vector<Voice> voices = {};  ///< what the agents say that were asked
};
struct Decision {
    std::string agent;
    std::string subject;  ///< "web.size", "web", "aws_vpc.net"
    std::string choice;
    std::string because;  ///< one sentence
    std::vector<Option> options;
    std::vector<Position> positions;  ///< intent lines that led there
    std::vector<std::string> rules;   ///< rule or table names that led there
};

class Board {
public:
    explicit Board(std::size_t slots, const Board* parent = nullptr);
    ~Board();
    Board(Board&&) noexcept;
    Board& operator=(Board&&) noexcept;

    template <class T>
    void put(Key<T> key, T value) {
        put_any(key.id, std::make_any<T>(std::move(value)));
    }
    /// Null when nothing was written, here or in the parents.
    template <class T>
    const T* get(Key<T> key) const {
        return std::any_cast<T>(get_any(key.id));
    }
    /// `order` is the agent's place in the registry.
    template <class T>
    void add(List<T> list, std::size_t order, T value) {
        add_any(list.id, order, std::make_any<T>(std::move(value)));
    }
    /// In agent order, then in order of writing; the parents' items first. Addresses are stable.
    template <class T>
    std::vector<const T*> all(List<T> list) const {
        std::vector<const T*> found;
        for (const auto* item : all_any(list.id))
            found.push_back(std::any_cast<T>(item));
        return found;
    }
    void decide(std::size_t order, Decision decision);
    /// Of this board alone, in agent order, then in order of deciding.
    std::vector<const Decision*> decisions() const;

private:
    void put_any(SlotId id, std::any value);  ///< a second write throws InternalError
    const std::any* get_any(SlotId id) const;
    void add_any(SlotId id, std::size_t order, std::any value);
    std::vector<const std::any*> all_any(SlotId id) const;

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace agentops::graph
