#pragma once

// Small text tools: escaping for screens, suggestions, UTF-8, globs.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agentops {

/// Makes any text inert on a terminal or in one line of a report: C0/C1 controls, DEL, bidi
/// controls (U+202A-E, U+2066-9) and invalid UTF-8 become \xNN or \u{NNNN}; newline becomes \n,
/// tab \t.
std::string escape_terminal(std::string_view text);

/// Byte offset of the first byte that is not valid UTF-8, if any.
std::optional<std::size_t> invalid_utf8(std::string_view text);
/// True when the text is in Unicode normal form C (utf8proc). Valid UTF-8 is required.
bool is_nfc(std::string_view text);
/// Terminal columns of a UTF-8 text (utf8proc).
int display_width(std::string_view text);

/// The candidate nearest to `word` by edit distance, if near enough to be worth saying.
std::optional<std::string> did_you_mean(std::string_view word,
                                        const std::vector<std::string>& candidates);

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& parts, std::string_view last);
std::string_view trim(std::string_view text);
/// Lines and runs of blanks become single blanks.
std::string single_line(std::string_view text);
/// A text that is a decimal number and nothing else, in the range of an int.
std::optional<int> whole_number(std::string_view text);
bool starts_with(std::string_view text, std::string_view prefix);

/// Shell-style match: * within a name, ** across '/', ? one character.
bool glob_match(std::string_view pattern, std::string_view text);

/// Names of intents, components, environments, secrets, params: [a-z][a-z0-9-]{0,62}
/// (params and secrets may also use '_').
bool is_name(std::string_view text, bool underscores = false);

/// "1 change", "2 changes".
std::string count_of(std::size_t n, std::string_view noun);

}  // namespace agentops
