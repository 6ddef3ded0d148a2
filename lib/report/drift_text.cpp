#include "report/drift_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/changes.h"
#include "report/lines.h"
#include "report/paint.h"
#include "report/table.h"

namespace agentops::report {

namespace {

constexpr std::size_t kMostLines = 8;  ///< of a text that differs

std::string_view word_of(const ResourceReport& resource) {
    if (resource.verdict.drifted() && resource.accepted()) return "accepted";
    switch (resource.verdict.status) {
        case drift::Status::modified:
            return "DRIFT";
        case drift::Status::deleted:
            return "GONE";
        case drift::Status::unknown:
            return "UNKNOWN";
        case drift::Status::not_checked:
            return "not checked";
        case drift::Status::in_sync:
            return "same";
    }
    throw InternalError("a drift status out of range");
}

Tone tone_of_word(std::string_view word) {
    if (word == "DRIFT" || word == "GONE" || word == "UNKNOWN") return Tone::danger;
    return Tone::plain;
}

/// "new", "seen 3 times since 2026-11-20".
std::string seen_text(const ResourceReport& resource, const DifferenceReport& difference) {
    if (difference.accepted)
        return fmt::format("until {}: {}, by {}", difference.accepted->until,
                           difference.accepted->reason, difference.accepted->owner);
    if (!difference.expired.empty())
        return fmt::format("was accepted until {}", difference.expired);
    const auto& seen = difference.seen;
    if (!seen) return "";
    auto rest = seen->actor.empty() ? "" : " by " + seen->actor;
    if (resource.verdict.planned == Action::no_op) rest += ", not restorable";
    if (seen->is_new) return "new" + rest;
    return fmt::format("seen {} times since {}{}", seen->times, seen->first.substr(0, 10), rest);
}

std::string side(std::string_view name, const std::optional<std::string>& value) {
    // The whole value is in the record; here one long one would push all others aside.
    constexpr int kWidest = 60;
    return value ? fmt::format("{} {}", name, cut(*value, kWidest))
                 : fmt::format("{} nothing", name);
}

/// One row and, for texts of several lines, the lines that differ.
struct Block {
    std::vector<std::string> row;
    std::vector<std::string> lines;
    Tone tone = Tone::plain;
};

Block block_of(const ResourceReport& resource, const DifferenceReport& difference) {
    const auto& drift = difference.drift;
    const auto word = word_of(resource);
    Block block;
    block.tone = tone_of_word(word);
    block.row = {std::string(word),
                 resource.verdict.address,
                 drift.path,
                 drift.path.empty() ? "" : side("expected", drift.expected),
                 drift.path.empty() ? "" : side("actual", drift.actual),
                 seen_text(resource, difference)};
    const AttributeChange change{drift.path, drift.expected, drift.actual, false};
    if (auto lines = differing_lines(change, kMostLines)) {
        block.row[3] = block.row[4] = "";
        block.row[3] = "the text differs";
        block.lines = std::move(*lines);
    }
    return block;
}

std::vector<Block> blocks_of(const StackReport& stack, const TextOptions& options) {
    std::vector<Block> blocks;
    for (const auto& resource : *stack.resources) {
        const auto& verdict = resource.verdict;
        for (const auto& difference : resource.differences)
            blocks.push_back(block_of(resource, difference));
        if (verdict.status == drift::Status::unknown ||
            verdict.status == drift::Status::not_checked) {
            const auto word = word_of(resource);
            blocks.push_back({{std::string(word), verdict.address, "", verdict.reason, "", ""},
                              {},
                              tone_of_word(word)});
        } else if (options.verbosity > 0 && !verdict.drifted()) {
            blocks.push_back({{verdict.noise.empty() ? "same" : "noise", verdict.address, "",
                               verdict.reason, "", ""},
                              {},
                              Tone::plain});
            for (const auto& noise : verdict.noise)
                blocks.push_back({{"", "", noise.path, noise.reason, "", ""}, {}, Tone::plain});
        }
    }
    const auto rank = [](const Block& block) {
        constexpr std::string_view kOrder[] = {"GONE", "DRIFT", "UNKNOWN"};
        return std::find(std::begin(kOrder), std::end(kOrder), block.row[0]) - std::begin(kOrder);
    };
    if (options.verbosity <= 0)
        std::stable_sort(blocks.begin(), blocks.end(),
                         [&](const Block& a, const Block& b) { return rank(a) < rank(b); });
    return blocks;
}

std::string block_text(const std::vector<Block>& blocks, const TextOptions& options) {
    Rows rows;
    for (const auto& block : blocks)
        rows.push_back(block.row);
    const auto lines =
        table_lines(rows, {{}, {24}, {16}, {20}, {20}, {10}}, room(options.width, 2));
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        text += indented(2, paint(lines[i], blocks[i].tone, options.colour));
        for (const auto& line : blocks[i].lines)
            text += indented(10, cut(escape_terminal(line), room(options.width, 10)));
    }
    return text;
}

/// "same 38 resources, noise in 2, 3 changes of the intent pending".
std::string rest_text(const StackReport& stack) {
    std::size_t same = 0, noise = 0, pending = 0, follows = 0, data = 0;
    for (const auto& resource : *stack.resources) {
        const auto& verdict = resource.verdict;
        if (verdict.status != drift::Status::in_sync) continue;
        ++same;
        noise += verdict.cause == drift::Cause::noise ? 1 : 0;
        pending += verdict.cause == drift::Cause::pending_intent ? 1 : 0;
        follows += verdict.cause == drift::Cause::follows ? 1 : 0;
        data += verdict.cause == drift::Cause::data_source ? 1 : 0;
    }
    if (same == 0) return "";
    std::vector<std::string> parts{"same " + count_of(same, "object")};
    if (noise > 0) parts.push_back(fmt::format("{} with noise only (-v shows it)", noise));
    if (pending > 0) parts.push_back(fmt::format("{} that the intent wants to change", pending));
    if (follows > 0) parts.push_back(fmt::format("{} that a plan would change with them", follows));
    if (data > 0) parts.push_back(fmt::format("{} that a data source would change", data));
    return indented(2, join(parts, ", "));
}

std::string unit_lines(const StackReport& stack, const TextOptions& options) {
    std::string text;
    for (const auto& unit : stack.units) {
        const auto name = unit.id.substr(unit.id.rfind('/') + 1);
        if (!unit.note.empty())
            for (const auto& part :
                 wrap(fmt::format("{}: {}", name, unit.note), room(options.width, 2)))
                text += indented(2, part);
        for (const auto& artifact : unit.artifacts)
            text += indented(
                2, fmt::format("FILE   {}/{}  {}", escape_terminal(name),
                               escape_terminal(artifact.file), drift::to_text(artifact.status)));
        for (const auto& output : unit.outputs)
            text += indented(2, fmt::format("output {} of {} would change",
                                            escape_terminal(output.name), escape_terminal(name)));
    }
    return text;
}

}  // namespace

std::string drift_text(const StackReport& stack, const TextOptions& options) {
    return block_text(blocks_of(stack, options), options) + unit_lines(stack, options) +
           rest_text(stack);
}

std::string unmanaged_text(const Report& report, const TextOptions& options) {
    if (report.unmanaged.empty()) return "";
    Rows rows;
    for (const auto& one : report.unmanaged)
        rows.push_back({one.stack, one.type, one.id, one.name == one.id ? "" : one.name});
    auto text = indented(0, paint("in no state of this project", Tone::strong, options.colour));
    for (const auto& line : table_lines(rows, {{12}, {}, {20}, {12}}, room(options.width, 2)))
        text += indented(2, line);
    return text;
}

}  // namespace agentops::report
