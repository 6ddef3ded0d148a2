#pragma once

// Writes values as YAML that Ansible reads back as exactly these values, and people like to read.

#include <string>

#include "ansible/value.h"

namespace agentops::ansible {

/// A YAML document, "---" first, two spaces, lists indented, at most 100 columns where YAML allows.
/// Data is inert: a text in which Jinja could find something is tagged !unsafe, scalars only; a
/// Text with variables becomes one Jinja expression whose data parts are string literals
/// ("{{ ('a' ~ agentops_x) | string }}"), so that nothing rewrites what looks like JSON or a
/// number. Keys must be inert by themselves (InternalError). Byte-stable.
std::string to_yaml(const Value& document, const std::string& comment = {});

/// True when Jinja could see a template in it: "{{", "{%" or "{#".
bool looks_live(const std::string& text);

}  // namespace agentops::ansible
