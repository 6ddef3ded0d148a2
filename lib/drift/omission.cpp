#include "drift/omission.h"

#include "base/result.h"
#include "base/text.h"

namespace agentops::drift {

namespace {

struct Operator {
    std::string_view sign;
    Term::Is is;
};

// The first that is found splits the term, and "^=" holds a "=".
constexpr Operator kOperators[] = {{"^=", Term::Is::prefixed},
                                   {"=", Term::Is::equal},
                                   {"@", Term::Is::left_out},
                                   {"~", Term::Is::covered}};

Term read_term(const std::string& text) {
    for (const auto& [sign, is] : kOperators) {
        const auto at = text.find(sign);
        if (at == std::string::npos || at == 0) continue;
        return {text.substr(0, at), is, text.substr(at + sign.size())};
    }
    throw InternalError("not an omission: " + text);
}

}  // namespace

std::vector<Omission> read_omissions(std::string_view text) {
    std::vector<Omission> all;
    if (text.empty()) return all;
    for (const auto& alternative : split(text, ' ')) {
        auto& omission = all.emplace_back();
        for (const auto& term : split(alternative, '&'))
            omission.push_back(read_term(term));
    }
    return all;
}

}  // namespace agentops::drift
