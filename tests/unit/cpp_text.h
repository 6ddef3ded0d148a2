#pragma once

// Reads C++ just enough to tell code, comments and string literals apart, for repo_test.

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace agentops {

class CppText {
public:
    /// A string literal, the innermost call (or brace) that it stands in, and as which argument.
    struct Literal {
        std::string text, call;
        int argument = 0;
    };

    explicit CppText(std::string raw) : raw_(std::move(raw)), code_(raw_) {
        while (at_ < raw_.size())
            step();
        for (std::size_t i = 0; i < literals_.size(); ++i)
            find_call(literals_[i], starts_[i]);
    }

    const std::string& raw() const { return raw_; }
    /// The same text, with comments and the contents of literals made spaces.
    const std::string& code() const { return code_; }
    const std::vector<Literal>& literals() const { return literals_; }

private:
    bool sees(std::string_view text) const {
        return std::string_view(raw_).substr(at_, text.size()) == text;
    }

    void step() {
        const auto next = [this](std::string_view text, std::size_t skip) {
            return std::min(raw_.find(text, at_ + skip), raw_.size());
        };
        if (sees("//")) return blank(next("\n", 2));
        if (sees("/*")) return blank(std::min(next("*/", 2) + 2, raw_.size()));
        if (sees("R\"")) return raw_literal();
        if (raw_[at_] == '"') return literal();
        if (raw_[at_] == '\'' && !follows_word()) return blank(end_of_quoted('\''));
        ++at_;
    }

    /// A quote inside a number: 1'000.
    bool follows_word() const {
        return at_ > 0 && std::isalnum(static_cast<unsigned char>(raw_[at_ - 1])) != 0;
    }

    void blank(std::size_t end) {
        for (; at_ < end; ++at_) {
            if (raw_[at_] != '\n') code_[at_] = ' ';
        }
    }

    std::size_t end_of_quoted(char quote) const {
        auto end = at_ + 1;
        while (end < raw_.size() && raw_[end] != quote)
            end += raw_[end] == '\\' ? 2 : 1;
        return std::min(end + 1, raw_.size());
    }

    void literal() {
        const auto end = end_of_quoted('"');
        std::string text;
        for (auto i = at_ + 1; i + 1 < end; ++i) {
            if (raw_[i] == '\\') ++i;
            text += raw_[i];
        }
        keep(std::move(text), end);
    }

    void raw_literal() {
        const auto open = raw_.find('(', at_);
        const auto close = ")" + raw_.substr(at_ + 2, open - at_ - 2) + "\"";
        const auto end = raw_.find(close, open);
        keep(raw_.substr(open + 1, end - open - 1), end + close.size());
    }

    void keep(std::string text, std::size_t end) {
        starts_.push_back(at_);
        literals_.push_back({std::move(text), "", 0});
        blank(end);
    }

    /// Walks back over balanced brackets, counting commas, to the one that is open.
    void find_call(Literal& literal, std::size_t start) const {
        int depth = 0;
        for (auto i = start; i-- > 0;) {
            const char c = code_[i];
            if (c == ')' || c == '}' || c == ']') ++depth;
            if (depth == 0 && c == ';') return;
            if (depth == 0 && c == ',') ++literal.argument;
            if (c != '(' && c != '{' && c != '[') continue;
            if (depth-- > 0) continue;
            literal.call = word_before(i);
            return;
        }
    }

    std::string word_before(std::size_t end) const {
        auto start = end;
        while (start > 0 && (std::isalnum(static_cast<unsigned char>(code_[start - 1])) != 0 ||
                             code_[start - 1] == '_'))
            --start;
        return code_.substr(start, end - start);
    }

    std::string raw_, code_;
    std::vector<Literal> literals_;
    std::vector<std::size_t> starts_;
    std::size_t at_ = 0;
};

}  // namespace agentops
