#pragma once

// Known secret bytes never leave: every text that is logged, shown or reported passes here.

#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace agentops::run {

class Redactor {
public:
    /// Secrets of 4 bytes and more are masked, as they are and JSON-escaped. Thread-safe.
    void add(const std::string& secret);
    /// Every occurrence becomes "(secret)".
    std::string apply(std::string_view text) const;
    /// The same in all strings and keys.
    Json apply(const Json& value) const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> needles_;
};

}  // namespace agentops::run
