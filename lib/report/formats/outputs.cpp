// What a later job of a pipeline asks for, one NAME=VALUE a line: for $GITHUB_OUTPUT, and to be
// read by a shell. Values are numbers and short words only, so that no text of an intent is ever
// run.

#include <fmt/core.h>

#include <algorithm>

#include "report/document.h"

namespace agentops::report {

namespace {

/// Whatever is no run id and no command becomes nothing.
std::string plain_word(std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    return is_plain ? std::string(text) : "";
}

}  // namespace

std::string write_outputs(const Document& document, const FormatOptions&) {
    const auto counts = document.counts();
    std::size_t drifted = 0;
    for (const auto& stack : document.stacks)
        drifted += static_cast<std::size_t>(
            std::count_if(stack.drift.begin(), stack.drift.end(),
                          [](const DocumentDrift& drift) { return drift.drifted(); }));
    const auto findings =
        std::count_if(document.findings.begin(), document.findings.end(),
                      [](const DocumentRemark& finding) { return !finding.waived; });
    return fmt::format(
        "command={}\nrun={}\nexit_code={}\ncreate={}\nupdate={}\nreplace={}\ndestroy={}\n"
        "findings={}\ndrifted={}\n",
        plain_word(document.command), plain_word(document.run), static_cast<int>(document.exit),
        counts.create, counts.update, counts.replace, counts.destroy, findings, drifted);
}

}  // namespace agentops::report
