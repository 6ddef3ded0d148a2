#include "intent/credentials.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "intent/ascii.h"
#include "intent/reference.h"

namespace agentops::intent {

namespace {

bool is_upper_or_digit(char c) {
    return is_upper(c) || is_digit(c);
}
bool is_token_char(char c) {
    return is_alnum(c) || c == '_' || c == '-';
}
bool is_base64(char c) {
    return is_alnum(c) || c == '+' || c == '/';
}

/// A token known by its prefix and by what follows: at least `least` characters of a class.
struct TokenForm {
    std::string_view prefix;
    std::size_t least;
    bool (*follows)(char);
    std::string_view noun;
};

constexpr TokenForm kTokenForms[] = {
    {"AKIA", 16, is_upper_or_digit, "an AWS access key id"},
    {"ASIA", 16, is_upper_or_digit, "an AWS access key id"},
    {"ghp_", 36, is_alnum, "a GitHub token"},
    {"gho_", 36, is_alnum, "a GitHub token"},
    {"ghu_", 36, is_alnum, "a GitHub token"},
    {"ghs_", 36, is_alnum, "a GitHub token"},
    {"ghr_", 36, is_alnum, "a GitHub token"},
    {"github_pat_", 22, is_token_char, "a GitHub token"},
    {"glpat-", 20, is_token_char, "a GitLab token"},
    {"xoxa-", 10, is_token_char, "a Slack token"},
    {"xoxb-", 10, is_token_char, "a Slack token"},
    {"xoxp-", 10, is_token_char, "a Slack token"},
    {"xoxr-", 10, is_token_char, "a Slack token"},
    {"xoxs-", 10, is_token_char, "a Slack token"},
    {"AIza", 35, is_token_char, "a Google API key"},
    {"sk_live_", 16, is_alnum, "a Stripe key"},
};
constexpr std::size_t kShortestToken = 15;

constexpr std::array<std::string_view, 9> kCredentialKeys{
    "password", "passwd",      "passphrase", "secret",    "token",
    "api_key",  "private_key", "access_key", "secret_key"};

std::size_t run_length(std::string_view text, bool (*in_class)(char)) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), in_class) -
                                    text.begin());
}

bool has_token(std::string_view text, const TokenForm& form) {
    for (auto at = text.find(form.prefix); at != text.npos; at = text.find(form.prefix, at + 1)) {
        const bool at_start = at == 0 || !is_alnum(text[at - 1]);
        if (at_start &&
            run_length(text.substr(at + form.prefix.size()), form.follows) >= form.least)
            return true;
    }
    return false;
}

bool has_private_key(std::string_view text) {
    const auto begin = text.find("-----BEGIN ");
    return begin != text.npos && text.find("PRIVATE KEY", begin) != text.npos;
}

/// Three base64 parts of which the first two are JSON objects.
bool has_json_web_token(std::string_view text) {
    for (auto at = text.find("eyJ"); at != text.npos; at = text.find("eyJ", at + 1)) {
        const auto head = run_length(text.substr(at), is_token_char);
        const auto rest = text.substr(at + head);
        if (head > 10 && starts_with(rest, ".eyJ") &&
            starts_with(rest.substr(1 + run_length(rest.substr(1), is_token_char)), "."))
            return true;
    }
    return false;
}

/// 40 characters of mixed base64: an AWS secret access key, or by their digits alone a SHA-1.
bool is_aws_secret(std::string_view run) {
    return run.size() == 40 && std::any_of(run.begin(), run.end(), is_upper) &&
           std::any_of(run.begin(), run.end(), is_lower) &&
           std::any_of(run.begin(), run.end(), is_digit);
}

/// Alone those 40 characters could be anything: a word before them (or the key) must say so.
bool has_aws_secret(std::string_view text) {
    const auto words = lower(text);
    const auto said = std::min(words.find("secret"), words.find("access_key"));
    if (said == std::string::npos) return false;
    for (auto at = said; at < text.size();) {
        const auto run = run_length(text.substr(at), is_base64);
        if (is_aws_secret(text.substr(at, run))) return true;
        at += run + 1;
    }
    return false;
}

/// dbPassword and db-password become db_password.
std::string snake_case(std::string_view key) {
    std::string result;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const bool hump =
            is_upper(key[i]) && i > 0 && (is_lower(key[i - 1]) || is_digit(key[i - 1]));
        if (hump) result += '_';
        result += key[i] == '-' ? '_' : key[i];
    }
    return lower(result);
}

/// One reference to a secret or to an output, and nothing else: no value stands in the file.
bool is_pure_reference(const yaml::Node& node) {
    const auto text = parse_template(node);
    if (text.parts.size() != 1) return false;
    const auto* reference = std::get_if<Reference>(&text.parts.front());
    return reference != nullptr && reference->kind != RefKind::param &&
           reference->kind != RefKind::environment;
}

bool is_boolean(const yaml::Node& node) {
    return !node.quoted && (node.text == "true" || node.text == "false");
}

class CredentialWalk {
public:
    explicit CredentialWalk(Decoding& context) : context_(context) {}

    /// `key` is the one that names the value, "" when none does.
    void node(const yaml::Node& node, std::string_view key) {
        if (node.is_scalar()) scalar(node, key);
        for (const auto& item : node.items)
            this->node(item, key);
        for (const auto& member : node.members) {
            // params: {db_password: {default: ...}}: the name stands one level up.
            this->node(member.value, member.key == "default" ? key : member.key);
        }
    }

private:
    void scalar(const yaml::Node& node, std::string_view key) {
        if (const auto noun = credential_in(node.text)) {
            report(node, fmt::format("this looks like {}", *noun), key);
        } else if (!node.text.empty() && names_credential(key) && !is_boolean(node) &&
                   !is_pure_reference(node)) {
            report(node, fmt::format("'{}' holds a credential, written in the file", key), key);
        }
    }

    void report(const yaml::Node& node, std::string message, std::string_view key) {
        std::string name = snake_case(key);
        if (!is_name(name, true) || !names_credential(key)) name = "my_secret";
        const auto help =
            context_.area == "project"
                ? std::string("leave it out: backends find their credentials in the environment")
                : fmt::format(
                      "write \"${{secret.{0}}}\" and in agentops.yaml "
                      "`secrets: {{{0}: {{env: {1}}}}}`",
                      name, upper(name));
        context_.fail(node, "literal-secret", std::move(message), help);
        context_.out.back().width = 0;
    }

    Decoding& context_;
};

}  // namespace

std::optional<std::string_view> credential_in(std::string_view text) {
    if (text.size() < kShortestToken) return std::nullopt;
    for (const auto& form : kTokenForms) {
        if (has_token(text, form)) return form.noun;
    }
    if (has_private_key(text)) return "a private key";
    if (has_json_web_token(text)) return "a JSON web token";
    if (has_aws_secret(text)) return "an AWS secret access key";
    return std::nullopt;
}

bool names_credential(std::string_view key) {
    if (key.size() < 5) return false;
    const auto name = snake_case(key);
    return std::any_of(kCredentialKeys.begin(), kCredentialKeys.end(), [&](std::string_view word) {
        return name == word || name.ends_with("_" + std::string(word));
    });
}

void check_credentials(const yaml::Node& root, Decoding& context) {
    CredentialWalk(context).node(root, "");
}

}  // namespace agentops::intent
