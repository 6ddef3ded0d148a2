#pragma once

// One Ansible run inside a stack: the machines of a component and the playbook for them.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ansible/play.h"
#include "base/json.h"
#include "unit/unit.h"

namespace agentops::ansible {

/// A machine that is passed through on the way.
struct Jump {
    std::string address;  ///< literal name or address
    int port = 22;
    std::string user;  ///< "" is the machine's user
    friend bool operator==(const Jump&, const Jump&) = default;
};

/// How machines are reached.
struct Connection {
    std::string user;  ///< "" leaves it to ssh
    int port = 22;
    std::string key_file;    ///< private key, absolute; "" leaves it to ssh and its agent
    std::string key_secret;  ///< or the secret that holds the key's text
    std::optional<Jump> jump;
    std::string python;         ///< interpreter on the machine; "" lets Ansible find it
    std::string become_secret;  ///< secret with the password for sudo; "" when none is needed
    friend bool operator==(const Connection&, const Connection&) = default;
};

/// A machine with its address.
struct Host {
    std::string name;  ///< [a-z][a-z0-9-]{0,62}, unique in its unit
    std::string address;
    Connection connection;
    std::vector<std::string> groups;  ///< beside its component's
    Map vars;
    std::string host_key;  ///< "ssh-ed25519 AAAA...", pinned; "" when not
    Position position;
};

/// Machines that Terraform makes: their addresses are an input of the unit.
struct HostSource {
    std::string name;      ///< the component; many machines are <name>-<address>
    int expected = 1;      ///< how many there will be, as the design says
    std::string variable;  ///< of Unit::inputs; a text, or with `many` a list of texts
    bool many = false;
    Connection connection;
    Position position;
};

/// A file of the user's that the unit takes along; read when the unit is gathered (sources.h).
struct SourceFile {
    fs::path from;   ///< absolute
    std::string to;  ///< relative to the unit's folder
    Position position;
};

/// A role or collection that must be installed, named in requirements.yml.
struct Requirement {
    enum class Type { role, collection } type = Type::role;
    std::string name;     ///< "geerlingguy.nginx", "community.general"
    std::string version;  ///< "" is any
    Position position;
};

/// A command of the `checks` section: a task of checks.yml, tagged with its name.
struct CommandCheck {
    std::string name;
    List argv;
    int within_s = 60;
    Position position;
};

/// `origins` are by task name; "" is the component itself.
struct Unit : agentops::Unit {
    std::string component;
    fs::path artifact_list;  ///< what was written to the unit's folder (unit/leftovers.h)
    std::string group;       ///< the component's group in the inventory
    std::vector<Host> hosts;
    std::optional<HostSource> source;
    /// A playbook's hosts may be another component's: their unit's inventory is ours.
    fs::path own_inventory;  ///< existing playbook: its own inventory; "" when there is none
    fs::path playbook;       ///< absolute
    bool become = true;
    std::vector<SourceFile> sources;
    std::vector<fs::path> role_dirs;  ///< folders of local roles, absolute
    std::vector<Requirement> requirements;
    std::vector<std::string> tags;  ///< existing playbooks
    std::string limit;              ///< existing playbooks: a host or group name
    Map vars;                       ///< existing playbooks: extra variables
    std::string vault_secret;       ///< existing playbooks: secret with the vault password
    std::vector<CommandCheck> checks;
};

/// What the intent itself says of a unit's machines, for those who refer to it: {addresses, names}.
Json host_outputs(const Unit& unit);

/// What a plan or an apply knows of the machines once inputs have values.
struct Targets {
    std::vector<Host> hosts;
    std::map<std::string, Json> variables;  ///< by name: values of inputs (never secrets)
};

}  // namespace agentops::ansible
