#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "ansible/artifacts.h"
#include "ansible/ssh_options.h"
#include "ansible/yaml_writer.h"
#include "base/digest.h"

namespace agentops::ansible {

namespace {

/// The private key's file; "" leaves it to ssh. In an artifact a key from a secret is nowhere yet.
std::string key_of(const Connection& connection, const Settings* run) {
    if (!connection.key_file.empty()) return plain_path(connection.key_file);
    if (connection.key_secret.empty() || run == nullptr) return "";
    return plain_path(run->run_dir / "keys" / connection.key_secret);
}

void add_text(Map& vars, const char* name, const std::string& text) {
    if (!text.empty()) vars.emplace_back(name, text);
}

/// Two machines with one private address behind two jump hosts must not share a connection, and ssh
/// names a connection by the address alone.
std::string control_path(const Jump& jump) {
    const auto way = sha256(fmt::format("{}@{}:{}", jump.user, jump.address, jump.port));
    return "%(directory)s/%%C-" + way.substr(0, 8);
}

/// "db-admin" -> the variable with that secret's value.
Variable secret_variable(const std::string& secret) {
    return {"agentops_secret_" + group_name(secret)};
}

Map connection_vars(const Connection& connection, const Settings* run) {
    const auto key = key_of(connection, run);
    Map vars;
    vars.emplace_back("ansible_port", connection.port);
    add_text(vars, "ansible_user", connection.user);
    add_text(vars, "ansible_ssh_private_key_file", key);
    add_text(vars, "ansible_python_interpreter", connection.python);
    add_text(vars, "ansible_ssh_common_args", argument_line(machine_options(connection, key, run)));
    if (connection.jump) add_text(vars, "ansible_control_path", control_path(*connection.jump));
    if (!connection.become_secret.empty())
        vars.emplace_back("ansible_become_password",
                          Text{{secret_variable(connection.become_secret)}});
    return vars;
}

bool share_connection(const std::vector<Host>& hosts) {
    return std::all_of(hosts.begin(), hosts.end(), [&](const Host& host) {
        return host.connection == hosts.front().connection;
    });
}

Map host_map(const Host& host, bool shared, const Settings* run) {
    Map map;
    if (!host.address.empty()) {
        if (!is_address(host.address)) throw InternalError("a host without a proper address");
        map.emplace_back("ansible_host", host.address);
    }
    if (shared) return map;
    for (auto& entry : connection_vars(host.connection, run))
        map.push_back(std::move(entry));
    return map;
}

Map own_group(const std::vector<Host>& hosts, const Settings* run) {
    const bool shared = share_connection(hosts);
    Map members;
    for (const auto& host : hosts)
        members.emplace_back(host.name, host_map(host, shared, run));
    Map group{{"hosts", std::move(members)}};
    if (shared && !hosts.empty())
        group.emplace_back("vars", connection_vars(hosts.front().connection, run));
    return group;
}

std::map<std::string, Map> more_groups(const std::string& own, const std::vector<Host>& hosts) {
    std::map<std::string, Map> groups;
    for (const auto& host : hosts) {
        for (const auto& name : host.groups) {
            if (group_name(name) != own) groups[group_name(name)].emplace_back(host.name, Map{});
        }
    }
    return groups;
}

void add_vars(std::vector<Artifact>& files, const std::string& name, const Map& vars,
              const std::string& comment) {
    if (!vars.empty()) files.push_back({name, to_yaml(vars, comment)});
}

}  // namespace

bool is_address(std::string_view text) {
    const auto is_fine = [](char c) {
        return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
               c == '.' || c == '_' || c == ':' || c == '-';
    };
    return !text.empty() && text.front() != '-' && text.size() <= 253 &&
           std::all_of(text.begin(), text.end(), is_fine);
}

std::string group_name(std::string_view component) {
    std::string name(component);
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

std::string inventory_text(const Unit& unit, const std::vector<Host>& hosts, const Settings* run,
                           const std::string& comment) {
    const auto own = group_name(unit.group);
    Map groups{{own, own_group(hosts, run)}};
    for (auto& [name, members] : more_groups(own, hosts))
        groups.emplace_back(name, Map{{"hosts", std::move(members)}});
    return to_yaml(Map{{"all", Map{{"children", std::move(groups)}}}}, comment);
}

std::vector<Artifact> vars_files(const Unit& unit, const Map& group_vars,
                                 const std::string& comment) {
    std::vector<Artifact> files;
    add_vars(files, fmt::format("group_vars/{}.yml", group_name(unit.group)), group_vars, comment);
    for (const auto& host : unit.hosts)
        add_vars(files, fmt::format("host_vars/{}.yml", host.name), host.vars, comment);
    return files;
}

std::string known_hosts_text(const std::vector<Host>& hosts) {
    std::string text;
    for (const auto& host : hosts) {
        if (host.host_key.empty()) continue;
        if (!is_address(host.address) || host.host_key.find('\n') != std::string::npos)
            throw InternalError("a pinned key that is not one line");
        const auto port = host.connection.port;
        text += port == 22 ? host.address : fmt::format("[{}]:{}", host.address, port);
        text += " " + host.host_key + "\n";
    }
    return text;
}

}  // namespace agentops::ansible
