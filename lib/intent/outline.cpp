#include "intent/outline.h"

#include "base/text.h"

namespace agentops::intent {

namespace {

constexpr std::string_view kKey = "intent";
constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kQuotes = "\"'";
constexpr std::string_view kBetweenWords = " \t\r\n\"'{}[],";

std::string_view past(std::string_view text, std::string_view letters) {
    const auto end = text.find_first_not_of(letters);
    return end == std::string_view::npos ? "" : text.substr(end);
}

/// The letters of a name at the start of a text, a quote before them passed over.
std::string leading_name(std::string_view text) {
    const auto rest = past(past(text, kBlanks), kQuotes);
    return std::string(rest.substr(0, rest.find_first_not_of(kNameLetters)));
}

/// The value of the key `intent` that stands at the start of a line or of a map.
std::string name_in(std::string_view text) {
    for (auto at = text.find(kKey); at != std::string_view::npos; at = text.find(kKey, at + 1)) {
        const char before = at == 0 ? '\n' : text[at - 1];
        if (std::string_view("\n{, \"'\xBF").find(before) == std::string_view::npos) continue;
        auto rest = past(past(text.substr(at + kKey.size()), kQuotes), kBlanks);
        if (!starts_with(rest, ":")) continue;
        if (auto name = leading_name(rest.substr(1)); !name.empty()) return name;
    }
    return "";
}

}  // namespace

Outline outline_of(std::string_view text) {
    Outline outline;
    outline.name = name_in(text);
    for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
        const auto inside = text.substr(at + 2);
        const auto end = inside.find_first_not_of(kNameLetters);
        if (end != std::string_view::npos && end > 0 && inside[end] == ':')
            outline.reads.insert(std::string(inside.substr(0, end)));
    }
    return outline;
}

std::vector<std::string> path_words(std::string_view text) {
    std::vector<std::string> words;
    while (!(text = past(text, kBetweenWords)).empty()) {
        auto word = text.substr(0, text.find_first_of(kBetweenWords));
        text.remove_prefix(word.size());
        if (word.ends_with(':')) continue;  // a key
        const auto reference = word.find("${");
        if (reference != std::string_view::npos)
            word = word.substr(0, word.substr(0, reference).rfind('/') + 1);
        if (!word.empty()) words.emplace_back(word);
    }
    return words;
}

bool is_path_word(std::string_view name) {
    return name.find_first_of(kBetweenWords) == std::string_view::npos;
}

}  // namespace agentops::intent
