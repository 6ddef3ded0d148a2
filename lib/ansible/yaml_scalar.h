#pragma once

// One text as one YAML scalar. PyYAML reads YAML 1.1, in which `no`, 0644, 1:30 and 2026-01-01 are
// not texts: what may stand without quotes is a short list, not all that YAML would take.

#include <string>
#include <string_view>

namespace agentops::ansible {

/// Plain, quoted, or a literal block, whichever reads best and is exact. The scalar begins at
/// `column`; its further lines, if any, are indented by `indent` (2 or more). Without an end of
/// line. Text that is not UTF-8 is an InternalError.
std::string yaml_scalar(std::string_view text, std::size_t indent, std::size_t column);

/// The same on one line, as YAML wants its keys. A key of more than 1,000 bytes is an
/// InternalError.
std::string yaml_key(std::string_view text);

/// `text` as comment lines: nothing in it can end the comment.
std::string yaml_comment(std::string_view text);

}  // namespace agentops::ansible
