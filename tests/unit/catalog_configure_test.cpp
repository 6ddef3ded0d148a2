// `configure` as a play: what each section becomes, in whole texts as a person would read them.

#include "ansible/artifacts.h"
#include "ansible/yaml_writer.h"
#include "lab_fixture.h"

namespace catalog_configure_test {

using namespace agentops;
using test::lab;
using test::run_of;
using test::StackFixture;

namespace {

/// The playbook from its tasks on.
std::string tasks_of(const StackFixture& stack) {
    const auto text = ansible::playbook_text(*run_of(stack).play, "");
    return text.substr(text.find("  tasks:\n"));
}

}  // namespace

TEST_CASE("packages follow fresh lists, each state in one task") {
    CHECK(tasks_of(lab("      packages: [nginx, curl, {name: telnet, state: absent}]\n")) ==
          R"y(  tasks:
    - name: Refresh package lists
      ansible.builtin.apt:
        update_cache: true
        cache_valid_time: 3600
      when: "ansible_facts.pkg_mgr == 'apt'"
      changed_when: false

    - name: Install nginx and curl
      ansible.builtin.package:
        name:
          - nginx
          - curl
        state: present
      ignore_errors: "{{ ansible_check_mode }}"

    - name: Remove telnet
      ansible.builtin.package:
        name:
          - telnet
        state: absent
)y");
}

TEST_CASE("many packages have a name that stays readable") {
    const auto stack = lab("      packages: [a1, b2, c3, d4, e5]\n");
    CHECK(run_of(stack).play->tasks[1].name == "Install a1, b2, c3 and 2 more");
    CHECK(run_of(stack).play->gather_facts);
}

TEST_CASE("accounts, with the key that may log in") {
    CHECK(tasks_of(lab("      groups: {app: {gid: 900, system: true}}\n"
                       "      users:\n"
                       "        app: {uid: 900, groups: [adm], shell: /bin/bash, home: /srv/app,\n"
                       "              comment: \"The {{ app }}\",\n"
                       "              authorized_key: \"ssh-ed25519 AAAAC3 me@x\"}\n"
                       "        old: {state: absent}\n")) == R"y(  tasks:
    - name: Create group app
      ansible.builtin.group:
        name: app
        gid: 900
        system: true
        state: present

    - name: Create user app
      ansible.builtin.user:
        name: app
        uid: 900
        groups:
          - adm
        append: true
        shell: /bin/bash
        home: /srv/app
        comment: !unsafe "The {{ app }}"
        state: present
      ignore_errors: "{{ ansible_check_mode }}"

    - name: Create the SSH folder of app
      ansible.builtin.file:
        path: /srv/app/.ssh
        state: directory
        owner: app
        mode: "0700"
      ignore_errors: "{{ ansible_check_mode }}"

    - name: Let the SSH key of app in
      ansible.builtin.lineinfile:
        path: /srv/app/.ssh/authorized_keys
        line: ssh-ed25519 AAAAC3 me@x
        create: true
        owner: app
        mode: "0600"
      ignore_errors: "{{ ansible_check_mode }}"

    - name: Remove user old
      ansible.builtin.user:
        name: old
        state: absent
)y");
}

TEST_CASE("folders and files, with their source and a handler") {
    const auto stack =
        lab("      directories: {/srv/app: {owner: app, mode: \"0750\"}}\n"
            "      files:\n"
            "        /srv/app/shop.conf: {source: files/shop.conf, notify: nginx}\n"
            "        /etc/motd: {content: \"{{ lookup('pipe', 'id') }}\"}\n"
            "        /etc/old: {state: absent}\n");
    CHECK(tasks_of(stack) == R"y(  tasks:
    - name: Notify what an interrupted run left undone
      ansible.builtin.debug:
        msg: An interrupted run left handlers undone.
      when: "inventory_hostname in agentops_owed | default([])"
      changed_when: true
      notify:
        - Restart nginx

    - name: Create /srv/app
      ansible.builtin.file:
        path: /srv/app
        state: directory
        owner: app
        mode: "0750"

    - name: Put /srv/app/shop.conf
      ansible.builtin.copy:
        src: files/intents/files/shop.conf
        dest: /srv/app/shop.conf
        mode: "0644"
      notify:
        - Restart nginx
      ignore_errors: "{{ ansible_check_mode }}"

    - name: Put /etc/motd
      ansible.builtin.copy:
        content: !unsafe "{{ lookup('pipe', 'id') }}"
        dest: /etc/motd
        mode: "0644"

    - name: Remove /etc/old
      ansible.builtin.file:
        path: /etc/old
        state: absent
  handlers:
    - name: Restart nginx
      ansible.builtin.service:
        name: nginx
        state: restarted
)y");
    const auto& sources = run_of(stack).unit.sources;
    REQUIRE(sources.size() == 1);
    CHECK(sources[0].from == "/project/intents/files/shop.conf");
    CHECK(sources[0].to == "files/intents/files/shop.conf");
    CHECK(!run_of(stack).play->gather_facts);
}

TEST_CASE("outputs arrive as variables, and secrets are kept out of sight") {
    const auto stack =
        lab("      files: {/etc/app.env: {content: \"DB=${db.endpoint} PW=${secret.token}\"}}\n");
    const auto& run = run_of(stack);
    const auto& task = run.play->tasks.front();
    CHECK(task.secret);
    CHECK(ansible::to_yaml(task.args) == R"y(---
content: "{{ ('DB=' ~ agentops_db_endpoint ~ ' PW=' ~ agentops_secret_token) | string }}"
dest: /etc/app.env
mode: "0600"
)y");
    REQUIRE(run.unit.inputs.size() == 1);
    CHECK(run.unit.inputs[0].variable == "agentops_db_endpoint");
    CHECK(run.unit.inputs[0].from == "shop/main");
    CHECK(run.unit.inputs[0].output == "db_endpoint");
    REQUIRE(run.unit.secrets.size() == 1);
    CHECK(run.unit.secrets[0].variable == "agentops_secret_token");
    CHECK(run.unit.secrets[0].secret == "token");
    CHECK(run.unit.after == std::vector<std::string>{"shop/main"});
}

TEST_CASE("a template has its variables, and one that could see a secret is silent") {
    const std::string file =
        "      files: {/etc/a: {template: a.j2, vars: {peers: [\"${db.endpoint}\", 3, true]}}}\n";
    const auto open = lab(file);
    CHECK(tasks_of(open) == R"y(  tasks:
    - name: Put /etc/a
      ansible.builtin.template:
        src: templates/intents/a.j2
        dest: /etc/a
        mode: "0644"
      vars:
        peers:
          - "{{ agentops_db_endpoint }}"
          - 3
          - true
)y");
    const auto silent = lab(file + "      vars: {token: \"${secret.token}\"}\n");
    CHECK(run_of(silent).play->tasks.front().secret);
    CHECK(ansible::to_yaml(run_of(silent).group_vars) ==
          "---\ntoken: \"{{ agentops_secret_token }}\"\n");
}

TEST_CASE("unit files, kernel settings and jobs") {
    CHECK(tasks_of(lab("      units: {app.service: {content: \"[Service]\\n\", notify: app}}\n"
                       "      sysctl: {net.core.somaxconn: 1024, vm.swappiness: \"10\"}\n"
                       "      cron: {backup: {minute: \"5\", job: /usr/local/bin/backup},\n"
                       "             old: {state: absent}}\n")) == R"y(  tasks:
    - name: Notify what an interrupted run left undone
      ansible.builtin.debug:
        msg: An interrupted run left handlers undone.
      when: "inventory_hostname in agentops_owed | default([])"
      changed_when: true
      notify:
        - Reload systemd
        - Load kernel settings
        - Restart app

    - name: Put /etc/systemd/system/app.service
      ansible.builtin.copy:
        content: |
          [Service]
        dest: /etc/systemd/system/app.service
        mode: "0644"
      when: "ansible_facts.service_mgr == 'systemd'"
      notify:
        - Reload systemd
        - Restart app

    - name: Put /etc/sysctl.d/60-lab.conf
      ansible.builtin.copy:
        content: |
          net.core.somaxconn = 1024
          vm.swappiness = 10
        dest: /etc/sysctl.d/60-lab.conf
        mode: "0644"
      notify:
        - Load kernel settings

    - name: Schedule backup
      ansible.builtin.cron:
        name: backup
        minute: "5"
        job: /usr/local/bin/backup
        state: present

    - name: Unschedule old
      ansible.builtin.cron:
        name: old
        state: absent
  handlers:
    - name: Reload systemd
      ansible.builtin.systemd:
        daemon_reload: true
      when: "ansible_facts.service_mgr == 'systemd'"

    - name: Load kernel settings
      ansible.builtin.command:
        argv:
          - sysctl
          - "--load"
          - /etc/sysctl.d/60-lab.conf
      changed_when: true
      tags:
        - skip_ansible_lint

    - name: Restart app
      ansible.builtin.service:
        name: app
        state: restarted
      ignore_errors: "{{ ansible_check_mode }}"
)y");
}

TEST_CASE("roles of the project and from elsewhere") {
    const auto stack =
        lab("      roles: [../roles/nginx, {role: geerlingguy.ntp, version: \"2.3.1\", vars: {on: "
            "true}},\n"
            "              community.general.x]\n"
            "      collections: {community.general: \">=7\"}\n");
    const auto& run = run_of(stack);
    CHECK(run.unit.role_dirs == std::vector<fs::path>{"/project/roles/nginx"});
    CHECK(ansible::requirements_text(run.unit.requirements, "") == R"y(---
roles:
  - name: geerlingguy.ntp
    version: "2.3.1"
collections:
  - name: community.general
    version: ">=7"
)y");
    std::vector<std::string> names;
    for (const auto& task : run.play->tasks)
        names.push_back(task.name + ": " + task.module);
    CHECK(names ==
          std::vector<std::string>{"Run role nginx: ansible.builtin.import_role",
                                   "Run role geerlingguy.ntp: ansible.builtin.import_role",
                                   "Run role community.general.x: ansible.builtin.import_role"});
}

TEST_CASE("services and commands come last") {
    CHECK(tasks_of(lab(
              "      services: {nginx: {state: started, enabled: true}, app: {enabled: false}}\n"
              "      commands:\n"
              "        - {name: migrate, run: [/srv/migrate, \"${db.endpoint}\"],\n"
              "           unless: [/srv/migrate, --check], user: app, chdir: /srv}\n"
              "        - {name: keys, run: [ssh-keygen, -A], creates: /etc/key}\n")) ==
          R"y(  tasks:
    - name: Start nginx
      ansible.builtin.service:
        name: nginx
        state: started
        enabled: true

    - name: Disable app
      ansible.builtin.service:
        name: app
        enabled: false

    - name: See whether to run migrate
      ansible.builtin.command:
        argv:
          - /srv/migrate
          - "--check"
        chdir: /srv
      register: agentops_guard_1
      check_mode: false
      changed_when: false
      failed_when: false
      become: true
      become_user: app
      tags:
        - skip_ansible_lint

    - name: Run migrate
      ansible.builtin.command:
        argv:
          - /srv/migrate
          - "{{ agentops_db_endpoint }}"
        chdir: /srv
      when: "agentops_guard_1.rc != 0"
      changed_when: true
      become: true
      become_user: app
      tags:
        - skip_ansible_lint
      ignore_errors: "{{ ansible_check_mode }}"

    - name: Run keys
      ansible.builtin.command:
        argv:
          - ssh-keygen
          - "-A"
        creates: /etc/key
      tags:
        - skip_ansible_lint
      ignore_errors: "{{ ansible_check_mode }}"
)y");
}

TEST_CASE("a rollout goes in batches, with a check after each") {
    const auto stack = lab("      rollout: {first: 1, then: 25 %, check: home, max_fail: 10 %}\n",
                           "checks: {home: {http: \"http://${db.endpoint}/\", within: 30 s}}\n");
    const auto text = ansible::playbook_text(*run_of(stack).play, "");
    CHECK(text.substr(text.find("  serial")) == R"y(  serial:
    - 1
    - "25%"
  max_fail_percentage: 10
  post_tasks:
    - name: Wait for check home
      ansible.builtin.uri:
        url: "{{ ('http://' ~ agentops_db_endpoint ~ '/') | string }}"
        status_code: 200
        follow_redirects: none
        timeout: 5
      register: agentops_rollout
      until: agentops_rollout is succeeded
      retries: 6
      delay: 5
      delegate_to: localhost
      become: false
      run_once: true
      when: not ansible_check_mode
)y");
}

TEST_CASE("a tcp check between batches splits its address") {
    const auto stack = lab("      rollout: {check: port}\n",
                           "checks: {port: {tcp: \"${db.endpoint}:5432\", within: 9 s}}\n");
    const auto& task = run_of(stack).play->post_tasks.at(0);
    CHECK(task.module == "ansible.builtin.wait_for");
    CHECK(ansible::to_yaml(task.args) ==
          "---\nhost: \"{{ agentops_db_endpoint }}\"\nport: 5432\ntimeout: 9\n");
}

}  // namespace catalog_configure_test
