#include "base/yaml_lint.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"

namespace agentops::yaml {

namespace {

constexpr char kEnd = '\0';  // beyond the text; never in it, see lint_encoding

/// Walks over the tokens of a text as YAML 1.2 has them, and only as far as is needed to know where
/// a token starts: structure is the parser's business.
class Linter {
public:
    explicit Linter(const Source& source) : source_(source), text_(source.text) {}

    Lint run() {
        while (!done_ && at_ < text_.size())
            line();
        unclosed_brackets();
        return std::move(lint_);
    }

private:
    struct Bracket {
        Position position;
        char open;
    };

    static bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }
    static bool is_blank(char c) { return c == ' ' || c == '\t'; }
    static bool is_break(char c) { return c == '\n' || c == '\r' || c == kEnd; }
    static bool is_blank_or_break(char c) { return is_blank(c) || is_break(c); }
    static bool is_flow(char c) { return is_one_of(c, ",[]{}"); }

    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : kEnd;
    }
    int column() const { return static_cast<int>(at_ - line_start_); }
    Position here() const { return {&source_, line_, column() + 1}; }
    bool in_flow() const { return !brackets_.empty(); }

    void report(std::string_view code, Position position, std::size_t width, std::string message,
                std::string help) {
        lint_.diagnostics.push_back(
            mistake(code, position, static_cast<int>(width), std::move(message), std::move(help)));
        if (lint_.diagnostics.size() >= kMaxDiagnostics) stop();
    }
    /// As report, for a mistake after which the parser would only be confused.
    void report_fatal(std::string_view code, Position position, std::size_t width,
                      std::string message, std::string help) {
        lint_.parsable = false;
        report(code, position, width, std::move(message), std::move(help));
    }
    void stop() {
        done_ = true;
        brackets_.clear();
    }

    // Lines.

    void next_line() {
        const auto end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
        line_start_ = at_;
        ++line_;
    }
    void skip(std::string_view set) {
        at_ = std::min(text_.find_first_not_of(set, at_), text_.size());
    }
    void skip_blanks() { skip(" \t"); }
    void skip_spaces() { skip(" "); }
    /// Moves to the first character of the next line that is not blank.
    void next_text_line() {
        do {
            next_line();
            skip_blanks();
        } while (at_ < text_.size() && is_break(peek()));
        at_ = line_start_;
        skip_spaces();
    }
    bool at_document_marker() const {
        if (column() != 0 || !is_blank_or_break(peek(3))) return false;
        return text_.substr(at_, 3) == "---" || text_.substr(at_, 3) == "...";
    }

    void line() {
        skip_spaces();
        indentation_tab();
        skip_blanks();
        line_text_ = at_;
        if (at_document_marker()) document_marker();
        if (done_ || is_break(peek())) return next_line();
        if (!in_flow()) leave_blocks(column());
        if (plain_open_ && peek() != '#' && (in_flow() || column() > plain_parent_)) {
            plain();
        } else {
            plain_open_ = false;
        }
        while (!done_ && !is_break(peek()))
            token();
        if (!done_) next_line();
    }

    void indentation_tab() {
        if (peek() != '\t') return;
        const auto start = here();
        const auto begin = at_;
        skip_blanks();
        if (is_break(peek())) return;
        report_fatal("yaml.tab", start, at_ - begin, "tab in the indentation",
                     "indent with spaces");
    }

    void document_marker() {
        const bool starts = peek() == '-';
        if (starts && (started_ || ended_ || !lint_.empty)) return second_document();
        unclosed_brackets();
        blocks_.clear();
        plain_open_ = false;
        (starts ? started_ : ended_) = true;
        at_ += 3;
        skip_blanks();
    }
    void second_document() {
        report("yaml.documents", here(), 3, "a second document", "put it in a file of its own");
        unclosed_brackets();
        stop();
    }

    // Block structure: the columns of the open maps and lists.

    int parent() const { return blocks_.empty() ? -1 : blocks_.back(); }
    void leave_blocks(int column) {
        while (!blocks_.empty() && blocks_.back() > column)
            blocks_.pop_back();
    }
    void enter_block(int column) {
        if (in_flow()) return;
        leave_blocks(column);
        if (parent() < column) blocks_.push_back(column);
    }

    // Tokens.

    void token() {
        const char c = peek();
        if (is_blank(c)) return skip_blanks();
        if (c == '#') return skip_comment();
        if (ended_) {
            report("yaml.documents", here(), 1, "text after the end ('...')",
                   "remove the '...' line");
            return stop();
        }
        if (c == '%' && column() == 0 && lint_.empty && !started_) return directive();
        lint_.empty = false;
        if (is_one_of(c, "-?:") && is_blank_or_break(peek(1))) return indicator(c);
        if (in_flow() && is_one_of(c, ":,")) return separator();
        value_due_ = false;
        if (!in_flow()) entry_ = column();
        if (is_one_of(c, "[{")) return open_bracket();
        if (is_one_of(c, "]}")) return close_bracket();
        if (is_one_of(c, "'\"")) return quoted();
        if (is_one_of(c, "&*!")) return property();
        if (is_one_of(c, "|>") && !in_flow()) return block_scalar();
        if (is_one_of(c, "@`%|>,")) return reserved();
        plain();
    }
    void skip_comment() { at_ = std::min(text_.find('\n', at_), text_.size()); }
    void directive() {
        report_fatal("yaml.directive", here(), line_rest(at_), "directives are not supported",
                     "remove the line");
        skip_comment();
    }
    /// Bytes from a place to the end of its line, trailing blanks excluded.
    std::size_t line_rest(std::size_t from) const {
        const auto rest = text_.substr(from, text_.find('\n', from) - from);
        return rest.find_last_not_of(" \t\r") + 1;
    }

    void indicator(char c) {
        enter_block(c == ':' && at_ != line_text_ ? entry_ : column());
        ++at_;
        if (c == '-' && peek() == '\t' && !in_flow()) indentation_tab();
    }
    void separator() {
        count_flow_token();
        if (peek() == ',' && value_due_) {
            report_fatal("yaml.syntax", here(), 1, "nothing before ','", "remove the ','");
        }
        value_due_ = peek() == ',';
        ++at_;
    }
    /// The parser reads all that is in brackets before it says a word: its limits come too late.
    void count_flow_token() {
        if (++flow_tokens_ <= 2 * kMaxNodes) return;
        report_fatal("yaml.nodes", here(), 1, fmt::format("more than {} values", kMaxNodes),
                     "split the file");
        stop();
    }

    void open_bracket() {
        count_flow_token();
        if (brackets_.size() >= kMaxDepth) {
            report_fatal("yaml.depth", here(), 1, fmt::format("nested deeper than {}", kMaxDepth),
                         "flatten the structure");
            return stop();
        }
        brackets_.push_back({here(), peek()});
        value_due_ = true;
        ++at_;
    }
    void close_bracket() {
        const char expected = !in_flow() ? kEnd : brackets_.back().open == '[' ? ']' : '}';
        if (peek() != expected) {
            report_fatal("yaml.syntax", here(), 1, fmt::format("unexpected '{}'", peek()),
                         !in_flow()
                             ? "quote the text that it is part of"
                             : fmt::format("close the '{}' of line {} first", brackets_.back().open,
                                           brackets_.back().position.line));
        }
        if (in_flow()) brackets_.pop_back();
        ++at_;
    }
    void unclosed_brackets() {
        for (const auto& [position, open] : std::exchange(brackets_, {})) {
            report_fatal("yaml.syntax", position, 1, fmt::format("'{}' is never closed", open),
                         fmt::format("close it with '{}'", open == '[' ? ']' : '}'));
        }
    }

    /// Anchor, alias or tag. What follows an anchor or tag is a value of its own; what follows '*'
    /// is not, and usually was meant as text.
    void property() {
        const char kind = peek();
        const auto start = here();
        const auto begin = at_;
        if (kind == '*') plain();
        while (!is_blank_or_break(peek()) && !(in_flow() && is_flow(peek())) && kind != '*')
            ++at_;
        const auto name = trim(text_.substr(begin, at_ - begin));
        const auto quote = fmt::format("; if it is text, quote it: \"{}\"", name);
        if (kind == '!') {
            report("yaml.tag", start, name.size(), fmt::format("tag '{}' is not allowed", name),
                   "remove the tag" + quote);
        } else {
            report("yaml.anchor", start, name.size(),
                   fmt::format("{} '{}' is not allowed", kind == '&' ? "anchor" : "alias", name),
                   "write the value in full" + quote);
        }
    }
    void reserved() {
        const char first = peek();
        const auto start = here();
        const auto begin = at_++;
        plain();
        const auto word = trim(text_.substr(begin, at_ - begin));
        report_fatal("yaml.syntax", start, word.size(),
                     fmt::format("a value cannot start with '{}'", first),
                     fmt::format("quote it: \"{}\"", word));
    }

    /// A plain scalar, or the part of it on this line.
    void plain() {
        const auto begin = at_;
        const auto start = here();
        for (; !is_break(peek()) && !ends_plain(begin); ++at_) {
            if (peek() != '?' || !in_flow()) continue;
            // YAML allows it, but the parser ends the text there.
            report_fatal("yaml.syntax", here(), 1, "'?' in unquoted text inside brackets",
                         "quote the text that it is part of");
        }
        const bool is_key = peek() == ':';
        if (is_key && trim(text_.substr(begin, at_ - begin)) == "<<") {
            report("yaml.merge-key", start, 2, "merge keys are not supported",
                   "write the keys out; environments overlay what differs");
        }
        if (!is_key && !in_flow() && !confused_ && start.column - 1 == parent()) {
            missing_colon(start, begin);
        }
        plain_open_ = is_break(peek());
        plain_parent_ = parent();
    }
    /// Plain text where only a key or a list item can stand.
    void missing_colon(Position start, std::size_t begin) {
        const auto word = trim(text_.substr(begin, at_ - begin));
        report_fatal("yaml.syntax", start, word.size(), "neither 'key: value' nor '- item'",
                     fmt::format("write '{0}: ...' or '- {0}', or indent it deeper", word));
    }
    bool ends_plain(std::size_t begin) const {
        const char c = peek();
        if (c == '#') return at_ > begin && is_blank(text_[at_ - 1]);
        if (in_flow() && is_flow(c)) return true;
        if (c != ':') return false;
        return is_blank_or_break(peek(1)) || (in_flow() && is_flow(peek(1)));
    }

    // Quoted scalars. They may span lines, but only lines deeper than their parent: that is how a
    // forgotten quote is noticed at once and not at the end of the file.

    void quoted() {
        const auto start = here();
        const auto begin = at_;
        const auto line_start = line_start_;
        const char quote = peek();
        for (++at_; peek() != quote || skip_doubled(quote); ++at_) {
            if (quote == '"' && peek() == '\\' && !is_break(peek(1))) ++at_;
            if (!is_break(peek()) || (peek() == '\r' && peek(1) == '\n')) continue;
            if (goes_on()) continue;
            report_fatal("yaml.unclosed-quote", start, line_rest(begin), "quote is not closed",
                         fmt::format("close it with {} on the same line; a text of several lines "
                                     "is indented deeper than its key",
                                     quote));
            return resume(begin, line_start, start.line);
        }
        ++at_;
        after_quote(quote);
    }
    bool skip_doubled(char quote) {
        if (quote != '\'' || peek(1) != '\'') return false;
        ++at_;
        return true;
    }
    /// At a line break inside quotes: moves before the next text, if the quoted text may go on
    /// there.
    bool goes_on() {
        next_text_line();
        if (at_ >= text_.size() || at_document_marker()) return false;
        if (peek() == '\t') {
            indentation_tab();
        } else if (column() <= parent()) {
            return false;
        }
        --at_;
        return true;
    }
    void resume(std::size_t begin, std::size_t line_start, int line) {
        line_ = line;
        line_start_ = line_start;
        at_ = std::min(text_.find('\n', begin), text_.size());
        brackets_.clear();
        confused_ = true;
    }
    void after_quote(char quote) {
        const char c = peek();
        if (is_blank_or_break(c) || (in_flow() && (is_flow(c) || c == ':'))) return;
        if (confused_ || (c == ':' && is_blank_or_break(peek(1)))) return;
        report_fatal("yaml.syntax", here(), line_rest(at_), "text after the closing quote",
                     c == ':'       ? "put a space after ':'"
                     : quote == '"' ? "inside double quotes write \\\" for a quote"
                                    : "inside single quotes write '' for a quote");
        skip_comment();
    }

    // Block scalars: '|' and '>'.

    void block_scalar() {
        int indent = -1;
        for (++at_; is_one_of(peek(), "+-123456789"); ++at_) {
            if (peek() >= '1') indent = std::max(parent(), 0) + (peek() - '0');
        }
        next_text_line();
        if (indent < 0) indent = std::max(column(), parent() + 1);
        while (at_ < text_.size() && column() >= indent && !at_document_marker())
            next_text_line();
        if (at_ >= text_.size()) return;
        at_ = line_start_ - 1;  // line() ends the line that comes before
        --line_;
    }

    const Source& source_;
    std::string_view text_;
    Lint lint_;
    std::size_t at_ = 0, line_start_ = 0, line_text_ = 0;  // line_text_: the line's first token
    std::size_t flow_tokens_ = 0;
    int line_ = 1;
    int entry_ = 0;  // column of the last token that may be a key
    std::vector<int> blocks_;
    std::vector<Bracket> brackets_;
    bool plain_open_ = false;               // the last line ended inside a plain scalar...
    int plain_parent_ = -1;                 // ...that goes on where a line is deeper than this
    bool started_ = false, ended_ = false;  // '---' and '...' seen
    bool done_ = false;
    bool value_due_ = false;  // after '[', '{' or ','
    bool confused_ = false;   // after an open quote: text may look out of place without being so
};

}  // namespace

Lint lint_tokens(const Source& source) {
    return Linter(source).run();
}

}  // namespace agentops::yaml
