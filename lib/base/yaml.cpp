#include "base/yaml.h"

#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "base/text.h"
#include "base/yaml_lint.h"

namespace agentops::yaml {

namespace {

// A document of our own after the text. An open quote or bracket runs into it and fails, and text
// that the parser left unread shows up before it.
constexpr std::string_view kSentinel = "agentops-end-of-input";

/// Ends the parser's walk where a limit is passed; caught in parse.
struct LimitPassed {
    Diagnostic diagnostic;
};

class TextBuffer final : public std::streambuf {
public:
    explicit TextBuffer(std::string& text) {
        setg(text.data(), text.data(), text.data() + text.size());
    }
};

bool is_null_text(std::string_view text) {
    return text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// Turns the parser's events into nodes. Sees positions where the value starts; an empty value has
/// none, and gets that of its key or its dash.
class Builder final : public YAML::EventHandler {
public:
    explicit Builder(const Source& source) : source_(source), text_(source.text) {}

    Node& root() { return root_; }
    std::size_t root_offset() const { return root_offset_; }
    Diagnostics& diagnostics() { return diagnostics_; }

    /// Reports the repeated keys of the maps that the parser never finished.
    void abandon() {
        for (const auto& open : open_)
            check_unique(open.node);
    }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnMapEnd() override { close(); }
    void OnSequenceEnd() override { close(); }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(null_node(mark), mark); }
    /// Already reported; an empty node stands in, so that what follows is still checked.
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { add(null_node(mark), mark); }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override {
        Node node = make(Type::scalar, mark);
        node.quoted = tag == "!";
        node.text = value;
        node.width = width(offset(mark), value);
        check_decoded(node);
        add(std::move(node), mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open(make(Type::sequence, mark), mark);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open(make(Type::map, mark), mark);
    }

private:
    struct Open {
        Node node;
        bool in_member = false;  ///< a map whose last member still waits for its value
    };

    static std::size_t offset(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.pos); }
    Position position(const YAML::Mark& mark) const {
        return {&source_, mark.line + 1, mark.column + 1};
    }
    Node make(Type type, const YAML::Mark& mark) {
        Node node;
        node.type = type;
        node.position = position(mark);
        if (++nodes_ > kMaxNodes) {
            throw LimitPassed{mistake("yaml.nodes", node.position, 1,
                                      fmt::format("more than {} values", kMaxNodes),
                                      "split the file")};
        }
        return node;
    }

    void open(Node node, const YAML::Mark& mark) {
        if (open_.size() >= kMaxDepth) {
            throw LimitPassed{mistake("yaml.depth", node.position, 1,
                                      fmt::format("nested deeper than {}", kMaxDepth),
                                      "flatten the structure")};
        }
        if (open_.empty()) root_offset_ = offset(mark);
        open_.push_back({std::move(node)});
    }
    void close() {
        Node node = std::move(open_.back().node);
        open_.pop_back();
        check_unique(node);
        attach(std::move(node));
    }
    void add(Node node, const YAML::Mark& mark) {
        if (open_.empty()) root_offset_ = offset(mark);
        attach(std::move(node));
    }
    void attach(Node node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& [parent, in_member] = open_.back();
        if (parent.type == Type::sequence) {
            parent.items.push_back(std::move(node));
        } else if (in_member) {
            parent.members.back().value = std::move(node);
            in_member = false;
        } else {
            attach_key(parent, std::move(node));
            in_member = true;
        }
    }
    void attach_key(Node& map, Node key) {
        if (key.type != Type::scalar) {
            diagnostics_.push_back(mistake("yaml.key", key.position, key.width,
                                           fmt::format("a key must be text, got {}", describe(key)),
                                           key.type == Type::null
                                               ? "write a key before the ':', or quote it: \"null\""
                                               : "quote the key if the brackets belong to it"));
        }
        map.members.push_back({std::move(key.text), key.position, {}});
    }

    void check_unique(const Node& map) {
        std::vector<const Member*> members;
        members.reserve(map.members.size());
        for (const auto& member : map.members)
            members.push_back(&member);
        std::stable_sort(members.begin(), members.end(),
                         [](const auto* a, const auto* b) { return a->key < b->key; });
        const Member* first = nullptr;
        for (const auto* member : members) {
            if (first == nullptr || first->key != member->key) {
                first = member;
            } else if (diagnostics_.size() < kMaxDiagnostics) {
                report_repeated(*first, *member);
            }
        }
    }
    void report_repeated(const Member& first, const Member& again) {
        diagnostics_.push_back(
            mistake("yaml.duplicate-key", again.position, key_width(again),
                    fmt::format("duplicate key '{}'", again.key),
                    fmt::format("the key was first set at line {} column {}; keep one of them",
                                first.position.line, first.position.column)));
    }

    static int key_width(const Member& member) {
        const auto rest = member.position.source_line().substr(
            static_cast<std::size_t>(member.position.column - 1));
        const int quotes = rest.starts_with('"') || rest.starts_with('\'') ? 2 : 0;
        return static_cast<int>(member.key.size()) + quotes;
    }

    /// Escapes in double quotes can make what the text itself may not contain.
    void check_decoded(const Node& node) {
        if (!node.quoted || (!control_character(node.text) && is_nfc(node.text))) return;
        diagnostics_.push_back(mistake(
            "yaml.encoding", node.position, node.width,
            "an escape makes a control character or text that is not in normal form C (NFC)",
            "only \\n and \\t are allowed; type other characters as they are"));
    }

    Node null_node(const YAML::Mark& mark) {
        Node node = make(Type::null, mark);
        const auto at = std::min(offset(mark), text_.size());
        const auto word = text_.substr(at, text_.substr(at).find_first_of(" \t\r\n,]}#:"));
        const Node* parent = open_.empty() ? nullptr : &open_.back().node;
        const bool is_value = parent != nullptr && open_.back().in_member;
        // With nothing there, the mark is that of whatever comes next.
        const bool next_key = is_value && mark.line + 1 > parent->members.back().position.line &&
                              mark.column + 1 <= parent->members.back().position.column;
        if (is_null_text(word) && !next_key) {
            node.width = static_cast<int>(word.size());
        } else if (is_value) {
            node.position = parent->members.back().position;
            node.width = static_cast<int>(parent->members.back().key.size());
        } else if (parent != nullptr && parent->type == Type::sequence) {
            place_at_dash(node.position, at);
        }
        return node;
    }
    /// Moves from the token after an empty list item back to the item's dash, if it has one.
    void place_at_dash(Position& position, std::size_t at) const {
        const auto dash = at == 0 ? std::string_view::npos : text_.rfind('-', at - 1);
        if (dash == std::string_view::npos) return;
        const auto between = text_.substr(dash, at - dash);
        const auto line_start = text_.rfind('\n', dash) + 1;
        position.line -= static_cast<int>(std::count(between.begin(), between.end(), '\n'));
        position.column = static_cast<int>(dash - line_start) + 1;
    }

    /// Bytes of a scalar in its first line.
    int width(std::size_t at, const std::string& value) const {
        const auto rest = text_.substr(std::min(at, text_.size()));
        const auto line = rest.substr(0, rest.find_first_of("\r\n"));
        const char quote = line.empty() ? ' ' : line[0];
        if (quote == '|' || quote == '>') return 1;
        if (line.substr(0, value.size()) == value) return static_cast<int>(value.size());
        if (quote != '"' && quote != '\'') return static_cast<int>(line.size());
        for (std::size_t i = 1; i < line.size(); ++i) {
            const bool doubled = quote == '\'' && line.substr(i, 2) == "''";
            if (doubled || (quote == '"' && line[i] == '\\')) {
                ++i;
            } else if (line[i] == quote) {
                return static_cast<int>(i + 1);
            }
        }
        return static_cast<int>(line.size());
    }

    const Source& source_;
    std::string_view text_;
    Node root_;
    std::size_t root_offset_ = 0, nodes_ = 0;
    std::vector<Open> open_;
    Diagnostics diagnostics_;
};

struct Explanation {
    std::string_view parser;  ///< how the parser's message begins
    std::string_view message, help;
    bool in_escape = false;  ///< the parser points behind the escape, not at it
};

constexpr Explanation kExplanations[] = {
    {"illegal map value", "':' is not allowed here",
     "quote a text that contains ': '; put nested keys on lines of their own, indented"},
    {"illegal map key", "a key is not allowed here",
     "put nested keys on lines of their own, indented"},
    {"illegal block entry", "a list item is not allowed here",
     "put the list on the lines below its key: '- item'"},
    {"end of map not found", "this line is not 'key: value' of the map around it",
     "write 'key: value', indented like the other keys of the map"},
    {"end of sequence not found", "this line is not an item of the list around it",
     "write '- item', indented like the other items of the list"},
    {"end of map flow not found", "',' or '}' expected", "separate entries with ','; end with '}'"},
    {"end of sequence flow not found", "',' or ']' expected",
     "separate items with ','; end with ']'"},
    {"unknown escape character", "unknown escape in a double-quoted text",
     "write \\\\ for a backslash, or use single quotes", true},
    {"bad character found while scanning hex", "an escape has too few hexadecimal digits",
     "write \\xNN, \\uNNNN or \\UNNNNNNNN; or use single quotes", true},
    {"invalid unicode", "an escape does not name a character", "type the character as it is", true},
    {"unexpected character in block scalar", "text after '|' or '>'",
     "put the text on the lines below, indented"},
    {"cannot set zero indentation", "a block scalar cannot have indentation 0",
     "remove the 0 after '|' or '>'"},
    {"unknown token", "no value can start like this", "quote the text"},
};

/// Where the parser stopped, moved into the text if it was in the sentinel.
Position position_of(const Source& source, const YAML::Mark& mark) {
    const auto lines = std::count(source.text.begin(), source.text.end(), '\n') + 1;
    if (mark.line >= lines) return {&source, static_cast<int>(lines), 1};
    return {&source, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

Diagnostic explain(const Source& source, const YAML::Exception& e) {
    auto position = position_of(source, e.mark);
    for (const auto& [parser, message, help, in_escape] : kExplanations) {
        if (!starts_with(e.msg, parser)) continue;
        int width = 1;
        const auto read = position.source_line().substr(0, static_cast<std::size_t>(e.mark.column));
        if (const auto escape = read.rfind('\\'); in_escape && escape != std::string_view::npos) {
            position.column = static_cast<int>(escape) + 1;
            width = static_cast<int>(read.size() - escape);
        }
        return mistake("yaml.syntax", position, width, std::string(message), std::string(help));
    }
    return mistake("yaml.syntax", position, 1, "not valid YAML: " + e.msg,
                   "check the quotes, brackets and indentation up to here");
}

/// Parses the text and the sentinel after it; mistakes go to the builder's diagnostics. `whole`:
/// the text is known to be one document, so nothing but the sentinel may follow.
void build(const Source& source, Builder& builder, bool whole) {
    std::string text;
    text.reserve(source.text.size() + kSentinel.size() + 8);
    text += source.text;
    if (!text.ends_with('\n')) text += '\n';
    text += fmt::format("---\n{}\n", kSentinel);
    TextBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (!whole) return;
    Builder tail(source);
    parser.HandleNextDocument(tail);
    if (tail.root_offset() >= source.text.size() && tail.root().text == kSentinel) return;
    auto unread = mistake("yaml.syntax", tail.root().position, 1, "text that belongs to nothing",
                          "remove it, or quote the value that it is part of");
    builder.diagnostics().push_back(std::move(unread));
}

bool on_line_of_another(const Diagnostic& diagnostic, const Diagnostics& others) {
    return std::any_of(others.begin(), others.end(), [&](const Diagnostic& other) {
        return other.position.line == diagnostic.position.line;
    });
}

/// As build; `known` are the mistakes that the parser may trip over again.
void try_build(const Source& source, Builder& builder, const Diagnostics& known) {
    try {
        build(source, builder, known.empty());
    } catch (const YAML::Exception& e) {
        builder.abandon();
        auto diagnostic = explain(source, e);
        if (!on_line_of_another(diagnostic, known)) {
            builder.diagnostics().push_back(std::move(diagnostic));
        }
    } catch (LimitPassed& passed) {
        builder.diagnostics().push_back(std::move(passed.diagnostic));
    }
}

template <class Members>
auto* find_in(Members& members, std::string_view key) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const Member& member) { return member.key == key; });
    return found == members.end() ? nullptr : &found->value;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    return find_in(members, key);
}
Node* Node::find(std::string_view key) {
    return find_in(members, key);
}

Result<Node> parse(const Source& source) {
    if (auto diagnostics = lint_encoding(source); !diagnostics.empty()) {
        return fail(std::move(diagnostics));
    }
    auto lint = lint_tokens(source);
    Builder builder(source);
    if (lint.parsable && !lint.empty) try_build(source, builder, lint.diagnostics);
    if (lint.empty && lint.diagnostics.empty()) {
        lint.diagnostics.push_back(mistake("yaml.empty", {&source, 0, 0}, 1, "the file is empty",
                                           "write at least one 'key: value'"));
    }
    append(lint.diagnostics, std::move(builder.diagnostics()));
    if (lint.diagnostics.empty()) return std::move(builder.root());
    sort_and_unique(lint.diagnostics);
    return fail(std::move(lint.diagnostics));
}

std::string_view describe(const Node& node) {
    switch (node.type) {
        case Type::null:
            return "nothing";
        case Type::scalar:
            return "text";
        case Type::sequence:
            return "list";
        case Type::map:
            return "map";
    }
    return "";
}

}  // namespace agentops::yaml
