// Machines for Ansible: kinds hosts and playbook, `connect`, the order of units, command checks.

#include "ansible/artifacts.h"
#include "stack_fixture.h"

namespace catalog_machines_test {

using namespace agentops;
using test::StackFixture;

namespace {

const std::string kNet = "components:\n  net: {kind: network, cidr: 10.20.0.0/16, nat: one}\n";
const std::string kHosts = "components:\n  lab: {kind: hosts, hosts: {one: {address: 192.0.2.7}}";

const ansible::Unit& unit(const StackFixture& stack, const std::string& component) {
    REQUIRE(stack.complaints() == "");
    for (const auto& run : stack.built.playbooks) {
        if (run.unit.component == component) return run.unit;
    }
    FAIL("no Ansible unit of ", component);
    throw InternalError("unreachable");
}

std::vector<std::string> units(const StackFixture& stack) {
    std::vector<std::string> ids;
    for (const auto& run : stack.built.playbooks)
        ids.push_back(run.unit.id);
    return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("hosts are known from the intent alone, and make no resources") {
    const StackFixture stack(
        "components:\n  lab:\n    kind: hosts\n    user: admin\n    key: keys/lab\n"
        "    jump: {address: jump.example.com, user: hop, port: 2200}\n"
        "    become: {password: \"${secret.token}\"}\n    vars: {site: lab}\n    hosts:\n"
        "      one: {address: 192.0.2.7, port: 2222, groups: [edge-site], vars: {rack: 3},\n"
        "            host_key: ssh-ed25519 AAAAC3}\n"
        "      two: {address: two.example.com, key: \"${secret.token}\", python: "
        "/usr/bin/python3}\n"
        "    configure: {vars: {colour: blue}}\n");
    const auto& lab = unit(stack, "lab");
    CHECK(stack.addresses().empty());
    CHECK(lab.group == "lab");
    REQUIRE(lab.hosts.size() == 2);
    CHECK(lab.hosts[0].address == "192.0.2.7");
    CHECK(lab.hosts[0].connection.port == 2222);
    CHECK(lab.hosts[0].connection.user == "admin");
    CHECK(lab.hosts[0].connection.key_file == "/project/keys/lab");
    CHECK(lab.hosts[0].connection.become_secret == "token");
    CHECK(lab.hosts[0].connection.jump->address == "jump.example.com");
    CHECK(lab.hosts[0].connection.jump->port == 2200);
    CHECK(lab.hosts[0].groups == Ids{"edge_site"});
    CHECK(lab.hosts[0].host_key == "ssh-ed25519 AAAAC3");
    CHECK(lab.hosts[1].connection.key_file == "");
    CHECK(lab.hosts[1].connection.key_secret == "token");
    CHECK(lab.hosts[1].connection.python == "/usr/bin/python3");
    CHECK(lab.output_names == Ids{"addresses", "names"});
    CHECK(lab.after.empty());
    CHECK(stack.built.playbooks[0].group_vars.size() == 2);
}

TEST_CASE("addresses of hosts are constants for the rest of the stack") {
    const StackFixture stack(
        kHosts +
        "}\n"
        "  jobs: {kind: queue}\n"
        "  topic: {kind: resource, type: aws_sns_topic,\n"
        "          args: {name: \"${lab.addresses.0}\", tags: {all: \"${lab.names}\"}}}\n");
    CHECK(stack.complaints() == "");
    CHECK(stack.body("aws_sns_topic.topic") ==
          Json{{"name", "192.0.2.7"}, {"tags", {{"all", {"one"}}}}});
    CHECK(units(stack).empty());
}

TEST_CASE("hosts that a check names have a unit to say where they are") {
    const StackFixture stack(kHosts + "}\nchecks: {up: {tcp: \"${lab.addresses.0}:22\"}}\n");
    CHECK(stack.complaints() == "");
    CHECK(units(stack) == Ids{"shop/lab"});
}

TEST_CASE("mistakes in hosts") {
    const auto complaint = [](const std::string& hosts) {
        return StackFixture("components:\n  lab: {kind: hosts, hosts: {" + hosts + "}}\n")
            .complaints();
    };
    CHECK(complaint("") == "catalog.no-machines: there is no machine here\n");
    CHECK(complaint("\"-x\": {address: a}") == "catalog.host-name: '-x' is no host name\n");
    CHECK(complaint("\"web[1:3]\": {address: a}") ==
          "catalog.host-name: 'web[1:3]' is no host name\n");
    CHECK(complaint("all: {address: a}") == "catalog.host-name: 'all' is no host name\n");
    CHECK(complaint("lab: {address: a}") ==
          "catalog.host-name: 'lab' is the name of a group, too\n");
    CHECK(complaint("one: {address: \"-oProxyCommand=id\"}") ==
          "catalog.address: '-oProxyCommand=id' is no address\n");
    CHECK(complaint("one: {address: a, port: 0}") == "catalog.port: 0 is no port\n");
    CHECK(complaint("one: {address: a, user: \"a b\"}") == "catalog.account: 'a b' is no user\n");
    CHECK(complaint("one: {address: a, groups: [ungrouped]}") ==
          "catalog.group-name: 'ungrouped' is no group of machines\n");
    CHECK(complaint("one: {address: a, python: \"/usr/bin/x;id\"}") ==
          "catalog.path: '/usr/bin/x;id' is no path of a program\n");
    CHECK(complaint("one: {address: a, key: \"a b\"}") ==
          "catalog.key: 'a b' is no path of a key\n");
    CHECK(complaint("one: {address: a, key: \"x${secret.token}\"}") ==
          "catalog.not-a-secret: this must be exactly one secret\n");
    CHECK(complaint("one: {address: a, vars: {ansible_host: b}}") ==
          "catalog.variable-name: 'ansible_host' belongs to ansible\n");
}

TEST_CASE("a playbook runs on the machines of a component, after they are configured") {
    const StackFixture stack(kHosts +
                             ", configure: {}}\n"
                             "  site: {kind: playbook, source: ../ansible/site.yml, hosts: lab,\n"
                             "         tags: [deploy], limit: one, vars: {release: \"1.4\"},\n"
                             "         vault: \"${secret.token}\"}\n");
    const auto& site = unit(stack, "site");
    CHECK(site.existing);
    CHECK(site.playbook == "/project/ansible/site.yml");
    CHECK(site.group == "lab");
    CHECK(site.hosts.size() == 1);
    CHECK(site.tags == Ids{"deploy"});
    CHECK(site.limit == "one");
    CHECK(site.vault_secret == "token");
    CHECK(site.vars.size() == 1);
    CHECK(site.after == Ids{"shop/lab"});
}

TEST_CASE("a playbook with its own inventory, and mistakes in playbooks") {
    const auto with = [](const std::string& rest) {
        return StackFixture(
            "components:\n  net: {kind: network, cidr: 10.20.0.0/16}\n"
            "  site: {kind: playbook, " +
            rest + "}\n");
    };
    const auto own = with("source: ./site.yml, inventory: ./hosts.yml");
    CHECK(unit(own, "site").own_inventory == "/project/intents/hosts.yml");
    CHECK(with("source: ./s.yml").complaints() ==
          "catalog.playbook-hosts: site needs exactly one of hosts and inventory\n");
    CHECK(with("source: ./s.yml, hosts: net").complaints() ==
          "catalog.no-machines: net is a network and has no machines\n");
    CHECK(with("source: ./s.yml, hosts: nett").complaints() ==
          "catalog.unknown-component: there is no component 'nett'\n");
    CHECK(with("source: /etc/s.yml, inventory: ./h").complaints() ==
          "catalog.source: '/etc/s.yml' is no file beside this file\n");
    CHECK(with("source: ../../s.yml, inventory: ./h").complaints() ==
          "catalog.path-outside: ../../s.yml lies outside of the project\n");
    CHECK(with("source: ./s.yml, inventory: ./h, limit: \"!all\"").complaints() ==
          "catalog.tag: '!all' is no tag, host or group\n");
}

TEST_CASE("a server is reached as its image and its address say") {
    const StackFixture stack(kNet +
                             "  web:\n    kind: server\n    in: net\n    image: debian-12\n"
                             "    expose: {port: 80, to: internet}\n"
                             "    connect: {from: 192.0.2.0/24, port: 2222, authorize: "
                             "\"ssh-ed25519 AAAAC3 me\"}\n"
                             "    configure: {packages: [nginx]}\n");
    const auto& web = unit(stack, "web");
    REQUIRE(web.source);
    CHECK(web.source->variable == "agentops_web_public_ip");
    CHECK(!web.source->many);
    CHECK(web.source->connection.user == "admin");
    CHECK(web.source->connection.port == 2222);
    CHECK(web.inputs[0].output == "web_public_ip");
    CHECK(web.after == Ids{"shop/main"});
    CHECK(stack.body("aws_instance.web")["key_name"] == "${aws_key_pair.web.key_name}");
    CHECK(stack.body("aws_key_pair.web")["public_key"] == "ssh-ed25519 AAAAC3 me");
    const auto ssh = stack.body("aws_vpc_security_group_ingress_rule.web_ssh");
    CHECK(ssh["from_port"] == 2222);
    CHECK(ssh["cidr_ipv4"] == "192.0.2.0/24");
    CHECK(stack.body("aws_vpc_security_group_egress_rule.web_http")["to_port"] == 80);
}

TEST_CASE("the machines of a service are found once its group has made them") {
    const auto service = [](const std::string& rest) {
        return StackFixture(kNet + "  web: {kind: service, in: net, image: ubuntu-24.04, count: 3" +
                            rest + "}\n");
    };
    const auto stack = service(", configure: {}");
    const auto& web = unit(stack, "web");
    CHECK(web.source->many);
    CHECK(web.source->expected == 3);
    CHECK(web.source->variable == "agentops_web_private_ips");
    CHECK(web.source->connection.user == "ubuntu");
    CHECK(stack.output("web", "private_ips") == "${sort(data.aws_instances.web.private_ips)}");
    CHECK(stack.body("data.aws_instances.web") ==
          Json{{"instance_tags",
                {{"aws:autoscaling:groupName", "${aws_autoscaling_group.web.name}"}}},
               {"instance_state_names", {"running"}},
               {"depends_on", {"aws_autoscaling_group.web"}}});
    CHECK(service("").output("web", "private_ips").is_null());
    CHECK(service("}\n  s: {kind: playbook, source: ./s.yml, hosts: web")
              .output("web", "private_ips")
              .is_string());
}

TEST_CASE("mistakes in connect") {
    const auto complaint = [](const std::string& rest) {
        return StackFixture(
                   "components:\n  net: {kind: network, cidr: 10.20.0.0/16, nat: none}\n"
                   "  web: {kind: server, in: net, " +
                   rest + "}\n")
            .complaints();
    };
    CHECK(complaint("image: ami-0123, configure: {}") ==
          "catalog.connect-user: nobody knows which user logs in to ami-0123\n");
    CHECK(complaint("image: ami-0123, connect: {user: me}, configure: {}") == "");
    CHECK(complaint("image: debian-12, connect: {address: public}") ==
          "catalog.connect-address: web has no public address\n");
    CHECK(complaint("image: debian-12, connect: {from: me}") == "catalog.cidr: 'me' is nobody\n");
    CHECK(complaint("image: debian-12, connect: {authorize: ecdsa-sha2-nistp256 AAAAE2}") ==
          "catalog.public-key: AWS takes keys of ed25519 and rsa only\n");
    CHECK(complaint("image: debian-12, configure: {packages: [nginx]}") ==
          "catalog.no-way-out: web installs packages and its network net has no way out\n");
    CHECK(complaint("image: debian-12, after: [net]") ==
          "catalog.after: nothing of web is configured, so it comes after nothing\n");
}

TEST_CASE("units wait for what `after` and `uses` name") {
    const auto stack = [](const std::string& web, const std::string& app) {
        return StackFixture(kNet + "  web: {kind: server, in: net, image: debian-12, port: 1, " +
                            web + "}\n  app: {kind: server, in: net, image: debian-12, port: 2, " +
                            app + "}\n");
    };
    const auto uses = stack("uses: [app], configure: {}", "configure: {}");
    CHECK(unit(uses, "web").after == Ids{"shop/app", "shop/main"});
    const auto mutual = stack("uses: [app], configure: {}", "uses: [web], configure: {}");
    CHECK(unit(mutual, "web").after == Ids{"shop/main"});
    CHECK(unit(mutual, "app").after == Ids{"shop/main"});
    const auto decided =
        stack("uses: [app], configure: {}", "uses: [web], after: [web], configure: {}");
    CHECK(unit(decided, "app").after == Ids{"shop/main", "shop/web"});
    CHECK(unit(decided, "web").after == Ids{"shop/main"});
    CHECK(stack("after: [app], configure: {}", "after: [web], configure: {}").complaints() ==
          "catalog.unit-cycle: units wait for each other: web after app -> app after web\n");
    CHECK(stack("after: [web], configure: {}", "").complaints() ==
          "catalog.self-reference: web comes after itself\n");
}

TEST_CASE("machines may know each other and themselves without waiting for each other") {
    const StackFixture stack(
        kNet +
        "  a: {kind: server, in: net, image: debian-12,\n"
        "      configure: {vars: {peer: \"${b.private_ip}\", own: \"${a.private_ip}\"}}}\n"
        "  b: {kind: server, in: net, image: debian-12,\n"
        "      configure: {vars: {peer: \"${a.private_ip}\"}}}\n");
    CHECK(unit(stack, "a").inputs.size() == 2);
    CHECK(unit(stack, "b").after == Ids{"shop/main"});
}

TEST_CASE("a command of the checks belongs to its machines' unit") {
    const StackFixture stack(
        kHosts +
        ", configure: {}}\nchecks: {up: {command: [test, -e, /x], on: lab, within: 30 s}}\n");
    const auto& checks = unit(stack, "lab").checks;
    REQUIRE(checks.size() == 1);
    CHECK(checks[0].name == "up");
    CHECK(checks[0].argv.size() == 3);
    CHECK(checks[0].within_s == 30);
    CHECK(StackFixture(kHosts + "}\nchecks: {up: {command: [id], on: lab}}\n").complaints() ==
          "catalog.needs-configure: lab has no `configure`\n");
}

TEST_CASE("names that Ansible or a unit already has") {
    CHECK(StackFixture("components: {main: {kind: hosts, hosts: {a: {address: b}}, configure: {}}}")
              .complaints() ==
          "catalog.reserved-name: what is configured cannot be called 'main': that is the unit of "
          "what is generated\n");
    CHECK(StackFixture("components: {all: {kind: hosts, hosts: {a: {address: b}}}}").complaints() ==
          "catalog.reserved-name: machines cannot be called 'all': that is a group of Ansible's "
          "own\n");
}

}  // namespace catalog_machines_test
