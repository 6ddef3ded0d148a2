#include "ansible/known_machines.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

using Addresses = std::set<std::string>;

Addresses read_list(const fs::path& path) {
    const auto text = read_file(path);
    const auto json = text ? Json::parse(*text, nullptr, false) : Json();
    Addresses found;
    if (!json.is_array()) return found;
    for (const auto& address : json) {
        if (address.is_string()) found.insert(address.get<std::string>());
    }
    return found;
}

/// The machine of a line: "10.0.0.5 ssh-ed25519 ..." or "[10.0.0.5]:2222 ssh-ed25519 ...".
std::string machine_of(const std::string& line) {
    auto name = line.substr(0, line.find(' '));
    return starts_with(name, "[") ? name.substr(1, name.find(']') - 1) : name;
}

Status forget_keys(const fs::path& known_hosts, const Addresses& gone) {
    const auto text = read_file(known_hosts);
    if (!text || gone.empty()) return {};
    std::string kept;
    for (const auto& line : split(*text, '\n')) {
        if (!line.empty() && !gone.contains(machine_of(line))) kept += line + "\n";
    }
    return kept == *text ? Status() : write_file(known_hosts, kept, 0600);
}

}  // namespace

Status remember_machines(const fs::path& list, const fs::path& known_hosts,
                         const std::set<std::string>& addresses) {
    auto gone = read_list(list);
    if (gone == addresses) return {};
    for (const auto& address : addresses)
        gone.erase(address);
    TRY_DO(forget_keys(known_hosts, gone));
    if (!addresses.empty()) return write_file(list, dump_json(Json(addresses)) + "\n", 0600);
    std::error_code ignored;
    fs::remove(list, ignored);
    return {};
}

}  // namespace agentops::ansible
