#pragma once

// Colour for texts whose meaning is already in their words and signs.

#include <string>
#include <string_view>

namespace agentops::report {

enum class Tone { plain, strong, good, caution, danger };

inline std::string paint(std::string_view text, Tone tone, bool colour) {
    const auto code = [tone]() -> std::string_view {
        switch (tone) {
            case Tone::plain:
                return "";
            case Tone::strong:
                return "\x1b[1m";
            case Tone::good:
                return "\x1b[32m";
            case Tone::caution:
                return "\x1b[33m";
            case Tone::danger:
                return "\x1b[1;31m";
        }
        return "";
    }();
    if (!colour || code.empty() || text.empty()) return std::string(text);
    return std::string(code).append(text).append("\x1b[0m");
}

}  // namespace agentops::report
