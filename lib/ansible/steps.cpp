#include "ansible/steps.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "ansible/sources.h"
#include "base/digest.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

constexpr int kMemoryMb = 200;     ///< ansible-playbook with ten forks, measured
constexpr int kConnectSlack = 30;  ///< seconds for Ansible to start and connect
constexpr std::string_view kStopFile = "stop";
/// How ansible-playbook ends when it ran: fine, failed hosts, unreachable hosts, interrupted. What
/// happened is read from its events; these codes mean other things as well.
const std::vector<int> kRan{0, 2, 4};

/// One number of a version: "14" of "2.14.18".
int number_at(const std::vector<std::string>& parts, std::size_t i) {
    int number = 0;
    if (i < parts.size())
        std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), number);
    return number;
}

fs::path in_run(const StepContext& c, std::string_view name) {
    return c.settings.run_dir / name;
}

std::vector<run::EnvVar> environment(const StepContext& c) {
    auto env = c.environment;
    // The environment beats ansible.cfg, so what must hold stands here too.
    env.push_back({"ANSIBLE_CONFIG", in_run(c, "ansible.cfg").string()});
    env.push_back({"ANSIBLE_FORCE_COLOR", "0"});
    env.push_back({"ANSIBLE_NOCOLOR", "1"});
    env.push_back({"AGENTOPS_STOP_FILE", in_run(c, kStopFile).string()});
    return env;
}

run::ToolCall base_call(const StepContext& c, const Unit& unit, std::string program) {
    run::ToolCall call;
    call.argv = {std::move(program)};
    call.cwd = unit.dir;
    call.env = environment(c);
    call.deadline = c.deadline;
    call.memory_mb = kMemoryMb;
    return call;
}

bool is_limited(const StepContext& c) {
    return !c.done.empty() || !c.only.empty();
}

/// ansible-playbook with what every call of it has; `more` comes before the playbook.
run::ToolCall playbook_call(const Unit& unit, const StepContext& c,
                            const std::vector<std::string>& more, const fs::path& playbook) {
    auto call = base_call(c, unit, c.tool.program);
    auto& argv = call.argv;
    const auto& inventory = unit.own_inventory;
    argv.insert(argv.end(), {"--inventory", inventory.empty() ? in_run(c, "inventory.yml").string()
                                                              : inventory.string()});
    argv.insert(argv.end(), {"--extra-vars", "@" + in_run(c, "variables.json").string()});
    if (!unit.vars.empty())
        argv.insert(argv.end(), {"--extra-vars", "@" + (unit.dir / "vars.yml").string()});
    if (!unit.vault_secret.empty())
        argv.insert(argv.end(), {"--vault-password-file", in_run(c, "vault").string()});
    if (is_limited(c))
        argv.insert(argv.end(), {"--limit", "@" + in_run(c, "limit").string()});
    else if (!unit.limit.empty())
        argv.insert(argv.end(), {"--limit", unit.limit});
    if (!unit.tags.empty()) argv.insert(argv.end(), {"--tags", join(unit.tags, ",")});
    argv.insert(argv.end(), more.begin(), more.end());
    argv.insert(argv.end(), {"--", playbook.string()});
    return call;
}

run::Step run_playbook(std::string name, const Unit& unit, const StepContext& c,
                       const std::vector<std::string>& more) {
    auto call = playbook_call(unit, c, more, unit.playbook);
    call.json_lines = true;
    call.accepted = kRan;
    call.stop_file = in_run(c, kStopFile);
    return {std::move(name), "ansible-playbook", std::move(call), true, ""};
}

std::string identifier(std::string_view secret) {
    std::string name(secret);
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

/// The secrets that the unit's tasks, and the machines' sudo, ask for by variable.
std::vector<std::pair<std::string, std::string>> secret_variables(const Unit& unit,
                                                                  const Targets& targets) {
    std::map<std::string, std::string> found;
    for (const auto& secret : unit.secrets)
        found[secret.variable] = secret.secret;
    for (const auto& host : targets.hosts) {
        const auto& name = host.connection.become_secret;
        if (!name.empty()) found["agentops_secret_" + identifier(name)] = name;
    }
    return {found.begin(), found.end()};
}

run::File variables_file(const Unit& unit, const Targets& targets, const StepContext& c) {
    auto document = variables_document(targets.variables);
    document["agentops_owed"] = c.owed;
    run::File file{in_run(c, "variables.json"), "", 0600, {}};
    for (const auto& [variable, secret] : secret_variables(unit, targets)) {
        document[variable] = {{"__ansible_unsafe", ""}};
        file.secrets.push_back({"/" + variable + "/__ansible_unsafe", secret});
    }
    file.text = dump_json(document, 1) + "\n";
    return file;
}

std::vector<run::File> key_files(const Targets& targets, const StepContext& c) {
    std::set<std::string> names;
    for (const auto& host : targets.hosts) {
        if (!host.connection.key_secret.empty()) names.insert(host.connection.key_secret);
    }
    std::vector<run::File> files;
    for (const auto& name : names)
        files.push_back({in_run(c, "keys") / name, "", 0600, {{"", name}}});
    return files;
}

/// A file, since a command line has no room for many names.
std::string limit_text(const Unit& unit, const StepContext& c) {
    auto text = (unit.limit.empty() ? "all" : unit.limit) + "\n";
    if (!c.only.empty()) text = join(c.only, "\n") + "\n";
    for (const auto& name : c.done)
        text += "!" + name + "\n";
    return text;
}

}  // namespace

Result<Tool> read_version(const std::string& program, const std::string& text) {
    // "ansible-playbook [core 2.14.18]"
    constexpr std::string_view kCore = "[core ";
    const auto line = text.substr(0, text.find('\n'));
    const auto start = line.find(kCore);
    const auto end = line.find_first_of("] ", start == std::string::npos ? 0 : start + 6);
    if (start == std::string::npos || end == std::string::npos)
        return fail(error("ansible.version",
                          fmt::format("{} does not say its version", escape_terminal(program)), {},
                          "install ansible-core 2.14 or newer, or name another "
                          "ansible-playbook in agentops.yaml: ansible: {binary: ...}"));
    return Tool{program, line.substr(start + kCore.size(), end - start - kCore.size())};
}

Status require_version(const Tool& tool) {
    const auto parts = split(tool.version, '.');
    const auto major = number_at(parts, 0), minor = number_at(parts, 1);
    if (major > 2 || (major == 2 && minor >= 14)) return {};
    return fail(error("ansible.too-old",
                      fmt::format("{} belongs to ansible-core {}, 2.14 is needed", tool.program,
                                  escape_terminal(tool.version)),
                      {}, "install 2.14 or newer, for example: pip install ansible-core"));
}

bool takes_part(const StepContext& c, const std::string& machine) {
    const bool wanted =
        c.only.empty() || std::find(c.only.begin(), c.only.end(), machine) != c.only.end();
    return wanted && c.done.count(machine) == 0;
}

run::Step write_step(const Unit& unit) {
    run::WriteFiles write;
    write.dir = unit.dir;
    for (const auto& file : unit.files)
        write.files.push_back({file.name, file.text, 0600, {}});
    // Plugin folders, ansible.cfg, group_vars: Ansible would load whatever lies beside a playbook.
    write.obsolete = find_leftovers(artifact_folder(unit), unit.files).obsolete;
    write.foreign = {"**"};
    write.files.push_back({unit.artifact_list, artifact_list_text(unit.files), 0600, {}});
    return {"write", "agentops", std::move(write), false, ""};
}

run::Step write_run_step(const Unit& unit, const Targets& targets, const StepContext& c) {
    run::WriteFiles write;
    write.dir = c.settings.run_dir;
    const std::string comment = "Of one run of agentops.";
    auto& files = write.files;
    files.push_back({in_run(c, "ansible.cfg"), config_text(c.settings), 0600, {}});
    files.push_back({in_run(c, "inventory.yml"),
                     inventory_text(unit, targets.hosts, &c.settings, comment),
                     0600,
                     {}});
    files.push_back({in_run(c, kCallbackFolder) / fmt::format("{}.py", kCallbackName),
                     std::string(callback_source()),
                     0600,
                     {}});
    files.push_back({in_run(c, "known_hosts"), known_hosts_text(targets.hosts), 0600, {}});
    files.push_back(variables_file(unit, targets, c));
    for (auto& file : key_files(targets, c))
        files.push_back(std::move(file));
    if (!unit.vault_secret.empty())
        files.push_back({in_run(c, "vault"), "", 0600, {{"", unit.vault_secret}}});
    if (is_limited(c)) files.push_back({in_run(c, "limit"), limit_text(unit, c), 0600, {}});
    return {"inventory", "agentops", std::move(write), false, ""};
}

run::Step fetch_step(const Unit& unit, const std::vector<Requirement>& missing,
                     const StepContext& c) {
    const auto galaxy = fs::path(c.tool.program).parent_path() / "ansible-galaxy";
    auto call = base_call(c, unit, galaxy.string());
    call.argv.insert(call.argv.end(),
                     {"install", "--role-file", (unit.dir / "requirements.yml").string(),
                      "--roles-path", in_run(c, "roles").string()});
    run::Step step{"fetch", "ansible-galaxy", std::move(call), false, ""};
    if (missing.empty()) step.skip = "nothing is missing";
    return step;
}

run::Stamp syntax_stamp(const Unit& unit, const StepContext& c) {
    const auto content =
        fmt::format("syntax {} {} {}\n", c.tool.version, unit.playbook.string(), unit.digest);
    return {c.cache_dir / "validated" / sha256(content), content, {}};
}

run::Step syntax_step(const Unit& unit, bool checked, const StepContext& c) {
    auto call = playbook_call(unit, c, {"--syntax-check"}, unit.playbook);
    call.stamp = syntax_stamp(unit, c);
    run::Step step{"syntax", "ansible-playbook", std::move(call), true, ""};
    if (checked) step.skip = "nothing changed since it was checked";
    return step;
}

run::Step reach_step(const std::vector<Host>& hosts, const StepContext& c) {
    run::ReachHosts reach;
    reach.within = c.wait;
    for (const auto& host : hosts) {
        if (takes_part(c, host.name) && !host.connection.jump)
            reach.hosts.push_back({host.name, host.address, host.connection.port});
    }
    return {"reach", "ssh", std::move(reach), true, ""};
}

run::Step rehearse_step(const Unit& unit, const StepContext& c) {
    return run_playbook("rehearse", unit, c, {"--check", "--diff"});
}

run::Step play_step(const Unit& unit, const StepContext& c) {
    return run_playbook("play", unit, c, {"--diff"});
}

run::Step settle_step(const Unit& unit, const StepContext& c) {
    // What was owed has been done: a second pass owes nothing.
    return run_playbook("settle", unit, c, {"--extra-vars", R"({"agentops_owed": []})"});
}

run::Step check_step(const Unit& unit, const CommandCheck& check, const StepContext& c) {
    auto call = playbook_call(unit, c, {"--tags", check.name}, unit.dir / "checks.yml");
    // Ansible counts tries, not time: a slow one must not make it all last longer.
    call.deadline = std::chrono::seconds(check.within_s + kConnectSlack);
    call.json_lines = true;
    call.accepted = kRan;
    return {"probe", "ansible-playbook", std::move(call), true, ""};
}

std::vector<fs::path> secret_files(const StepContext& c) {
    return {in_run(c, "variables.json"), in_run(c, "vault"), in_run(c, "keys")};
}

}  // namespace agentops::ansible
