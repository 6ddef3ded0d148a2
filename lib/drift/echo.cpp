#include "drift/echo.h"

#include <algorithm>

#include "base/json_access.h"

namespace agentops::drift {

namespace {

struct Row {
    std::string_view parent, argument, child;
    bool alone;  ///< the child manages all of it
};

constexpr Row kRows[] = {
#define MIRROR(parent, argument, child) {#parent, #argument, #child, true},
#define SHARE(parent, argument, child) {#parent, #argument, #child, false},
#include "drift/echo.def"
#undef SHARE
#undef MIRROR
};

bool belongs(const Observed& child, const Observed& parent) {
    if (!child.actual.is_object()) return false;
    for (const auto* key : {"id", "bucket", "name", "arn", "url"}) {
        const auto name = text_of(parent.actual, key);
        if (name.empty()) continue;
        const auto is_it = [&](const Json& value) { return text_of(value) == name; };
        if (std::any_of(child.actual.begin(), child.actual.end(), is_it)) return true;
    }
    return false;
}

/// An entry counts once for each source that it lets in: a rule resource has one.
std::size_t entries(const Json& value) {
    if (!value.is_array()) return value.is_null() ? 0 : 1;
    std::size_t count = 0;
    for (const auto& entry : value) {
        std::size_t sources = is_true(member(entry, "self")) ? 1 : 0;
        for (const auto* key :
             {"cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"})
            sources += member(entry, key).is_array() ? member(entry, key).size() : 0;
        count += std::max<std::size_t>(sources, 1);
    }
    return count;
}

}  // namespace

bool is_echo(const Observation& observation, const Observed& parent, std::string_view argument) {
    bool mirrored = false;
    std::size_t shares = 0;
    for (const auto& row : kRows) {
        if (row.parent != parent.type || row.argument != argument) continue;
        for (const auto& child : observation.objects) {
            if (child.type != row.child || !belongs(child, parent)) continue;
            mirrored = mirrored || row.alone;
            shares += child.reading == Observed::Reading::gone ? 0 : 1;
        }
    }
    return mirrored || (shares > 0 && entries(member(parent.actual, argument)) <= shares);
}

}  // namespace agentops::drift
