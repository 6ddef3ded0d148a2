#pragma once

// SHA-256 digests (libsodium), written as 64 lower-case hex digits.

#include <string>
#include <string_view>

#include "base/json.h"

namespace agentops {

std::string sha256(std::string_view bytes);
// Without these two, text would convert to a view and to a Json alike.
inline std::string sha256(const std::string& bytes) {
    return sha256(std::string_view(bytes));
}
inline std::string sha256(const char* bytes) {
    return sha256(std::string_view(bytes));
}
/// Digest of the canonical form: sorted keys, no white space.
std::string sha256(const Json& value);

}  // namespace agentops
