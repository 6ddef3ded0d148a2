#include "ansible/artifacts.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "ansible/yaml_writer.h"
#include "base/fs.h"

namespace ansible_artifacts_test {

using namespace agentops;
using namespace agentops::ansible;

namespace {

const std::string kComment = "Made by agentops from shop.intent.yaml. Edit that, not this.";

void check_golden(const std::string& name, const std::string& text) {
    const auto file = fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/ansible" / name;
    if (std::getenv("AGENTOPS_ACCEPT") != nullptr) REQUIRE(write_file(file, text, 0644));
    CHECK(text == read_file(file).value_or("(no golden file)"));
}

Task task(std::string name, std::string module, Map args, Map keywords = {}) {
    Task made;
    made.name = std::move(name);
    made.module = std::move(module);
    made.args = std::move(args);
    made.keywords = std::move(keywords);
    return made;
}

Task notifying(Task task, const std::string& handler) {
    task.notify = {handler};
    task.needs_earlier = true;
    return task;
}

Task secret(Task task) {
    task.secret = true;
    return task;
}

std::vector<Task> file_tasks() {
    return {
        notifying(task("Write /etc/nginx/conf.d/shop.conf", "ansible.builtin.copy",
                       {{"dest", "/etc/nginx/conf.d/shop.conf"},
                        {"content", Text{{"upstream db {\n    server ",
                                          Variable{"agentops_db_host"}, ":5432;\n}\n"}}},
                        {"owner", "root"},
                        {"group", "root"},
                        {"mode", "0644"}}),
                  "Restart nginx"),
        notifying(task("Write /etc/shop/note.txt", "ansible.builtin.copy",
                       {{"dest", "/etc/shop/note.txt"},
                        {"content", "Not run:\n  {{ lookup('pipe', 'id') }}\n"},
                        {"mode", "0600"}}),
                  "Restart nginx"),
        task("Write /etc/shop/flags.json", "ansible.builtin.copy",
             {{"dest", "/etc/shop/flags.json"},
              {"content", "{\"a\":1,  \"b\":[1,2]}"},
              {"mode", "0644"}}),
        task("Write /etc/motd from a template", "ansible.builtin.template",
             {{"src", "templates/motd.j2"}, {"dest", "/etc/motd"}, {"mode", "0644"}}),
        secret(task("Write /etc/shop/token", "ansible.builtin.copy",
                    {{"dest", "/etc/shop/token"},
                     {"content", Text{{Variable{"agentops_secret_api_token"}}}},
                     {"mode", "0600"}})),
    };
}

Play rich_play() {
    Play play;
    play.name = "Configure web";
    play.hosts = "web";
    play.gather_facts = true;
    play.keywords = {{"serial", List{1, "25%"}}, {"max_fail_percentage", 0}};
    play.tasks = {
        task("Install packages", "ansible.builtin.apt",
             {{"name", List{"nginx", "curl"}}, {"state", "present"}, {"cache_valid_time", 3600}}),
        task("Make user deploy", "ansible.builtin.user",
             {{"name", "deploy"}, {"comment", "it's {{ 7 * 7 }}"}, {"shell", "/bin/bash"}}),
        task("Migrate once", "ansible.builtin.command",
             {{"argv", List{"/usr/bin/shop", "migrate", "--url={{ x }}"}},
              {"creates", "/var/lib/shop/done"}},
             {{"become_user", "deploy"}}),
    };
    for (auto& one : file_tasks())
        play.tasks.push_back(std::move(one));
    play.post_tasks = {task("Wait for port 443", "ansible.builtin.wait_for",
                            {{"port", 443}, {"timeout", 60}},
                            {{"when", "not ansible_check_mode"}})};
    play.handlers = {task("Restart nginx", "ansible.builtin.service",
                          {{"name", "nginx"}, {"state", "restarted"}})};
    return play;
}

Settings settings() {
    Settings s;
    s.run_dir = "/srv/my shop/.agentops/runs/r1/web";
    s.home = "/srv/my shop/.agentops/ansible";
    s.control_dir = "/run/agentops/c1";
    s.role_dirs = {"/srv/my shop/roles", "/srv/my shop/.agentops/runs/r1/web/roles"};
    s.known_hosts = "/srv/my shop/.agentops/known_hosts";
    return s;
}

Host host(const std::string& name, const std::string& address) {
    Host made;
    made.name = name;
    made.address = address;
    made.connection.user = "ubuntu";
    return made;
}

ansible::Unit web_unit() {
    ansible::Unit unit;
    unit.component = "web-front";
    unit.group = "web-front";
    unit.hosts = {host("web-1", "10.0.0.1"), host("web-2", "10.0.0.2")};
    return unit;
}

/// Machines that are reached in different ways.
ansible::Unit mixed_unit() {
    auto unit = web_unit();
    unit.hosts[0].connection.port = 2222;
    unit.hosts[0].connection.key_file = "/home/ops/.ssh/id_shop";
    unit.hosts[0].connection.python = "/usr/bin/python3";
    unit.hosts[0].connection.become_secret = "sudo-password";
    unit.hosts[0].groups = {"edge-sites", "web-front"};
    unit.hosts[0].host_key = "ssh-ed25519 AAAA1";
    unit.hosts[1].connection.key_secret = "ssh_key";
    unit.hosts[1].connection.jump = Jump{"bastion.example.com", 2200, "hop $(id)%h"};
    unit.hosts[1].host_key = "ssh-ed25519 AAAA2";
    return unit;
}

}  // namespace

TEST_CASE("a play reads as its golden playbook") {
    check_golden("playbook.yml", playbook_text(rich_play(), kComment));
}

TEST_CASE("settings that all hosts share stand with their group") {
    const auto unit = web_unit();
    CHECK(inventory_text(unit, unit.hosts, nullptr, "") == R"(---
all:
  children:
    web_front:
      hosts:
        web-1:
          ansible_host: 10.0.0.1
        web-2:
          ansible_host: 10.0.0.2
      vars:
        ansible_port: 22
        ansible_user: ubuntu
)");
    CHECK(inventory_text(unit, {}, nullptr, "") == R"(---
all:
  children:
    web_front:
      hosts: {}
)");
}

TEST_CASE("hosts behind keys and jump hosts read as their golden inventory") {
    const auto unit = mixed_unit();
    const auto run = settings();
    check_golden("inventory.yml", inventory_text(unit, unit.hosts, &run, kComment));
    check_golden("inventory-artifact.yml", inventory_text(unit, unit.hosts, nullptr, kComment));
}

TEST_CASE("addresses and paths that tools would take for something else are refused") {
    for (const auto* fine : {"10.0.0.1", "2001:db8::1", "db-1.example.com", "a_b"})
        CHECK(is_address(fine));
    for (const auto* bad : {"", "-oProxyCommand=x", "a b", "a;b", "a[1:3]", "{{x}}", "a\nb", "a,b"})
        CHECK_FALSE(is_address(bad));
    CHECK(is_plain_path("/srv/my shop/(1)"));
    for (const auto* bad : {"", "relative", "/a:b", "/a;b", "/$HOME", "/100%", "/a\"b", "/a\nb",
                            "/{{CWD}}", "/a ", "/a\\b", "/a,b", "/it's"})
        CHECK_FALSE(is_plain_path(bad));
    auto unit = web_unit();
    unit.hosts[0].address = "-oProxyCommand=x";
    CHECK_THROWS_AS(inventory_text(unit, unit.hosts, nullptr, ""), InternalError);
    unit = web_unit();
    unit.hosts[0].connection.jump = Jump{"-x", 22, ""};
    CHECK_THROWS_AS(inventory_text(unit, unit.hosts, nullptr, ""), InternalError);
    auto run = settings();
    run.known_hosts = "/a:b";
    CHECK_THROWS_AS(config_text(run), InternalError);
}

TEST_CASE("pinned keys are known under the address that ssh asks for") {
    CHECK(known_hosts_text(mixed_unit().hosts) ==
          "[10.0.0.1]:2222 ssh-ed25519 AAAA1\n10.0.0.2 ssh-ed25519 AAAA2\n");
    CHECK(known_hosts_text(web_unit().hosts) == "");
    auto broken = mixed_unit().hosts;
    broken[0].host_key += "\n* ssh-ed25519 AAAA3";
    CHECK_THROWS_AS(known_hosts_text(broken), InternalError);
}

TEST_CASE("the settings of a run read as their golden ansible.cfg") {
    auto run = settings();
    check_golden("ansible.cfg", config_text(run));
    CHECK(config_text(run).find("StrictHostKeyChecking=yes") != std::string::npos);
    run.accept_new = true;
    run.own_inventory = true;
    CHECK(config_text(run).find("StrictHostKeyChecking=accept-new") != std::string::npos);
    CHECK(config_text(run).find("enable_plugins = yaml, ini\n") != std::string::npos);
}

TEST_CASE("variables stand in a file for each group and host that has some") {
    auto unit = web_unit();
    CHECK(vars_files(unit, {}, "").empty());
    unit.hosts[1].vars = {{"site", "no"}};
    const auto files = vars_files(unit, {{"motd", "{{ x }}"}}, kComment);
    REQUIRE(files.size() == 2);
    CHECK(files[0].name == "group_vars/web_front.yml");
    CHECK(files[0].text == "---\n# " + kComment + "\nmotd: !unsafe \"{{ x }}\"\n");
    CHECK(files[1].name == "host_vars/web-2.yml");
    CHECK(files[1].text == "---\n# " + kComment + "\nsite: \"no\"\n");
}

TEST_CASE("what a run knows is never evaluated") {
    const auto document = variables_document(
        {{"agentops_ports", {80, 443}}, {"agentops_x", {{"k", {"{{ 1 }}", true}}}}});
    CHECK(dump_json(document) ==
          R"({"agentops_inert":{"__ansible_unsafe":""},"agentops_ports":[80,443],)"
          R"("agentops_x":{"k":[{"__ansible_unsafe":"{{ 1 }}"},true]}})");
}

TEST_CASE("requirements name roles and collections") {
    using Type = Requirement::Type;
    CHECK(requirements_text({}, kComment) == "");
    check_golden("requirements.yml",
                 requirements_text({{Type::collection, "community.general", "6.0.0", {}},
                                    {Type::role, "geerlingguy.nginx", "", {}}},
                                   kComment));
}

TEST_CASE("command checks read as their golden playbook") {
    auto unit = web_unit();
    CHECK(checks_text(unit, kComment) == "");
    unit.checks = {{"home", {"curl", "--fail", "http://localhost/{{ x }}"}, 60, {}},
                   {"quick", {"/usr/bin/shop", "ok"}, 1, {}}};
    check_golden("checks.yml", checks_text(unit, kComment));
}

}  // namespace ansible_artifacts_test
