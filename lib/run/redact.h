#pragma once

// Known secret bytes never leave: every text that is logged, shown or reported passes here.

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace agentops::run {

class Redactor {
public:
    /// Secrets of 4 bytes and more are masked, as they are and JSON-escaped; so is each long line
    /// of one, because tools quote single lines. Thread-safe.
    void add(const std::string& secret);
    /// True when nothing was added: texts need not be read at all.
    bool empty() const;
    /// Every occurrence becomes "(secret)".
    std::string apply(std::string_view text) const;
    // Without these two, text would convert to a view and to a Json alike.
    std::string apply(const std::string& text) const { return apply(std::string_view(text)); }
    std::string apply(const char* text) const { return apply(std::string_view(text)); }
    /// The same in all strings and keys.
    Json apply(const Json& value) const;

private:
    std::vector<std::string> needles() const;
    void add_forms(const std::string& text);

    mutable std::mutex mutex_;
    std::vector<std::string> needles_;
};

}  // namespace agentops::run
