// Which line stands behind what `configure` makes, and what it does not take.

#include "lab_fixture.h"

namespace catalog_configure_errors_test {

using namespace agentops;

namespace {

std::string complaint(const std::string& configure, const std::string& more = {}) {
    return test::lab(configure, more).complaints();
}

}  // namespace

TEST_CASE("each task leads back to its line") {
    const auto stack =
        test::lab("      packages: [nginx]\n      services: {nginx: {state: started}}\n");
    const auto& origins = test::run_of(stack).unit.origins;
    CHECK(origins.at("").position.line == 7);
    CHECK(origins.at("Install nginx").position.line == 11);
    CHECK(origins.at("Start nginx").position.line == 12);
    CHECK(origins.at("Start nginx").agent == "engineer");
    CHECK(origins.at("Start nginx").component == "lab");
}

TEST_CASE("forms that are not taken") {
    CHECK(complaint("      packages: [\"nginx; id\"]\n") ==
          "catalog.package: 'nginx; id' is no package\n");
    CHECK(complaint("      users: {\"-root\": {}}\n") ==
          "catalog.account: '-root' is no user or group\n");
    CHECK(complaint("      users: {app: {uid: -1}}\n") ==
          "catalog.account: -1 is no number of a user or group\n");
    CHECK(complaint("      users: {app: {authorized_key: hello}}\n") ==
          "catalog.public-key: 'hello' is no public key\n");
    CHECK(complaint("      files: {etc/x: {content: a}}\n") ==
          "catalog.path: 'etc/x' is no path\n");
    CHECK(complaint("      files: {/etc/../x: {content: a}}\n") ==
          "catalog.path: '/etc/../x' is no path\n");
    CHECK(complaint("      files: {\"/etc/{{ x }}\": {content: a}}\n") ==
          "catalog.path: '/etc/{{ x }}' is no path\n");
    CHECK(complaint("      files: {/etc/x: {content: a, mode: 644}}\n") ==
          "catalog.mode: '644' is no mode\n");
    CHECK(complaint("      units: {app: {content: a}}\n") ==
          "catalog.unit-file: 'app' is no unit file\n");
    CHECK(complaint("      sysctl: {\"a b\": 1}\n") ==
          "catalog.sysctl: 'a b' is no kernel setting\n");
    CHECK(complaint("      sysctl: {a: \"1\\n2\"}\n") ==
          "catalog.line: this must stay on one line\n");
    CHECK(complaint("      cron: {b: {minute: \"five past\", job: x}}\n") ==
          "catalog.job-time: 'five past' is no time of a job\n");
    CHECK(complaint("      cron: {\"b\\nc\": {job: x}}\n") != "");
    CHECK(complaint("      services: {\"a;b\": {enabled: true}}\n") ==
          "catalog.service: 'a;b' is no service\n");
    CHECK(complaint("      commands: [{name: \"{{ x }}\", run: [a], creates: /b}]\n") ==
          "catalog.command-name: '{{ x }}' is no name of a command\n");
    CHECK(complaint("      collections: {community: \"1\"}\n") ==
          "catalog.collection: 'community' is no collection\n");
    CHECK(complaint("      collections: {a.b: \"-r x\"}\n") ==
          "catalog.version: '-r x' is no version\n");
}

TEST_CASE("variables that are not the user's") {
    CHECK(complaint("      vars: {ansible_python_interpreter: x}\n") ==
          "catalog.variable-name: 'ansible_python_interpreter' belongs to ansible\n");
    CHECK(complaint("      vars: {agentops_owed: x}\n") ==
          "catalog.variable-name: 'agentops_owed' belongs to agentops\n");
    CHECK(complaint("      vars: {hostvars: x}\n") ==
          "catalog.variable-name: 'hostvars' has a meaning of its own in Ansible\n");
    CHECK(complaint("      vars: {A: x}\n") == "catalog.variable-name: 'A' is no variable\n");
    CHECK(complaint("      vars: {a: {\"{{ b }}\": x}}\n") ==
          "catalog.template-in-key: the key '{{ b }}' would be a template\n");
    CHECK(complaint("      files: {/a: {template: a, vars: {name: x}}}\n") ==
          "catalog.variable-name: 'name' has a meaning of its own in Ansible\n");
}

TEST_CASE("sections that do not fit together") {
    CHECK(complaint("      packages: [a, {name: a, state: absent}]\n") ==
          "catalog.twice: a stands here twice\n");
    CHECK(complaint("      files: {/a: {content: x, source: z}}\n") ==
          "catalog.file-content: /a needs exactly one of source, content and template\n");
    CHECK(complaint("      files: {/a: {content: x, state: absent}}\n") ==
          "catalog.file-content: /a is to be absent and has content\n");
    CHECK(complaint("      files: {/a: {content: x, vars: {b: 1}}}\n") ==
          "catalog.file-content: only a template has variables\n");
    CHECK(complaint("      files: {/a: {source: /etc/shadow}}\n") ==
          "catalog.source: '/etc/shadow' is no file beside this file\n");
    CHECK(complaint("      files: {/a: {source: ../../x}}\n") ==
          "catalog.path-outside: ../../x lies outside of the project\n");
    CHECK(complaint("      cron: {a: {}}\n") == "catalog.job: a does not say what to run\n");
    CHECK(complaint("      services: {a: {}}\n") == "catalog.service: nothing is wanted of a\n");
    CHECK(complaint("      commands: [{name: a, run: [b]}]\n") ==
          "catalog.command: 'a' needs exactly one of creates, removes and unless\n");
    CHECK(complaint("      commands: [{name: a, run: [], creates: /b}]\n") ==
          "catalog.command: a command needs its program\n");
    CHECK(complaint("      roles: [nginx]\n") == "catalog.role: 'nginx' is no role\n");
    CHECK(complaint("      roles: [a.b]\n") == "catalog.role-version: role a.b has no version\n");
    CHECK(complaint("      roles: [a.b.c]\n") ==
          "catalog.role: collection a.b is not among `collections`\n");
    CHECK(complaint("      roles: [../../x]\n") ==
          "catalog.path-outside: ../../x lies outside of the project\n");
    CHECK(complaint("      roles: [./a/x, ./b/x]\n") == "catalog.role: two roles are called x\n");
    CHECK(complaint("      rollout: {first: 0, then: 12.5 %}\n") ==
          "catalog.rollout: a batch has at least one machine\n"
          "catalog.rollout: 12.5 % is no share of machines\n");
    CHECK(complaint("      rollout: {check: hom}\n", "checks: {home: {tcp: \"a:1\"}}\n") ==
          "catalog.unknown-check: there is no http or tcp check 'hom'\n");
    CHECK(complaint("      rollout: {check: home}\n",
                    "checks: {home: {tcp: \"${db.endpoint}\"}}\n") ==
          "catalog.rollout: the port of check 'home' is not known beforehand\n");
    CHECK(complaint("      files: {\"/a/${db.endpoint}\": {content: x}}\n") ==
          "intent.reference: a key takes no reference, got ${db.endpoint}\n");
}

}  // namespace catalog_configure_errors_test
