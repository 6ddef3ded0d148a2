#pragma once

// What the fuzzers share: the input as text, and promises that end the program when broken.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace agentops::fuzz {

inline void promise(bool kept, std::string_view what) {
    if (kept) return;
    std::cerr << "broken promise: " << what << "\n";
    std::abort();
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Diagnostics can be shown, whatever they quote, and nothing in them reaches a terminal raw.
inline void check_shown(const Diagnostics& diagnostics) {
    const auto shown = render(diagnostics);
    const bool inert = std::all_of(shown.begin(), shown.end(), [](unsigned char c) {
        return c == '\n' || (c >= 0x20 && c != 0x7f);
    });
    promise(inert, "no control character in a diagnostic");
    for (const auto& diagnostic : diagnostics) {
        promise(diagnostic.code.find('.') != std::string::npos, "a code of area.slug");
        promise(!diagnostic.message.empty(), "a message");
    }
}

}  // namespace agentops::fuzz
