#include "cmd/ansible_tooling.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/term.h"
#include "base/text.h"
#include "cmd/tooling.h"

namespace agentops::cmd {

namespace {

fs::path ansible_home(const Workspace& workspace) {
    return workspace.store.cache() / "ansible";
}

run::Step ansible_version_step(const fs::path& program, const Workspace& workspace) {
    run::ToolCall call;
    call.argv = {program.string(), "--version"};
    call.cwd = workspace.store.dir();
    // Even asked for its version it makes a folder in its home.
    call.env = {{"ANSIBLE_HOME", ansible_home(workspace).string()}};
    call.capture = run::ToolCall::Capture::text;
    call.deadline = std::chrono::seconds(60);
    return {"version", "ansible-playbook", std::move(call), false, ""};
}

Result<std::string> ask_ansible_version(const Workspace& workspace, const fs::path& program,
                                        run::Runner& runner) {
    const auto cached = workspace.store.cache() / fmt::format("{}.txt", fingerprint(program));
    if (auto text = read_file(cached)) return *text;
    TRY_DO(workspace.store.prepare());
    const auto result = runner.run("tools", ansible_version_step(program, workspace));
    if (!result.ok) return fail(result.diagnostics);
    TRY_DO(write_file(cached, result.output, 0600));
    return result.output;
}

/// Paths of sockets are short by law, so these cannot lie in the project. The folder must be ours
/// alone: whoever owns a socket owns the connection.
Result<fs::path> control_dir() {
    // 108 bytes in all, of which ssh and Ansible take 67 for names.
    constexpr std::size_t kLongest = 40;
    const auto runtime = process_env("XDG_RUNTIME_DIR");
    std::error_code ignored;
    auto dir = fs::path("/tmp") / fmt::format("agentops-ssh-{}", geteuid());
    if (runtime && fs::is_directory(*runtime, ignored)) {
        const auto own = fs::path(*runtime) / "agentops";
        if (own.native().size() <= kLongest) dir = own;
    }
    TRY_DO(make_private_dir(dir));
    struct stat info {};
    const bool ours = lstat(dir.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
                      info.st_uid == geteuid() && (info.st_mode & 077) == 0;
    if (ours) return dir;
    return fail(error("ansible.control-dir",
                      fmt::format("'{}' is not a private folder of yours", dir.string()), {},
                      "remove it: ssh keeps its shared connections there"));
}

/// Where roles and collections lie: fetched ones first, so that ansible-galaxy writes there.
void add_search_dirs(const Workspace& workspace, const ansible::Unit& unit,
                     ansible::Settings& settings) {
    const auto galaxy = workspace.store.cache() / "galaxy";
    settings.role_dirs = {galaxy / "roles"};
    settings.collection_dirs = {galaxy / "collections"};
    for (const auto& role : unit.role_dirs) {
        const auto parent = role.parent_path();
        auto& dirs = settings.role_dirs;
        if (std::find(dirs.begin(), dirs.end(), parent) == dirs.end()) dirs.push_back(parent);
    }
    if (const auto home = process_env("HOME"); home && !home->empty()) {
        settings.role_dirs.push_back(fs::path(*home) / ".ansible/roles");
        settings.collection_dirs.push_back(fs::path(*home) / ".ansible/collections");
    }
    settings.role_dirs.insert(settings.role_dirs.end(),
                              {"/usr/share/ansible/roles", "/etc/ansible/roles"});
    settings.collection_dirs.push_back("/usr/share/ansible/collections");
}

/// ansible.cfg and ssh read some characters of a path as their own.
Status require_plain(const ansible::Settings& settings, const ansible::Unit& unit) {
    auto paths = settings.role_dirs;
    paths.insert(paths.end(), settings.collection_dirs.begin(), settings.collection_dirs.end());
    paths.insert(paths.end(), {settings.run_dir, settings.home, settings.control_dir,
                               settings.known_hosts, unit.dir});
    for (const auto& path : paths) {
        if (ansible::is_plain_path(path)) continue;
        return fail(
            error("ansible.path",
                  fmt::format("'{}' has a character that Ansible or ssh would read as its own",
                              escape_terminal(path.string())),
                  {}, "move the project to a folder without : ; , $ % quotes and backslashes"));
    }
    return {};
}

std::vector<run::EnvVar> passed_on(const intent::AnsibleSettings& settings) {
    std::vector<run::EnvVar> env;
    for (const auto& name : settings.environment) {
        if (auto value = process_env(name)) env.push_back({name, *value});
    }
    return env;
}

}  // namespace

Result<fs::path> locate_ansible(const intent::Project& project) {
    return locate_program(project, project.settings.ansible.binary, {"ansible-playbook"},
                          "ansible.binary");
}

Result<ansible::Tool> find_ansible(const Workspace& workspace, run::Runner& runner) {
    TRY(auto program, locate_ansible(workspace.project));
    TRY(auto text, ask_ansible_version(workspace, program, runner));
    TRY(auto tool, ansible::read_version(program.string(), text));
    TRY_DO(ansible::require_version(tool));
    return tool;
}

Result<ansible::StepContext> ansible_context(const Workspace& workspace, const ansible::Tool& tool,
                                             const ansible::Unit& unit, const fs::path& run_dir) {
    const auto& chosen = workspace.project.settings.ansible;
    ansible::StepContext context;
    context.tool = tool;
    auto& settings = context.settings;
    settings.run_dir = run_dir;
    settings.home = ansible_home(workspace);
    TRY(settings.control_dir, control_dir());
    add_search_dirs(workspace, unit, settings);
    settings.known_hosts = workspace.store.dir() / "known_hosts";
    settings.accept_new = chosen.host_keys.value.value == "accept-new";
    settings.forks = static_cast<int>(chosen.forks.value);
    settings.connect_timeout_s = static_cast<int>(
        std::chrono::ceil<std::chrono::seconds>(chosen.connect_timeout.value.value).count());
    context.deadline = chosen.timeout.value.value;
    context.wait = chosen.wait.value.value;
    context.cache_dir = workspace.store.cache();
    context.install = chosen.install;
    context.environment = passed_on(chosen);
    settings.own_inventory = !unit.own_inventory.empty();
    TRY_DO(require_plain(settings, unit));
    return context;
}

}  // namespace agentops::cmd
