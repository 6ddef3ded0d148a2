// `configure` as a play: one task for each thing that is wanted, in an order in which each finds
// what it needs: packages, accounts, folders, files, roles, services, commands.

#include <fmt/core.h>

#include <algorithm>

#include "ansible/artifacts.h"
#include "base/text.h"
#include "catalog/configure.h"
#include "catalog/names.h"
#include "catalog/open/source.h"
#include "catalog/play_values.h"
#include "catalog/playbook_parts.h"

namespace agentops::catalog {

namespace {

using ansible::List;
using ansible::Map;
using ansible::Task;
using ansible::Value;

constexpr std::string_view kOnSystemd = "ansible_facts.service_mgr == 'systemd'";
constexpr std::string_view kReloadUnits = "Reload systemd";
constexpr std::string_view kLoadSettings = "Load kernel settings";
constexpr std::size_t kMostNamed = 4;  ///< packages that a task's name lists
constexpr int kFreshFor = 3600;        ///< seconds for which package lists are new enough

/// "nginx", "nginx and curl", "a, b, c and 7 more".
std::string enumerate(const std::vector<std::string>& names) {
    if (names.size() == 1) return names.front();
    const bool all = names.size() <= kMostNamed;
    const auto shown = all ? names.size() - 1 : kMostNamed - 1;
    const std::vector<std::string> head(names.begin(),
                                        names.begin() + static_cast<std::ptrdiff_t>(shown));
    return fmt::format("{} and {}", join(head, ", "),
                       all ? names.back() : fmt::format("{} more", names.size() - shown));
}

template <class T>
void put(Map& map, std::string_view key, const std::optional<T>& value) {
    if (value) map.emplace_back(key, value->value);
}

void put(Map& map, std::string_view key, const std::optional<bool>& value) {
    if (value) map.emplace_back(key, *value);
}

std::string parent_of(const std::string& path) {
    return fs::path(path).parent_path().string();
}

class PlayBuilder {
public:
    PlayBuilder(const Part& part, const Configure& wanted, bool secret_vars, PlayValues& values)
        : part_(part), wanted_(wanted), secret_vars_(secret_vars), values_(values) {}

    ansible::Play take() {
        play_.name = "Configure " + part_.name();
        play_.hosts = ansible::group_name(part_.name());
        play_.become = wanted_.become;
        add_packages();
        add_accounts();
        add_directories();
        add_files();
        add_units();
        add_settings();
        add_jobs();
        add_roles();
        add_services();
        add_commands();
        add_handlers();
        play_.gather_facts =
            installs() || !wanted_.units.empty() || !wanted_.roles.empty() || uses_templates();
        if (wanted_.rollout) add_rollout(*wanted_.rollout, values_, play_);
        for (const auto* tasks : {&play_.tasks, &play_.post_tasks, &play_.handlers})
            sign(*tasks);
        return std::move(play_);
    }

private:
    Task& add(std::string name, std::string_view module, Map args, Position position) {
        auto& task = play_.tasks.emplace_back();
        task.name = unique(std::move(name));
        task.module = fmt::format("ansible.builtin.{}", module);
        task.args = std::move(args);
        task.position = position;
        task.secret = values_.took_secret();
        return task;
    }

    std::string unique(std::string name) {
        const auto wanted = name;
        for (int number = 2; !names_.insert(name).second; ++number)
            name = fmt::format("{} ({})", wanted, number);
        return name;
    }

    void sign(const std::vector<Task>& tasks) {
        for (const auto& task : tasks)
            values_.run().unit.origins.emplace(task.name,
                                               values_.builder().origin(task.position, {}));
    }

    bool installs() const { return !wanted_.packages.empty(); }
    bool uses_templates() const {
        return std::any_of(wanted_.files.begin(), wanted_.files.end(),
                           [](const auto& file) { return file.value.template_file.has_value(); });
    }
    /// What a package, unit file or role may bring along.
    bool brings_services() const {
        return installs() || !wanted_.units.empty() || !wanted_.roles.empty();
    }

    void add_packages() {
        if (!installs()) return;
        auto& refresh = add("Refresh package lists", "apt",
                            {{"update_cache", true}, {"cache_valid_time", kFreshFor}},
                            wanted_.packages.front().position);
        refresh.keywords = {{"when", "ansible_facts.pkg_mgr == 'apt'"}, {"changed_when", false}};
        add_packages("present", "Install");
        add_packages("absent", "Remove");
    }

    void add_packages(std::string_view state, std::string_view verb) {
        std::vector<std::string> names;
        Position position;
        for (const auto& package : wanted_.packages) {
            if (package.value.state.value != state) continue;
            if (names.empty()) position = package.position;
            names.push_back(package.value.name.value);
        }
        if (names.empty()) return;
        add(fmt::format("{} {}", verb, enumerate(names)), "package",
            {{"name", List(names.begin(), names.end())}, {"state", state}}, position)
            .needs_earlier = state == "present";
    }

    void add_accounts() {
        for (const auto& [name, position, group] : wanted_.groups) {
            Map args{{"name", name}};
            put(args, "gid", group.gid);
            put(args, "system", group.system);
            args.emplace_back("state", group.state.value);
            add(fmt::format("{} group {}", verb_of(group.state), name), "group", std::move(args),
                position);
        }
        for (const auto& [name, position, user] : wanted_.users)
            add_user(name, position, user);
    }

    static std::string_view verb_of(const Presence& state) {
        return state.value == "present" ? "Create" : "Remove";
    }

    void add_user(const std::string& name, Position position, const User& user) {
        Map args{{"name", name}};
        put(args, "uid", user.uid);
        if (!user.groups.empty()) {
            List groups;
            for (const auto& group : user.groups)
                groups.emplace_back(group.value);
            args.emplace_back("groups", std::move(groups));
            args.emplace_back("append", true);
        }
        put(args, "shell", user.shell);
        put(args, "home", user.home);
        put(args, "system", user.system);
        if (user.comment) args.emplace_back("comment", values_.value(user.comment->text));
        args.emplace_back("state", user.state.value);
        add(fmt::format("{} user {}", verb_of(user.state), name), "user", std::move(args), position)
            .needs_earlier = !user.groups.empty() || installs();
        if (user.authorized_key && user.state.value == "present")
            add_key(name, user.home ? user.home->value : "~" + name, *user.authorized_key);
    }

    void add_key(const std::string& user, const std::string& home,
                 const Located<Word<kPublicKey>>& key) {
        const auto folder = home + "/.ssh";
        add(fmt::format("Create the SSH folder of {}", user), "file",
            {{"path", folder}, {"state", "directory"}, {"owner", user}, {"mode", "0700"}},
            key.position)
            .needs_earlier = true;
        add(fmt::format("Let the SSH key of {} in", user), "lineinfile",
            {{"path", folder + "/authorized_keys"},
             {"line", key.value.value},
             {"create", true},
             {"owner", user},
             {"mode", "0600"}},
            key.position)
            .needs_earlier = true;
    }

    static void put_ownership(Map& args, const Ownership& ownership, std::string_view mode) {
        put(args, "owner", ownership.owner);
        put(args, "group", ownership.group);
        args.emplace_back("mode", ownership.mode ? ownership.mode->value : std::string(mode));
    }

    /// Its owner is made by this play, or comes with a package.
    bool waits_for_owner(const Ownership& ownership) const {
        return (ownership.owner || ownership.group) &&
               (installs() || !wanted_.users.empty() || !wanted_.groups.empty());
    }

    /// Its folder is made by this play, or may come with a package.
    bool waits_for_folder(const std::string& path) const {
        const auto folder = parent_of(path) + "/";
        return installs() ||
               std::any_of(wanted_.directories.begin(), wanted_.directories.end(),
                           [&](const auto& made) { return starts_with(folder, made.key + "/"); });
    }

    void add_directories() {
        for (const auto& [path, position, directory] : wanted_.directories) {
            const bool wanted = directory.state.value == "present";
            Map args{{"path", path}, {"state", wanted ? "directory" : "absent"}};
            if (wanted) put_ownership(args, directory, "0755");
            add(fmt::format("{} {}", verb_of(directory.state), path), "file", std::move(args),
                position)
                .needs_earlier = wanted && waits_for_owner(directory);
        }
    }

    void add_files() {
        for (const auto& [path, position, file] : wanted_.files) {
            auto& task = file.is_absent() ? add("Remove " + path, "file",
                                                {{"path", path}, {"state", "absent"}}, position)
                                          : add_file(path, position, file);
            task.needs_earlier =
                !file.is_absent() && (waits_for_owner(file) || waits_for_folder(path));
            add_restart(file, task);
        }
    }

    Task& add_file(const std::string& path, Position position, const File& file) {
        const bool filled = file.template_file.has_value();
        Map args =
            filled ? Map{{"src", take_along(*file.template_file, "templates")}} : content_of(file);
        args.emplace_back("dest", path);
        Map vars = file.vars ? values_.values(file.vars->value.entries) : Map{};
        auto& task = add("Put " + path, filled ? "template" : "copy", {}, position);
        task.secret = task.secret || (filled && secret_vars_);
        put_ownership(args, file, task.secret ? "0600" : "0644");
        task.args = std::move(args);
        if (!vars.empty()) task.keywords.emplace_back("vars", std::move(vars));
        return task;
    }

    Map content_of(const Content& content) {
        if (content.source) return {{"src", take_along(*content.source, "files")}};
        return {{"content", values_.value(content.content->value)}};
    }

    /// Makes a file of the project one of the unit's, and names it for a task.
    std::string take_along(const Located<intent::Literal>& source, std::string_view folder) {
        auto& sources = values_.run().unit.sources;
        const auto& design = values_.design();
        const auto from = source_dir(design, source.value.value);
        auto to = fmt::format("{}/{}", folder, relative_to(from, design.project().root));
        const bool known = std::any_of(sources.begin(), sources.end(),
                                       [&](const auto& other) { return other.to == to; });
        if (!known) sources.push_back({from, to, source.position});
        return to;
    }

    void add_restart(const Content& content, Task& task) {
        if (!content.notify) return;
        const auto& service = content.notify->value.value;
        task.notify.push_back("Restart " + service);
        const bool known = std::any_of(restarts_.begin(), restarts_.end(), [&](const auto& other) {
            return other.value.value == service;
        });
        if (!known) restarts_.push_back(*content.notify);
    }

    void add_units() {
        for (const auto& [name, position, unit] : wanted_.units) {
            const auto path = "/etc/systemd/system/" + name;
            auto args = content_of(unit);
            args.emplace_back("dest", path);
            auto& task = add("Put " + path, "copy", {}, position);
            args.emplace_back("mode", task.secret ? "0600" : "0644");
            task.args = std::move(args);
            task.keywords = {{"when", kOnSystemd}};
            task.notify.emplace_back(kReloadUnits);
            add_restart(unit, task);
        }
    }

    std::string settings_path() const {
        return fmt::format("/etc/sysctl.d/60-{}.conf", part_.name());
    }

    void add_settings() {
        if (wanted_.sysctl.empty()) return;
        intent::Template text;
        for (const auto& [key, position, value] : wanted_.sysctl) {
            text.parts.emplace_back(key + " = ");
            text.parts.insert(text.parts.end(), value.text.parts.begin(), value.text.parts.end());
            text.parts.emplace_back("\n");
        }
        auto& task = add("Put " + settings_path(), "copy",
                         {{"content", values_.value(text)}, {"dest", settings_path()}},
                         wanted_.sysctl.begin()->position);
        task.args.emplace_back("mode", task.secret ? "0600" : "0644");
        task.notify.emplace_back(kLoadSettings);
    }

    void add_jobs() {
        for (const auto& [name, position, job] : wanted_.cron) {
            Map args{{"name", name}};
            put(args, "minute", job.minute);
            put(args, "hour", job.hour);
            put(args, "day", job.day);
            put(args, "month", job.month);
            put(args, "weekday", job.weekday);
            if (job.job) args.emplace_back("job", values_.value(job.job->text));
            put(args, "user", job.user);
            args.emplace_back("state", job.state.value);
            add(fmt::format("{} {}", job.job ? "Schedule" : "Unschedule", name), "cron",
                std::move(args), position)
                .needs_earlier = installs() || (job.user && !wanted_.users.empty());
        }
    }

    void add_roles() {
        auto& unit = values_.run().unit;
        for (const auto& [role, position] : wanted_.roles) {
            Map vars = role.vars ? values_.values(role.vars->entries) : Map{};
            auto& task =
                add("Run role " + role.name(), "import_role", {{"name", role.name()}}, position);
            task.secret = task.secret || secret_vars_;
            task.needs_earlier = true;
            if (!vars.empty()) task.keywords.emplace_back("vars", std::move(vars));
            require(role, unit);
        }
        for (const auto& [name, position, version] : wanted_.collections)
            unit.requirements.push_back(
                {ansible::Requirement::Type::collection, name, version.value.value, position});
    }

    void require(const Role& role, ansible::Unit& unit) {
        const auto& name = role.role.value.value;
        if (!role.is_local()) {
            if (role.version)
                unit.requirements.push_back({ansible::Requirement::Type::role, name,
                                             role.version->value, role.role.position});
            return;
        }
        const auto dir = source_dir(values_.design(), name);
        auto& dirs = unit.role_dirs;
        if (std::find(dirs.begin(), dirs.end(), dir) == dirs.end()) dirs.push_back(dir);
    }

    void add_services() {
        for (const auto& [name, position, service] : wanted_.services) {
            Map args{{"name", name}};
            put(args, "state", service.state);
            put(args, "enabled", service.enabled);
            add(fmt::format("{} {}", verb_of(service), name), "service", std::move(args), position)
                .needs_earlier = brings_services();
        }
    }

    static std::string_view verb_of(const ServiceState& service) {
        if (service.state) return service.state->value == "started" ? "Start" : "Stop";
        return *service.enabled ? "Enable" : "Disable";
    }

    void add_commands() {
        int number = 0;
        for (const auto& command : wanted_.commands) {
            const auto& name = command.name.value.value;
            const auto guard = fmt::format("agentops_guard_{}", ++number);
            if (command.unless) add_guard(command, name, guard);
            Map args{{"argv", values_.values(command.run.words)}};
            put(args, "creates", command.creates);
            put(args, "removes", command.removes);
            put(args, "chdir", command.chdir);
            auto& task = add("Run " + name, "command", std::move(args), command.name.position);
            task.needs_earlier = true;
            if (command.unless)
                task.keywords = {{"when", guard + ".rc != 0"}, {"changed_when", true}};
            put_user(command, task);
        }
    }

    /// Looks, also in check mode, and decides nothing by itself.
    void add_guard(const Command& command, const std::string& name, const std::string& guard) {
        Map args{{"argv", values_.values(command.unless->words)}};
        put(args, "chdir", command.chdir);
        auto& task =
            add("See whether to run " + name, "command", std::move(args), command.name.position);
        task.keywords = {{"register", guard},
                         {"check_mode", false},
                         {"changed_when", false},
                         {"failed_when", false}};
        put_user(command, task);
    }

    static void put_user(const Command& command, Task& task) {
        if (!command.user) return;
        task.keywords.emplace_back("become", true);
        task.keywords.emplace_back("become_user", command.user->value);
    }

    Task& handler(std::string name, std::string_view module, Map args, Position position) {
        auto& task = play_.handlers.emplace_back();
        task.name = std::move(name);
        task.module = fmt::format("ansible.builtin.{}", module);
        task.args = std::move(args);
        task.position = position;
        return task;
    }

    void add_handlers() {
        if (!wanted_.units.empty())
            handler(std::string(kReloadUnits), "systemd", {{"daemon_reload", true}},
                    wanted_.units.begin()->position)
                .keywords = {{"when", kOnSystemd}};
        if (!wanted_.sysctl.empty())
            handler(std::string(kLoadSettings), "command",
                    {{"argv", List{"sysctl", "--load", settings_path()}}},
                    wanted_.sysctl.begin()->position)
                .keywords = {{"changed_when", true}};
        for (const auto& service : restarts_) {
            const auto& name = service.value.value;
            handler("Restart " + name, "service", {{"name", name}, {"state", "restarted"}},
                    service.position)
                .needs_earlier = brings_services();
        }
        if (!play_.handlers.empty()) add_owed();
    }

    /// A run that ended between a task and its handler must not leave the handler undone.
    void add_owed() {
        Task task;
        task.name = unique("Notify what an interrupted run left undone");
        task.module = "ansible.builtin.debug";
        task.args = {{"msg", "An interrupted run left handlers undone."}};
        task.keywords = {{"when", "inventory_hostname in agentops_owed | default([])"},
                         {"changed_when", true}};
        for (const auto& each : play_.handlers)
            task.notify.push_back(each.name);
        task.position = play_.handlers.front().position;
        play_.tasks.insert(play_.tasks.begin(), std::move(task));
    }

    const Part& part_;
    const Configure& wanted_;
    bool secret_vars_;  ///< variables of the machines hold a secret: templates and roles may use it
    PlayValues& values_;
    ansible::Play play_;
    std::set<std::string> names_;
    std::vector<Located<Word<kServiceName>>> restarts_;
};

}  // namespace

ansible::Play configure_play(const Part& part, const Configure& wanted, bool secret_vars,
                             PlayValues& values) {
    return PlayBuilder(part, wanted, secret_vars, values).take();
}

}  // namespace agentops::catalog
