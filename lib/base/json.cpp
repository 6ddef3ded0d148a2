#include "base/json.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace agentops {

namespace {

// Reading is iterative, but copying and writing a value are recursive.
constexpr int kMaxDepth = 512;

/// Offset of the first bracket nested too deeply, or npos.
std::size_t too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') in_string = !in_string;
        if (in_string && c == '\\') ++i;
        if (in_string) continue;
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        if (depth > kMaxDepth) return i;
    }
    return std::string_view::npos;
}

/// The library's reason without its prefix, nor the text it read: that may be a secret.
std::string_view reason(std::string_view what) {
    const auto start = what.find("syntax error");
    if (start == std::string_view::npos) return what.substr(what.find(']') + 2);
    const auto reason = what.substr(start);
    return reason.substr(0, reason.find("; last read"));
}

tl::unexpected<Diagnostics> not_json(std::string_view what, std::string_view why,
                                     std::string_view code) {
    return fail(error(std::string(code), fmt::format("{} is not valid JSON: {}", what, why)));
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view what, std::string_view code) {
    if (const auto at = too_deep(text); at != std::string_view::npos) {
        return not_json(what, fmt::format("nested deeper than {} (byte {})", kMaxDepth, at + 1),
                        code);
    }
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& e) {
        return not_json(what, fmt::format("{} (byte {})", reason(e.what()), e.byte), code);
    } catch (const Json::exception& e) {
        return not_json(what, "a number is out of range", code);
    }
}

std::string dump_json(const Json& value, int indent) {
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json to_json(const Diagnostic& diagnostic) {
    return {{"severity", to_text(diagnostic.level)},
            {"code", diagnostic.code},
            {"message", diagnostic.message},
            {"help", diagnostic.help},
            {"position", to_json(diagnostic.position)}};
}

Json to_json(const Position& position) {
    if (!position.known()) return nullptr;
    const bool has_line = position.line > 0;
    return {{"file", position.source->path},
            {"line", has_line ? Json(position.line) : Json()},
            {"column", has_line ? Json(position.column) : Json()}};
}

}  // namespace agentops
