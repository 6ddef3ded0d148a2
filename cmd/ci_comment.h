#pragma once

// One comment on a pull request and one issue about drift, updated in place. Both are found again
// by a mark in their text, which no reader sees.

#include <string>
#include <vector>

#include "cmd/forge.h"
#include "report/document.h"

namespace agentops::cmd {

/// What was done at the forge.
struct Posted {
    std::string action;  ///< created, updated, unchanged, closed, or none
    std::string url;
    std::string why;  ///< of none
};

/// The body of a comment with one section put in, in the place of an earlier one of the name; the
/// others stay. `body` is "" for a new one.
std::string with_section(const std::string& body, const std::string& section,
                         const std::string& text);

/// Puts the records, as Markdown, into a section of the request's comment. They are cut to what the
/// forge takes. Nothing is done where there is no request, or a fork's. Codes: forge.*.
Result<Posted> post_comment(const Forge& forge, const std::string& section,
                            const std::vector<report::Document>& documents, run::Runner& runner);

/// Opens or updates the issue about drift when the record has any, or could not tell; closes it
/// when all is in sync. Codes: forge.*.
Result<Posted> post_issue(const Forge& forge, const report::Document& document,
                          run::Runner& runner);

}  // namespace agentops::cmd
