#include <fmt/core.h>

#include <algorithm>

#include "ansible/artifacts.h"
#include "ansible/yaml_writer.h"

namespace agentops::ansible {

namespace {

List texts(const std::vector<std::string>& items) {
    return {items.begin(), items.end()};
}

bool has_tab(const Value& value) {
    const auto& data = value.data();
    if (const auto* text = std::get_if<std::string>(&data)) return text->find('\t') != text->npos;
    if (const auto* list = std::get_if<List>(&data))
        return std::any_of(list->begin(), list->end(), has_tab);
    if (const auto* map = std::get_if<Map>(&data))
        return std::any_of(map->begin(), map->end(),
                           [](const auto& entry) { return has_tab(entry.second); });
    const auto* text = std::get_if<Text>(&data);
    return text != nullptr &&
           std::any_of(text->parts.begin(), text->parts.end(), [](const auto& part) {
               const auto* piece = std::get_if<std::string>(&part);
               return piece != nullptr && piece->find('\t') != piece->npos;
           });
}

/// ansible-lint would have a module in the place of some commands, and no tab in any text: it is
/// the user's word that counts.
bool offends_lint(const Task& task) {
    return task.module == "ansible.builtin.command" || has_tab(task.args);
}

void add_tag(Map& task, const char* tag) {
    const auto tags = std::find_if(task.begin(), task.end(),
                                   [](const auto& entry) { return entry.first == "tags"; });
    if (tags == task.end()) {
        task.emplace_back("tags", List{tag});
    } else {
        auto list = std::get<List>(tags->second.data());
        list.push_back(tag);
        tags->second = std::move(list);
    }
}

Map task_map(const Task& task) {
    Map map{{"name", task.name}, {task.module, task.args}};
    map.insert(map.end(), task.keywords.begin(), task.keywords.end());
    if (offends_lint(task)) add_tag(map, "skip_ansible_lint");
    if (!task.notify.empty()) map.emplace_back("notify", texts(task.notify));
    if (task.needs_earlier) map.emplace_back("ignore_errors", Expression{"ansible_check_mode"});
    if (task.secret) {
        map.emplace_back("no_log", true);
        map.emplace_back("diff", false);
    }
    return map;
}

void add_tasks(Map& play, const char* section, const std::vector<Task>& tasks) {
    if (tasks.empty()) return;
    List list;
    for (const auto& task : tasks)
        list.push_back(task_map(task));
    play.emplace_back(section, std::move(list));
}

/// Tried every five seconds until its time is up; each try may take that long.
Task check_task(const CommandCheck& check) {
    const int delay = std::clamp(check.within_s, 1, 5);
    Task task;
    task.name = "Check " + check.name;
    task.module = "ansible.builtin.command";
    task.args = {{"argv", check.argv}};
    task.keywords = {{"changed_when", false},
                     {"register", "agentops_check"},
                     {"until", "agentops_check is succeeded"},
                     {"retries", check.within_s / delay},
                     {"delay", delay},
                     {"timeout", check.within_s},
                     {"tags", List{check.name}}};
    return task;
}

Map requirement_map(const Requirement& requirement) {
    Map map{{"name", requirement.name}};
    if (!requirement.version.empty()) map.emplace_back("version", requirement.version);
    return map;
}

void add_requirements(Map& document, const char* section, Requirement::Type type,
                      const std::vector<Requirement>& requirements) {
    List list;
    for (const auto& requirement : requirements) {
        if (requirement.type == type) list.push_back(requirement_map(requirement));
    }
    if (!list.empty()) document.emplace_back(section, std::move(list));
}

}  // namespace

std::string playbook_text(const Play& play, const std::string& comment) {
    Map map{{"name", play.name},
            {"hosts", play.hosts},
            {"become", play.become},
            {"gather_facts", play.gather_facts}};
    map.insert(map.end(), play.keywords.begin(), play.keywords.end());
    add_tasks(map, "tasks", play.tasks);
    add_tasks(map, "post_tasks", play.post_tasks);
    add_tasks(map, "handlers", play.handlers);
    return to_yaml(List{std::move(map)}, comment);
}

std::string requirements_text(const std::vector<Requirement>& requirements,
                              const std::string& comment) {
    if (requirements.empty()) return "";
    Map document;
    add_requirements(document, "roles", Requirement::Type::role, requirements);
    add_requirements(document, "collections", Requirement::Type::collection, requirements);
    return to_yaml(document, comment);
}

std::string checks_text(const Unit& unit, const std::string& comment) {
    if (unit.checks.empty()) return "";
    Play play;
    play.name = fmt::format("Check {}", unit.component);
    play.hosts = group_name(unit.group);
    play.become = unit.become;
    for (const auto& check : unit.checks)
        play.tasks.push_back(check_task(check));
    return playbook_text(play, comment);
}

}  // namespace agentops::ansible
