#include "graph/board.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace agentops::graph {

struct Board::State {
    State(std::size_t slots, const Board* above) : keys(slots), parent(above) {}

    std::any& key(SlotId id) {
        if (id >= keys.size()) throw InternalError(fmt::format("no slot {} on this board", id));
        return keys[id];
    }

    std::vector<std::any> keys;
    const Board* parent;
    /// Guards the two below. Maps keep equal keys in order of insertion, and addresses stable.
    std::mutex mutex;
    std::multimap<std::pair<SlotId, std::size_t>, std::any> items;
    std::multimap<std::size_t, Decision> decisions;
};

Board::Board(std::size_t slots, const Board* parent)
    : state_(std::make_unique<State>(slots, parent)) {}
Board::~Board() = default;
Board::Board(Board&&) noexcept = default;
Board& Board::operator=(Board&&) noexcept = default;

void Board::put_any(SlotId id, std::any value) {
    std::any& slot = state_->key(id);
    if (slot.has_value()) throw InternalError(fmt::format("slot {} is written twice", id));
    slot = std::move(value);
}

const std::any* Board::get_any(SlotId id) const {
    const std::any& slot = state_->key(id);
    if (slot.has_value()) return &slot;
    return state_->parent != nullptr ? state_->parent->get_any(id) : nullptr;
}

void Board::add_any(SlotId id, std::size_t order, std::any value) {
    const std::lock_guard lock(state_->mutex);
    state_->items.emplace(std::pair(id, order), std::move(value));
}

std::vector<const std::any*> Board::all_any(SlotId id) const {
    std::vector<const std::any*> found;
    if (state_->parent != nullptr) found = state_->parent->all_any(id);
    const std::lock_guard lock(state_->mutex);
    auto item = state_->items.lower_bound({id, 0});
    for (; item != state_->items.end() && item->first.first == id; ++item)
        found.push_back(&item->second);
    return found;
}

void Board::decide(std::size_t order, Decision decision) {
    const std::lock_guard lock(state_->mutex);
    state_->decisions.emplace(order, std::move(decision));
}

std::vector<const Decision*> Board::decisions() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<const Decision*> found;
    for (const auto& [order, decision] : state_->decisions)
        found.push_back(&decision);
    return found;
}

}  // namespace agentops::graph
