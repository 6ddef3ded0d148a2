#include "base/source.h"

#include <fmt/core.h>

namespace agentops {

std::string Position::text() const {
    if (source == nullptr) return "";
    if (line <= 0) return source->path;
    return fmt::format("{}:{}:{}", source->path, line, column);
}

std::string_view Position::source_line() const {
    if (source == nullptr || line <= 0) return {};
    std::string_view rest = source->text;
    for (int i = 1; i < line; ++i) {
        auto end = rest.find('\n');
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    auto found = rest.substr(0, rest.find('\n'));
    if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
    return found;
}

const Source& Sources::add(std::string path, std::string text) {
    std::lock_guard lock(mutex_);
    return sources_.emplace_back(Source{std::move(path), std::move(text)});
}

}  // namespace agentops
