#include "intent/model.h"

#include <algorithm>

namespace agentops::intent {

const Component* Stack::find(std::string_view name) const {
    const auto found = std::find_if(components.begin(), components.end(),
                                    [&](const Component& c) { return c.name == name; });
    return found == components.end() ? nullptr : &*found;
}

}  // namespace agentops::intent
