#include "catalog/connect.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace agentops::catalog {

namespace {

/// "~/x" below the home folder, everything else below the project.
fs::path resolve(const std::string& file, const fs::path& root) {
    if (!starts_with(file, "~/")) return (root / file).lexically_normal();
    const char* home = std::getenv("HOME");
    return (fs::path(home == nullptr ? "/" : home) / file.substr(2)).lexically_normal();
}

/// Ansible and ssh take the path apart when it holds quotes, percent signs or spaces.
bool is_key_path(std::string_view path) {
    constexpr std::string_view kSigns = "/._+@~-";
    return !path.empty() && path.front() != '-' &&
           std::all_of(path.begin(), path.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      kSigns.find(c) != std::string_view::npos;
           });
}

}  // namespace

bool decode_value(const yaml::Node& node, PrivateKey& value, Decoding& context) {
    if (node.is_scalar() && !intent::references_in(node).empty()) {
        SecretName secret;
        if (!decode_value(node, secret, context)) return false;
        value.secret = secret.value;
        return true;
    }
    if (!agentops::decode_value(node, value.file, context)) return false;
    if (is_key_path(value.file)) return true;
    Decoding own{context.out, "catalog"};
    return own.fail(node, "key", fmt::format("'{}' is no path of a key", value.file),
                    "write ~/.ssh/id_ed25519, a path in the project, or \"${secret.NAME}\"");
}

Json value_schema(const PrivateKey*) {
    return {{"type", "string"}};
}

void Login::apply_to(ansible::Connection& connection, const intent::Project& project) const {
    if (user) connection.user = user->value;
    if (port) connection.port = port->value;
    if (python) connection.python = python->value;
    if (!key) return;
    connection.key_secret = key->secret;
    connection.key_file = key->secret.empty() ? resolve(key->file, project.root).string() : "";
}

ansible::Jump to_jump(const JumpHost& host) {
    return {host.address.value, host.port.value, host.user ? host.user->value : ""};
}

}  // namespace agentops::catalog
