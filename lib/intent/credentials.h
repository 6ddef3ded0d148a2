#pragma once

// A credential written into a file is a mistake, whatever it is for: it ends up in git, in plans
// and in reviews. Two ways to tell: by what the text looks like, and by the name of its key.

#include <optional>
#include <string_view>

#include "base/fields.h"

namespace agentops::intent {

/// Reports every scalar below the node that looks like a credential (code <area>.literal-secret).
/// The message never repeats the text.
void check_credentials(const yaml::Node& root, Decoding& context);

/// What a text looks like, e.g. "an AWS access key id", judged by the text alone.
std::optional<std::string_view> credential_in(std::string_view text);

/// True for keys whose value is a credential: password, db_password, apiKey, access_key, ...
bool names_credential(std::string_view key);

}  // namespace agentops::intent
