#pragma once

// The files of an Ansible unit. Artifacts are known from the intent alone and are byte-stable; what
// depends on a run (addresses, secrets, this machine's paths) goes to the run's folder.

#include "ansible/unit.h"

namespace agentops::ansible {

/// playbook.yml of a generated unit.
std::string playbook_text(const Play& play, const std::string& comment);
struct Settings;
/// inventory.yml: groups, and the hosts that are known. A unit's artifact has unit.hosts and no
/// `run`; a run's has targets.hosts with their addresses, and its settings: a key from a secret and
/// the known_hosts files of a jump host are of that run. Settings that all hosts share are written
/// once, with their group. Every address must pass is_address, every path is_plain_path.
std::string inventory_text(const Unit& unit, const std::vector<Host>& hosts, const Settings* run,
                           const std::string& comment);
/// A name or an IPv4 or IPv6 address that no tool takes for anything else. Addresses come from
/// cloud outputs too, so whoever has one from there asks first.
bool is_address(std::string_view text);
/// An absolute path that ansible.cfg and ssh take as it is: none of : ; , $ % " ' \ {{ or control
/// characters, no blank at the end.
bool is_plain_path(const fs::path& path);
/// group_vars/<group>.yml and host_vars/<host>.yml, for those that have variables.
std::vector<Artifact> vars_files(const Unit& unit, const Map& group_vars,
                                 const std::string& comment);
/// requirements.yml, or "" when nothing is required.
std::string requirements_text(const std::vector<Requirement>& requirements,
                              const std::string& comment);
/// checks.yml: the command checks, each a task with its name as tag; "" when there are none.
std::string checks_text(const Unit& unit, const std::string& comment);

/// The variables file of a run as JSON: each value wrapped so that Ansible never evaluates it
/// ({"__ansible_unsafe": text} for texts, at any depth; lists and maps themselves untouched). Also
/// defines kInertVariable (yaml_writer.h).
Json variables_document(const std::map<std::string, Json>& values);

/// What ansible.cfg of a run depends on beside the unit.
struct Settings {
    fs::path run_dir;      ///< keys, known_hosts of pinned keys, temporary files
    fs::path home;         ///< Ansible's own home: nothing of ~/.ansible is loaded as code
    fs::path control_dir;  ///< ssh sockets: short, 0700
    std::vector<fs::path> role_dirs, collection_dirs;
    fs::path known_hosts;     ///< of the project; accepted keys are added to it
    bool accept_new = false;  ///< accept keys of hosts that are not known yet
    int forks = 10;
    int connect_timeout_s = 10;
    int task_timeout_s = 0;      ///< 0: none
    bool own_inventory = false;  ///< an existing playbook's: INI is read too, but none is run
};
/// ansible.cfg: our callback on stdout, host key checking on, YAML inventory only and strict about
/// what it cannot parse, ssh multiplexing and pipelining, no cowsay, no retry files, no plugin
/// folders but Ansible's own. Paths must pass is_plain_path (InternalError).
std::string config_text(const Settings& settings);
/// known_hosts lines of pinned keys ("[address]:port ssh-ed25519 ...").
std::string known_hosts_text(const std::vector<Host>& hosts);

/// Our callback plugin (callback.py): JSON events, one a line, on stdout.
std::string_view callback_source();
constexpr std::string_view kCallbackName = "agentops_events";
/// Its folder in the run's. Ansible imports every Python file there, and two levels below, so
/// nothing else lies in it.
constexpr std::string_view kCallbackFolder = "callback";

/// A group's name for Ansible: dashes become underscores.
std::string group_name(std::string_view component);

}  // namespace agentops::ansible
