#pragma once

// What a real ansible-playbook told our callback, from tests/golden/ansible-events.

#include <cstdlib>

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

namespace agentops {

inline std::vector<Json> recorded(const std::string& name) {
    const auto path =
        fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/ansible-events" / name;
    std::vector<Json> events;
    for (const auto& line : split(read_file(path).value(), '\n')) {
        if (!line.empty()) events.push_back(Json::parse(line));
    }
    return events;
}

}  // namespace agentops
