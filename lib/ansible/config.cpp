#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ansible/artifacts.h"
#include "ansible/ssh_options.h"
#include "ansible/yaml_writer.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

/// Every setting of a folder that Ansible loads code from, but for the callback's.
constexpr std::string_view kPluginFolders[] = {
    "action_plugins",  "become_plugins",     "cache_plugins",
    "cliconf_plugins", "connection_plugins", "doc_fragment_plugins",
    "filter_plugins",  "httpapi_plugins",    "inventory_plugins",
    "library",         "lookup_plugins",     "module_utils",
    "netconf_plugins", "strategy_plugins",   "terminal_plugins",
    "test_plugins",    "vars_plugins"};

/// Folders in Ansible's notation; none is a folder that nobody makes, since an empty setting means
/// the usual folders.
std::string folders(const std::vector<fs::path>& paths, const fs::path& none) {
    std::vector<std::string> texts;
    for (const auto& path : paths)
        texts.push_back(plain_path(path));
    return texts.empty() ? plain_path(none) : join(texts, ":");
}

std::string plugin_settings(const Settings& s, const fs::path& none) {
    auto text = fmt::format("callback_plugins = {}\n", plain_path(s.run_dir / kCallbackFolder));
    for (const auto folder : kPluginFolders)
        text += fmt::format("{} = {}\n", folder, none.string());
    return text + fmt::format("roles_path = {}\ncollections_path = {}\n",
                              folders(s.role_dirs, none), folders(s.collection_dirs, none));
}

/// Handlers run on a failed host too: what was changed before the failure is not changed again by
/// the next run, so a handler that is owed now would never run.
constexpr std::string_view kHowTasksRun = R"(force_handlers = True
gathering = implicit
vars_plugins_enabled = host_group_vars
interpreter_python = auto_silent
host_key_checking = True
remote_tmp = ~/.ansible/tmp
)";

std::string default_settings(const Settings& s) {
    return fmt::format(R"([defaults]
home = {}
local_tmp = {}
stdout_callback = {}
forks = {}
timeout = {}
task_timeout = {}
nocows = True
nocolor = True
retry_files_enabled = False
)",
                       plain_path(s.home), plain_path(s.run_dir / "tmp"), kCallbackName, s.forks,
                       s.connect_timeout_s, s.task_timeout_s);
}

std::string inventory_settings(const Settings& s) {
    return fmt::format(R"(
[inventory]
enable_plugins = {}
any_unparsed_is_failed = True
unparsed_is_failed = True
host_pattern_mismatch = error
)",
                       s.own_inventory ? "yaml, ini" : "yaml");
}

std::string ssh_settings(const Settings& s) {
    std::vector<std::string> arguments{"-o", "ControlMaster=auto", "-o", "ControlPersist=60s"};
    for (auto& word : trust_options(s))
        arguments.push_back(std::move(word));
    return fmt::format(R"(
[ssh_connection]
ssh_args = {}
control_path_dir = {}
control_path = %(directory)s/%%C
pipelining = True
retries = 2
)",
                       argument_line(arguments), plain_path(s.control_dir));
}

Json inert(const Json& value) {
    if (value.is_string()) return {{"__ansible_unsafe", value}};
    if (!value.is_structured()) return value;
    Json copy = value;
    for (auto& item : copy)
        item = inert(item);
    return copy;
}

}  // namespace

bool is_plain_path(const fs::path& path) {
    const auto text = path.string();
    const auto is_fine = [](char c) {
        constexpr std::string_view kSigns = ":;,$%\"'\\";
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F &&
               kSigns.find(c) == std::string_view::npos;
    };
    return path.is_absolute() && text.back() != ' ' && text.find("{{") == std::string::npos &&
           std::all_of(text.begin(), text.end(), is_fine);
}

std::string config_text(const Settings& settings) {
    const auto none = settings.run_dir / "none";
    return default_settings(settings) + std::string(kHowTasksRun) +
           plugin_settings(settings, none) + inventory_settings(settings) + ssh_settings(settings);
}

Json variables_document(const std::map<std::string, Json>& values) {
    Json document = {{kInertVariable, inert("")}};
    for (const auto& [name, value] : values)
        document[name] = inert(value);
    return document;
}

}  // namespace agentops::ansible
