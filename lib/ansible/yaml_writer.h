#pragma once

// Writes values as YAML that Ansible reads back as exactly these values, and people like to read.

#include <string>
#include <string_view>

#include "ansible/value.h"

namespace agentops::ansible {

/// A YAML document, "---" first, two spaces, lists indented, at most 100 columns where YAML allows.
/// Data is inert: a text in which Jinja could find something is tagged !unsafe, scalars only; a
/// Text with variables becomes one Jinja expression whose data parts are string literals
/// ("{{ ('a' ~ agentops_x) | string }}"), so that nothing rewrites what looks like JSON or a
/// number. A Variable by itself keeps its type, and then a text that looks like JSON becomes what
/// it looks like: where a text is wanted, make it a Text. Keys must be inert by themselves and have
/// at most 1,000 bytes (InternalError). Byte-stable.
std::string to_yaml(const Value& document, const std::string& comment = {});

/// An empty text that Ansible holds for unsafe: what it is joined to is unsafe too. It is joined to
/// a Text whose data looks live, since its own variables may be numbers.
constexpr std::string_view kInertVariable = "agentops_inert";

/// True when Jinja could see a template in it: "{{", "{%" or "{#".
bool looks_live(const std::string& text);

}  // namespace agentops::ansible
