#include "report/lines.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::report {

namespace {

using Lines = std::vector<std::string>;

/// The lines of a JSON text; none of an absent one; nothing when it is something else.
std::optional<Lines> lines_of(const std::optional<std::string>& value) {
    if (!value) return Lines{};
    const auto json = Json::parse(*value, nullptr, false);
    if (!json.is_string()) return std::nullopt;
    auto lines = split(json.get<std::string>(), '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

void drop_shared_ends(Lines& before, Lines& after) {
    const auto same = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
    before.erase(before.begin(), same.first);
    after.erase(after.begin(), same.second);
    while (!before.empty() && !after.empty() && before.back() == after.back()) {
        before.pop_back();
        after.pop_back();
    }
}

}  // namespace

std::optional<Lines> differing_lines(const AttributeChange& attribute, std::size_t most) {
    auto before = lines_of(attribute.before);
    auto after = lines_of(attribute.after);
    if (!before || !after || std::max(before->size(), after->size()) < 2) return std::nullopt;
    drop_shared_ends(*before, *after);
    Lines shown;
    for (const auto& line : *before)
        shown.push_back("- " + line);
    for (const auto& line : *after)
        shown.push_back("+ " + line);
    if (shown.empty()) return std::nullopt;  // they differ in their last line's end alone
    if (shown.size() <= most) return shown;
    const auto more = shown.size() - most;
    shown.resize(most);
    shown.push_back(fmt::format("({})", count_of(more, "more line")));
    return shown;
}

}  // namespace agentops::report
