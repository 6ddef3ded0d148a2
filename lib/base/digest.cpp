#include "base/digest.h"

#include <sodium.h>

#include <nlohmann/json.hpp>

namespace agentops {

std::string sha256(std::string_view bytes) {
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    char hex[2 * sizeof digest + 1];
    return sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
}

std::string sha256(const Json& value) {
    return sha256(std::string_view(dump_json(value)));
}

}  // namespace agentops
