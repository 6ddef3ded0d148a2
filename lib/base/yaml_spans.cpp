#include "base/yaml_spans.h"

#include <algorithm>

namespace agentops::yaml {

namespace {

constexpr std::string_view kBreak{"\r\n\0", 3};  // beyond the text is as a break
constexpr std::string_view kBlankOrBreak = " \t\r\n";
constexpr std::string_view kFlow = ",[]{}";

bool is_one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

}  // namespace

Spans::Spans(const Source& source) : text_(source.text), lines_{0} {
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == '\n') lines_.push_back(i + 1);
    }
}

// Lines.

/// What was left out at the end of a text may have a position behind it.
std::size_t Spans::offset(const Position& position) const {
    const auto line = static_cast<std::size_t>(position.line - 1);
    if (line >= lines_.size()) return text_.size();
    return std::min(lines_[line] + static_cast<std::size_t>(position.column - 1), text_.size());
}

std::size_t Spans::line_start(std::size_t at) const {
    return *(std::upper_bound(lines_.begin(), lines_.end(), at) - 1);
}

std::size_t Spans::line_end(std::size_t at) const {
    const auto end = std::min(text_.find('\n', at), text_.size());
    const bool crlf = end > 0 && end < text_.size() && text_[end - 1] == '\r';
    return crlf ? end - 1 : end;
}

int Spans::column(std::size_t at) const {
    return static_cast<int>(at - line_start(at));
}

std::size_t Spans::skip(std::size_t at, std::string_view set) const {
    return std::min(text_.find_first_not_of(set, at), text_.size());
}

bool Spans::starts_line(std::size_t at) const {
    return skip(line_start(at), kBlank) == at;
}

// Nodes.

bool Spans::has_brackets(const Node& node) const {
    if (node.is_sequence()) return at(offset(node.position)) == '[';
    return node.is_map() && at(offset(node.position)) == '{';
}

bool Spans::is_block_scalar(const Node& node) const {
    return node.is_scalar() && is_one_of(at(offset(node.position)), "|>");
}

bool Spans::is_block(const Slot& slot) const {
    const bool collection = slot.node->is_map() || slot.node->is_sequence();
    return collection && !slot.in_flow && !has_brackets(*slot.node);
}

std::size_t Spans::size(const Node& collection) {
    return collection.is_map() ? collection.members.size() : collection.items.size();
}

/// A map without brackets begins where its first key does; a single pair in a list, too.
std::size_t Spans::begin_of(const Node& node) const {
    const bool bare_map = node.is_map() && !has_brackets(node);
    return offset(bare_map ? node.members.at(0).position : node.position);
}

Slot Spans::child(const Slot& collection, std::size_t index) const {
    const auto& node = *collection.node;
    return node.is_map() ? member(collection, node.members.at(index))
                         : item(collection, node.items.at(index));
}

Slot Spans::member(const Slot& map, const Member& member) const {
    const bool in_flow = !is_block(map);
    const int indent = in_flow ? map.indent : column(begin_of(*map.node));
    const auto key_end = scalar_end(offset(member.position), {nullptr, 0, indent, in_flow});
    const auto colon = skip(key_end, in_flow ? kBlankOrBreak : kBlank);
    return {&member.value, at(colon) == ':' ? colon + 1 : key_end, indent, in_flow};
}

Slot Spans::item(const Slot& sequence, const Node& item) const {
    if (!is_block(sequence)) return {&item, begin_of(item), sequence.indent, true};
    const auto dash = dash_before(*sequence.node, item);
    return {&item, dash + 1, column(dash), false};
}

/// The item's dash: in the column of the list, on the item's line or above it.
std::size_t Spans::dash_before(const Node& sequence, const Node& item) const {
    const auto first = offset(sequence.position);
    const auto indent = static_cast<std::size_t>(column(first));
    auto start = line_start(begin_of(item));
    const auto found = [&] { return at(start + indent) == '-' && starts_line(start + indent); };
    while (start + indent > first && !found())
        start = line_start(start - 1);
    return std::max(start + indent, first);
}

/// Such a null has the position of its key or dash, or that of a dash in a comment behind it.
bool Spans::is_left_out(const Slot& slot) const {
    if (!slot.node->is_null() || slot.anchor == Slot::kNone) return false;
    const auto begin = offset(slot.node->position);
    return begin < slot.anchor || !is_one_of(at(begin), "~nN");
}

Span Spans::of(const Slot& slot) const {
    if (is_left_out(slot)) return {slot.anchor, slot.anchor};
    return {begin_of(*slot.node), end_of(slot)};
}

Span Spans::entry(const Slot& collection, std::size_t index) const {
    const auto slot = child(collection, index);
    const auto span = of(slot);
    if (collection.node->is_map()) {
        return {offset(collection.node->members.at(index).position), span.end};
    }
    return {is_block(collection) ? slot.anchor - 1 : span.begin, span.end};
}

std::size_t Spans::end_of(const Slot& slot) const {
    const auto& node = *slot.node;
    const auto begin = begin_of(node);
    if (node.is_null()) return begin + static_cast<std::size_t>(node.width);
    if (node.is_scalar()) return scalar_end(begin, slot);
    if (has_brackets(node)) return bracket_end(begin);
    return of(child(slot, size(node) - 1)).end;
}

// Tokens.

std::size_t Spans::scalar_end(std::size_t begin, const Slot& slot) const {
    if (is_one_of(at(begin), "'\"")) return quoted_end(begin);
    if (is_one_of(at(begin), "|>") && !slot.in_flow) return block_scalar_end(begin, slot);
    return plain_end(begin, slot);
}

std::size_t Spans::quoted_end(std::size_t begin) const {
    const char quote = at(begin);
    for (auto i = begin + 1; i < text_.size(); ++i) {
        const bool doubled = quote == '\'' && text_.substr(i, 2) == "''";
        if (doubled || (quote == '"' && text_[i] == '\\')) {
            ++i;
        } else if (text_[i] == quote) {
            return i + 1;
        }
    }
    return text_.size();
}

/// A plain scalar goes on where a line is deeper than what it belongs to, but not behind a comment.
std::size_t Spans::plain_end(std::size_t begin, const Slot& slot) const {
    auto end = begin;
    for (auto i = begin; i < text_.size() && !ends_plain(i, slot.in_flow); ++i) {
        if (text_[i] == '\n') {
            const auto next = skip(i, kBlankOrBreak);
            const bool deeper = slot.in_flow || column(next) > slot.indent;
            if (!deeper || next == text_.size() || text_[next] == '#') break;
            i = next - 1;
        } else if (!is_one_of(text_[i], kBlankOrBreak)) {
            end = i + 1;
        }
    }
    return end;
}

bool Spans::ends_plain(std::size_t offset, bool in_flow) const {
    const char c = at(offset);
    if (c == '#') return offset > 0 && is_one_of(at(offset - 1), kBlankOrBreak);
    if (in_flow && is_one_of(c, kFlow)) return true;
    if (c != ':') return false;
    const char next = at(offset + 1);
    return is_one_of(next, kBlank) || is_one_of(next, kBreak) ||
           (in_flow && is_one_of(next, kFlow));
}

/// Up to the end of its last line; empty lines at the end belong to it only with '+'.
std::size_t Spans::block_scalar_end(std::size_t begin, const Slot& slot) const {
    const auto header = skip(begin, "|>+-123456789");
    const auto marks = text_.substr(begin, header - begin);
    const auto digit = marks.find_first_of("123456789");
    const bool keep = marks.find('+') != std::string_view::npos;
    int indent =
        digit == std::string_view::npos ? -1 : std::max(slot.indent, 0) + (marks[digit] - '0');
    auto end = header;
    for (auto start = text_.find('\n', header); start < text_.size();) {
        const auto first = skip(++start, " ");
        const bool empty = is_one_of(at(first), kBreak);
        if (!empty && indent < 0) indent = std::max(column(first), slot.indent + 1);
        if (!empty && column(first) < indent) break;
        if ((!empty || keep) && first < text_.size()) end = line_end(first);
        start = text_.find('\n', start);
    }
    return end;
}

std::size_t Spans::bracket_end(std::size_t begin) const {
    int depth = 0;
    for (auto i = begin; i < text_.size();) {
        if (is_one_of(text_[i], "[{")) ++depth;
        if (is_one_of(text_[i], "]}")) --depth;
        i = token_end(i);
        if (depth == 0) return i;
    }
    return text_.size();
}

/// The end of a token inside of brackets.
std::size_t Spans::token_end(std::size_t begin) const {
    const char c = text_[begin];
    if (is_one_of(c, ":,[]{}") || is_one_of(c, kBlankOrBreak)) return begin + 1;
    if (is_one_of(c, "'\"")) return quoted_end(begin);
    if (c == '#') return line_end(begin);
    return std::max(plain_end(begin, {nullptr, 0, -1, true}), begin + 1);
}

}  // namespace agentops::yaml
