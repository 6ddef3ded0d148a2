#include "report/changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/lines.h"
#include "report/machines.h"
#include "report/paint.h"
#include "report/table.h"

namespace agentops::report {

namespace {

constexpr int kChangeIndent = 6;
constexpr int kAttributeIndent = 8;
constexpr int kLeastValue = 12;
constexpr std::size_t kSharedContext = 16;  // bytes shown of a long beginning that both values have
constexpr std::string_view kForces = "  forces replacement";
constexpr std::string_view kChanged = " (changed)";
constexpr std::string_view kKnownLater = "(known after apply)";

Tone tone_of(Action action) {
    switch (action) {
        case Action::create:
            return Tone::good;
        case Action::update:
            return Tone::caution;
        case Action::replace:
        case Action::destroy:
            return Tone::danger;
        case Action::no_op:
        case Action::read:
        case Action::forget:
        case Action::unknown:
            return Tone::plain;
    }
    return Tone::plain;
}

std::string who(const Origin& origin) {
    if (origin.agent.empty() && origin.reason.empty()) return "";
    const auto* colon = origin.agent.empty() || origin.reason.empty() ? "" : ": ";
    return fmt::format("({}{}{})", origin.agent, colon, origin.reason);
}

/// Two values that begin alike and are too long to show whole: from shortly before they differ.
void drop_shared_start(std::string& before, std::string& after) {
    const auto differ =
        std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first;
    auto start = static_cast<std::size_t>(differ - before.begin());
    if (start < 2 * kSharedContext || start == before.size()) return;
    start -= kSharedContext;
    while ((static_cast<unsigned char>(before[start]) & 0xC0) == 0x80)
        --start;
    for (auto* value : {&before, &after})
        *value = "…" + value->substr(start);
}

/// "before -> after" in `width` columns; the shorter side leaves what it does not need.
std::string both_values(std::string before, std::string after, int width) {
    constexpr int kArrow = 4;
    if (width > 0 && display_width(before) + kArrow + display_width(after) > width) {
        drop_shared_start(before, after);
        const int half = std::max(kLeastValue, (width - kArrow) / 2);
        const int rest =
            std::max(half, width - kArrow - std::min(display_width(before), display_width(after)));
        const bool short_before = display_width(before) < half;
        const bool short_after = display_width(after) < half;
        before = cut(before, short_after ? rest : half);
        after = cut(after, short_before ? rest : half);
    }
    return before + " -> " + after;
}

std::string value_text(const AttributeChange& attribute, Action action, int width) {
    const auto before = escape_terminal(attribute.before.value_or("(none)"));
    const auto after = escape_terminal(attribute.after.value_or("(none)"));
    const auto one = [&](std::string_view text, std::size_t tail = 0) {
        const int left = std::max(kLeastValue, width - static_cast<int>(tail));
        return width > 0 ? cut(text, left) : std::string(text);
    };
    if (action == Action::create || action == Action::read) return one(after);
    // Masks, and values that differ beyond what was kept of them.
    if (before == after) return one(after, kChanged.size()) + std::string(kChanged);
    return both_values(before, after, width);
}

/// What is known only after apply tells little; it is counted instead.
bool is_noise(const AttributeChange& attribute, const TextOptions& options) {
    return options.verbosity < 1 && attribute.after == kKnownLater && !attribute.forces_replacement;
}

std::string attribute_line(const AttributeChange& attribute, Action action, int path_width,
                           const TextOptions& options) {
    const auto tail = attribute.forces_replacement ? kForces : std::string_view();
    const auto path = pad(escape_terminal(attribute.path), path_width);
    const int taken = kAttributeIndent + display_width(path) + 2 + static_cast<int>(tail.size());
    const auto value = value_text(attribute, action, room(options.width, taken));
    return indented(kAttributeIndent, fmt::format("{}  {}{}", path, value, tail));
}

std::size_t lines_shown(const TextOptions& options) {
    return options.verbosity < 1 ? 12 : 1000;
}

int room_or_all(const TextOptions& options) {
    return options.width > 0 ? room(options.width, kAttributeIndent + 2) : kNeverCut;
}

std::string attribute_text(const Change& change, const TextOptions& options) {
    if (change.action == Action::create && options.verbosity < 1) return "";
    int path_width = 0;
    for (const auto& attribute : change.attributes)
        if (!is_noise(attribute, options))
            path_width = std::max(path_width, display_width(escape_terminal(attribute.path)));
    path_width = std::min(path_width, options.width <= 0 ? path_width : options.width / 3);
    std::string text;
    std::size_t hidden = 0;
    for (const auto& attribute : change.attributes) {
        if (is_noise(attribute, options)) {
            ++hidden;
        } else if (const auto lines = differing_lines(attribute, lines_shown(options))) {
            text += indented(kAttributeIndent, escape_terminal(attribute.path));
            for (const auto& line : *lines)
                text += indented(kAttributeIndent + 2,
                                 cut(escape_terminal(line), room_or_all(options)));
        } else {
            text += attribute_line(attribute, change.action, path_width, options);
        }
    }
    if (hidden > 0)
        text += indented(kAttributeIndent, fmt::format("({} more known after apply)", hidden));
    return text;
}

/// What a sign cannot say.
std::string remarks(const ChangeReport& report) {
    const auto& change = report.change;
    std::string text;
    if (!change.previous_address.empty())
        text +=
            indented(kAttributeIndent, "moved from " + escape_terminal(change.previous_address));
    if (change.importing) text += indented(kAttributeIndent, "imported into the state");
    if (change.action == Action::forget)
        text += indented(kAttributeIndent, "forgotten: it leaves the state, not the world");
    if (change.trust == Trust::reported)
        text += indented(kAttributeIndent, "reported: check mode of this module is known to err");
    if (change.trust == Trust::not_checkable)
        text += indented(kAttributeIndent, "not checkable: only running it will tell");
    if (report.is_protected)
        text += indented(kAttributeIndent, "protected: refused without --allow-protected");
    return text;
}

std::string output_text(const UnitReport& unit, const TextOptions& options) {
    std::vector<std::string> changed;
    for (const auto& output : unit.outputs)
        if (output.action != Action::no_op)
            changed.push_back(fmt::format("{} {}", sign(output.action), output.name));
    if (changed.empty()) return "";
    std::string text;
    int indent = 4;
    for (const auto& part : wrap("outputs: " + join(changed, ", "), room(options.width, 6))) {
        text += indented(indent, part);
        indent = 6;
    }
    return text;
}

/// "replace_because_tainted" -> "tainted"
std::string tool_reason(std::string reason) {
    for (const std::string_view prefix : {"replace_because_", "replace_by_", "delete_because_"})
        if (starts_with(reason, prefix)) reason.erase(0, prefix.size());
    std::replace(reason.begin(), reason.end(), '_', ' ');
    return reason;
}

}  // namespace

std::string place_of(const Position& position) {
    if (!position.known()) return "";
    if (position.line <= 0) return position.source->path;
    return fmt::format("{}:{}", position.source->path, position.line);
}

std::string change_text(const UnitReport& unit, const TextOptions& options) {
    static const std::vector<Column> kColumns = {{20}, {12, true}, {8}, {0}};
    const auto changes = options.verbosity < 1 && unit.tool == "ansible"
                             ? shared_changes(unit.changes)
                             : unit.changes;
    Rows rows;
    for (const auto& [change, origin, is_protected, risk] : changes)
        rows.push_back({change.address, place_of(origin.position), origin.component, who(origin)});
    const auto lines = table_lines(rows, kColumns, room(options.width, kChangeIndent));
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto& change = changes[i].change;
        const auto sign = fmt::format("{:>{}}", agentops::sign(change.action), kChangeIndent - 1);
        text += paint(sign, tone_of(change.action), options.colour) + " " + lines[i] + "\n";
        text += remarks(changes[i]) + attribute_text(change, options);
    }
    text += output_text(unit, options);
    if (!unit.cost.empty())
        text += indented(4, unit.unpriced.empty() ? fmt::format("cost: {}", unit.cost)
                                                  : fmt::format("cost: {}, without {}", unit.cost,
                                                                join(unit.unpriced, ", ")));
    if (unit.unchanged > 0) text += indented(4, fmt::format("({} unchanged)", unit.unchanged));
    return text;
}

std::vector<std::string> causes_of(const ChangeReport& report) {
    const auto& change = report.change;
    std::vector<std::string> causes;
    if (change.action == Action::replace) {
        for (const auto& attribute : change.attributes)
            if (attribute.forces_replacement) causes.push_back(attribute.path);
    } else if (!report.origin.reason.empty()) {
        causes.push_back(report.origin.reason);
    }
    if (causes.empty() && !change.reason.empty()) causes.push_back(tool_reason(change.reason));
    if (report.is_protected) causes.emplace_back("protected");
    return causes;
}

}  // namespace agentops::report
