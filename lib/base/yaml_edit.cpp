#include "base/yaml_edit.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/yaml.h"
#include "base/yaml_lint.h"
#include "base/yaml_spans.h"

namespace agentops::yaml {

namespace {

/// The bytes of a span give way to a text. At one place, a cut comes before what is put there.
struct Edit {
    Span span;
    std::string text;
};
using Edits = std::vector<Edit>;

std::string apply(std::string text, Edits edits) {
    std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
        return std::pair(a.span.begin, a.span.end) > std::pair(b.span.begin, b.span.end);
    });
    for (const auto& [span, with] : edits)
        text.replace(span.begin, span.end - span.begin, with);
    return text;
}

std::string shown(const Path& path) {
    return join(path, ".");
}

tl::unexpected<Diagnostics> refuse(const Node& at, std::string message, std::string help) {
    return fail(mistake("yaml.edit", at.position, at.width, std::move(message), std::move(help)));
}

// Trees.

bool same(const Node& a, const Node& b) {
    if (a.type != b.type || a.quoted != b.quoted || a.text != b.text) return false;
    return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
           std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                      [](const Member& x, const Member& y) {
                          return x.key == y.key && same(x.value, y.value);
                      });
}

/// Where a step of a path leads in a map or list.
std::optional<std::size_t> index_of(const Node& node, std::string_view step) {
    std::size_t index = 0;
    if (node.is_sequence()) {
        const auto* end = step.data() + step.size();
        const auto read = std::from_chars(step.data(), end, index);
        const bool number = read.ec == std::errc() && read.ptr == end;
        return number && index < node.items.size() ? std::optional(index) : std::nullopt;
    }
    for (; index < node.members.size(); ++index) {
        if (node.members[index].key == step) return index;
    }
    return std::nullopt;
}

Node& child(Node& node, std::size_t index) {
    return node.is_map() ? node.members[index].value : node.items[index];
}

void set_in(Node& root, const Path& path, Node value) {
    auto* node = &root;
    for (const auto& step : path) {
        if (node->is_null()) node->type = Type::map;
        const auto index = index_of(*node, step);
        if (!index) node->members.push_back({step, {}, {}});
        node = index ? &child(*node, *index) : &node->members.back().value;
    }
    *node = std::move(value);
}

void remove_in(Node& root, const Path& path) {
    auto* node = &root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i)
        node = &child(*node, *index_of(*node, path[i]));
    const auto index = static_cast<std::ptrdiff_t>(*index_of(*node, path.back()));
    if (node->is_map()) {
        node->members.erase(node->members.begin() + index);
    } else {
        node->items.erase(node->items.begin() + index);
    }
}

/// Maps in brackets around a value, one for each key.
std::string nested(Path::const_iterator key, Path::const_iterator end, std::string_view value) {
    if (key == end) return std::string(value);
    return fmt::format("{{{}: {}}}", key_text(*key), nested(key + 1, end, value));
}

/// Makes the edits of one text.
class Editor {
public:
    Editor(const Source& source, const Node& root)
        : text_(source.text), spans_(source), root_(root) {}

    /// The slots from the root along the path, as far as there are any. Fails where the path leads
    /// into a scalar or out of a list.
    Result<std::vector<Slot>> follow(const Path& path) const {
        std::vector<Slot> trail{Spans::root(root_)};
        for (const auto& step : path) {
            const auto& node = *trail.back().node;
            const auto index = index_of(node, step);
            if (!index && (node.is_map() || node.is_null())) break;
            if (!index) return astray(node, path, step);
            trail.push_back(spans_.child(trail.back(), *index));
        }
        return trail;
    }

    Edits replace(const Slot& slot, std::string_view value) const {
        const auto span = spans_.of(slot);
        if (span.begin == span.end || begins_below(slot)) {
            Edits edits{put_behind_anchor(slot, value)};
            if (begins_below(slot)) {
                edits.push_back(cut_lines(slot.anchor, behind_comments(span.end, slot.indent + 1)));
            }
            return edits;
        }
        if (!spans_.is_block_scalar(*slot.node)) return {{span, spaced(span.begin, value)}};
        const auto header = text_.find_first_of(" \t\r\n", span.begin);
        if (header >= span.end) return {{span, std::string(value)}};
        return {{{span.begin, header}, std::string(value)}, cut_lines(header, span.end)};
    }

    /// A new last member of a map.
    Edits add(const Slot& map, std::string_view key, std::string_view value) const {
        const auto member = fmt::format("{}: {}", key_text(key), value);
        if (!spans_.is_block(map)) return {add_in_brackets(map, member)};
        const auto span = spans_.of(map);
        const int indent = spans_.column(span.begin);
        const auto at = behind_comments(span.end, indent);
        const std::string spaces(static_cast<std::size_t>(indent), ' ');
        return {{{at, at}, line_break(at) + spaces + member}};
    }

    Edits remove(const Slot& from, std::size_t index) const {
        if (!spans_.is_block(from)) return {remove_in_brackets(from, index)};
        auto span = spans_.entry(from, index);
        span.end = behind_comments(span.end, spans_.column(span.begin) + 1);
        const bool only = Spans::size(*from.node) == 1;
        const std::string_view empty = from.node->is_map() ? "{}" : "[]";
        if (only && begins_below(from)) {
            return {put_behind_anchor(from, empty), cut_lines(span.begin, span.end, true)};
        }
        if (only) return {{span, std::string(empty)}};
        if (spans_.starts_line(span.begin)) return {cut_lines(span.begin, span.end, true)};
        return {{{span.begin, spans_.skip(span.end, " \r\n")}, ""}};  // the next one moves up
    }

private:
    static tl::unexpected<Diagnostics> astray(const Node& node, const Path& path,
                                              std::string_view step) {
        if (node.is_sequence()) {
            return refuse(
                node, fmt::format("the list has no item '{}'", step),
                fmt::format("it has {}, counted from 0", count_of(node.items.size(), "item")));
        }
        return refuse(node, fmt::format("there is a text here, so it has no '{}'", step),
                      fmt::format("the path was {}", shown(path)));
    }

    /// A collection by indentation, below the line of its key or dash.
    bool begins_below(const Slot& slot) const {
        if (!spans_.is_block(slot) || slot.anchor == Slot::kNone) return false;
        return spans_.line_start(spans_.of(slot).begin) > slot.anchor;
    }

    /// The lines behind that of `from`, up to the one of `end`; with `whole`, that of `from` too.
    Edit cut_lines(std::size_t from, std::size_t end, bool whole = false) const {
        auto begin = whole ? spans_.line_start(from) : end_of_break(from);
        const bool unended = text_.find('\n', end) == std::string_view::npos;
        if (unended && begin > 0) begin = spans_.line_end(begin - 1);
        return {{begin, end_of_break(end)}, ""};
    }
    std::size_t end_of_break(std::size_t at) const {
        const auto end = text_.find('\n', at);
        return end == std::string_view::npos ? text_.size() : end + 1;
    }

    /// A value with a space before it where a ':' comes right before.
    std::string spaced(std::size_t at, std::string_view value) const {
        return (at > 0 && text_[at - 1] == ':' ? " " : "") + std::string(value);
    }
    Edit put_behind_anchor(const Slot& slot, std::string_view value) const {
        const char before = text_[slot.anchor - 1];
        const bool marked = before == ':' || (before == '-' && !slot.in_flow);
        return {{slot.anchor, slot.anchor}, (marked ? " " : ": ") + std::string(value)};
    }

    /// The end of the line, or of the last line below it before the next value that is a comment
    /// with this indentation or more.
    std::size_t behind_comments(std::size_t at, int indent) const {
        auto end = spans_.line_end(at);
        for (auto line = end_of_break(end); line < text_.size(); line = end_of_break(line)) {
            const auto first = spans_.skip(line, kBlank);
            if (first == spans_.line_end(line)) continue;
            if (text_[first] != '#' || spans_.column(first) < indent) break;
            end = spans_.line_end(first);
        }
        return end;
    }
    /// As the line's, or the one before it when the text ends there.
    std::string line_break(std::size_t at) const {
        const auto end = std::min(text_.find('\n', at), text_.rfind('\n'));
        const bool crlf = end != std::string_view::npos && end > 0 && text_[end - 1] == '\r';
        return crlf ? "\r\n" : "\n";
    }

    Edit add_in_brackets(const Slot& map, const std::string& member) const {
        const auto span = spans_.of(map);
        const auto size = Spans::size(*map.node);
        if (size > 0) {
            const auto last = spans_.entry(map, size - 1).end;
            return {{last, last}, ", " + member};
        }
        return {{span.begin + 1, blank_until_close(span)}, member};
    }
    /// The end of the blanks behind an open bracket, if that is where it is closed.
    std::size_t blank_until_close(const Span& brackets) const {
        const auto inside = spans_.skip(brackets.begin + 1, kBlank);
        return inside + 1 == brackets.end ? inside : brackets.begin + 1;
    }

    Edit remove_in_brackets(const Slot& from, std::size_t index) const {
        const auto [begin, end] = spans_.entry(from, index);
        const auto after = behind_comma(end);
        const bool more = index + 1 < Spans::size(*from.node);
        if (spans_.starts_line(begin) && ends_line(after)) return cut_lines(begin, after, true);
        if (index > 0) {
            const auto before = spans_.entry(from, index - 1).end;
            if (!has_comment(before, begin)) return {{before, end}, ""};
        }
        const auto next = more ? spans_.entry(from, index + 1).begin : after;
        if (more && spans_.line_start(next) <= begin) return {{begin, next}, ""};
        return only_in_brackets(from, {begin, after});
    }
    std::size_t behind_comma(std::size_t end) const {
        const auto at = spans_.skip(end, " \t\r\n");
        return at < text_.size() && text_[at] == ',' ? at + 1 : end;
    }
    bool ends_line(std::size_t at) const {
        const auto next = spans_.skip(at, " \t\r");
        return next == text_.size() || text_[next] == '\n' || text_[next] == '#';
    }
    bool has_comment(std::size_t begin, std::size_t end) const {
        return text_.substr(begin, end - begin).find('#') != std::string_view::npos;
    }
    /// Takes the blanks around it along if nothing else is in the brackets.
    Edit only_in_brackets(const Slot& from, Span span) const {
        const auto [open, close] = spans_.of(from);
        const bool first = spans_.skip(open + 1, kBlank) == span.begin;
        const bool last = spans_.skip(span.end, kBlank) + 1 == close;
        return first && last ? Edit{{open + 1, close - 1}, ""} : Edit{span, ""};
    }

    std::string_view text_;
    Spans spans_;
    const Node& root_;
};

/// One value that stands on its own on one line, with nothing behind it.
Result<Node> read_value(const Node& at, std::string_view value) {
    const Source source{"", fmt::format("v: {}", value)};
    const auto tree = parse(source);
    const bool one_line = value.find_first_of("\r\n") == std::string_view::npos;
    if (one_line && tree && tree->is_map() && tree->members.size() == 1) {
        const Spans spans(source);
        const auto slot = spans.child(Spans::root(*tree), 0);
        const auto [begin, end] = spans.of(slot);
        const bool all = begin == 3 && end == source.text.size() && !value.empty();
        if (all && !spans.is_block(slot) && !spans.is_block_scalar(*slot.node)) {
            return *slot.node;
        }
    }
    return refuse(at, fmt::format("'{}' is not one value on one line", value),
                  fmt::format("quote it if it is a text: {}", scalar_text(value)));
}

/// The edited text, if it reads as what was asked for.
Result<std::string> finish(const Source& source, Edits edits, const Node& expected, const Node& at,
                           const Path& path) {
    const Source edited{source.path, apply(source.text, std::move(edits))};
    const auto tree = parse(edited);
    if (tree && same(*tree, expected)) return edited.text;
    return refuse(at, fmt::format("'{}' cannot be edited here without changing more", shown(path)),
                  "edit the file by hand; a text in brackets needs quotes if it holds any of "
                  ",[]{}?");
}

tl::unexpected<Diagnostics> missing(const Node& at, const Path& path) {
    return refuse(at, fmt::format("there is no '{}'", shown(path)), "name what is there");
}

Status check_length(const Node& root, const Path& path) {
    if (!path.empty() && path.size() < kMaxDepth) return {};
    return refuse(root, fmt::format("a path of {}", count_of(path.size(), "key")),
                  fmt::format("name 1 to {} keys", kMaxDepth - 1));
}

}  // namespace

Result<std::string> set(const Source& source, const Path& path, std::string_view value) {
    TRY(const auto root, parse(source));
    TRY_DO(check_length(root, path));
    const Editor editor(source, root);
    TRY(const auto trail, editor.follow(path));
    const auto& slot = trail.back();
    TRY(auto node, read_value(*slot.node, value));
    auto expected = root;
    set_in(expected, path, std::move(node));
    const auto rest = path.begin() + static_cast<std::ptrdiff_t>(trail.size() - 1);
    auto edits = rest != path.end() && slot.node->is_map()
                     ? editor.add(slot, *rest, nested(rest + 1, path.end(), value))
                     : editor.replace(slot, nested(rest, path.end(), value));
    return finish(source, std::move(edits), expected, *slot.node, path);
}

Result<std::string> remove(const Source& source, const Path& path) {
    TRY(const auto root, parse(source));
    TRY_DO(check_length(root, path));
    const Editor editor(source, root);
    TRY(const auto trail, editor.follow(path));
    const auto& last = *trail.back().node;
    if (trail.size() <= path.size()) return missing(last, path);
    const auto& from = trail[trail.size() - 2];
    auto expected = root;
    remove_in(expected, path);
    auto edits = editor.remove(from, *index_of(*from.node, path.back()));
    return finish(source, std::move(edits), expected, last, path);
}

}  // namespace agentops::yaml
