#include "terraform/value.h"

#include <algorithm>
#include <utility>

#include "base/result.h"

namespace agentops::tf {

namespace {

auto position(const Map& map, std::string_view key) {
    return std::find_if(map.begin(), map.end(), [&](const auto& m) { return m.first == key; });
}

}  // namespace

Expr Expr::operator[](std::string_view attribute) const {
    return {text + "." + std::string(attribute)};
}

const Value* Value::find(std::string_view key) const {
    const auto* map = std::get_if<Map>(&data_);
    if (map == nullptr) return nullptr;
    const auto found = position(*map, key);
    return found == map->end() ? nullptr : &found->second;
}

void Value::set(std::string_view key, Value value) {
    if (is_null()) data_ = Map{};
    auto* map = std::get_if<Map>(&data_);
    if (map == nullptr) throw InternalError("a member is set in a value that is no map");
    const auto found = position(*map, key);
    if (found == map->end()) {
        map->emplace_back(std::string(key), std::move(value));
    } else {
        (*map)[static_cast<std::size_t>(found - map->begin())].second = std::move(value);
    }
}

const std::string* Value::text() const {
    return std::get_if<std::string>(&data_);
}

}  // namespace agentops::tf
