#include "ansible/steps.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/text.h"

namespace ansible_steps_test {

using namespace agentops;
using namespace agentops::ansible;
using namespace std::chrono_literals;

namespace {

ansible::Unit unit_of() {
    ansible::Unit unit;
    unit.id = "shop/web";
    unit.dir = "/u";
    unit.playbook = "/u/playbook.yml";
    unit.artifact_list = "/list.json";
    unit.group = "web";
    unit.digest = "D";
    unit.files = {{"playbook.yml", "---\n"}};
    return unit;
}

StepContext context_of() {
    StepContext context;
    context.tool = {"/usr/bin/ansible-playbook", "2.17.1"};
    context.settings.run_dir = "/r";
    context.settings.home = "/h";
    context.settings.control_dir = "/s";
    context.settings.known_hosts = "/k";
    context.cache_dir = "/c";
    return context;
}

ansible::Host host_of(std::string name) {
    ansible::Host host;
    host.address = name + ".example.com";
    host.name = std::move(name);
    return host;
}

const run::ToolCall& call(const run::Step& step) {
    return std::get<run::ToolCall>(step.action);
}

/// The arguments after the program.
std::string arguments(const run::Step& step) {
    const auto& argv = call(step).argv;
    return join({argv.begin() + 1, argv.end()}, " ");
}

const run::File& file_of(const run::Step& step, const fs::path& path) {
    for (const auto& file : std::get<run::WriteFiles>(step.action).files) {
        if (file.path == path) return file;
    }
    throw InternalError("no file " + path.string());
}

std::string names(const run::Step& step) {
    std::vector<std::string> found;
    for (const auto& file : std::get<run::WriteFiles>(step.action).files)
        found.push_back(file.path.string());
    return join(found, " ");
}

/// A unit, its machine and its secrets of every sort.
struct Secretive {
    Secretive() {
        unit.secrets = {{"agentops_secret_api_token", "api-token", false}};
        unit.vault_secret = "vault";
        auto host = host_of("web");
        host.connection.key_secret = "deploy-key";
        host.connection.become_secret = "sudo-word";
        targets.hosts = {host};
        targets.variables = {{"agentops_db_host", "db.internal"}};
    }
    ansible::Unit unit = unit_of();
    Targets targets;
};

}  // namespace

TEST_CASE("ansible steps: the argv of each call") {
    const auto unit = unit_of();
    const auto c = context_of();
    const std::string common = "--inventory /r/inventory.yml --extra-vars @/r/variables.json ";
    CHECK(arguments(syntax_step(unit, false, c)) == common + "--syntax-check -- /u/playbook.yml");
    CHECK(arguments(rehearse_step(unit, c)) == common + "--check --diff -- /u/playbook.yml");
    CHECK(arguments(play_step(unit, c)) == common + "--diff -- /u/playbook.yml");
    CHECK(arguments(settle_step(unit, c)) ==
          common + R"(--extra-vars {"agentops_owed": []} -- /u/playbook.yml)");
    CHECK(arguments(check_step(unit, {"home", {"true"}, 60, {}}, c)) ==
          common + "--tags home -- /u/checks.yml");
    CHECK(arguments(fetch_step(unit, {{}}, c)) ==
          "install --role-file /u/requirements.yml --roles-path /r/roles");
    CHECK(call(fetch_step(unit, {{}}, c)).argv[0] == "/usr/bin/ansible-galaxy");
    CHECK(call(play_step(unit, c)).argv[0] == "/usr/bin/ansible-playbook");
}

TEST_CASE("ansible steps: an existing playbook with all that may be chosen for it") {
    auto unit = unit_of();
    unit.own_inventory = "/ansible/hosts.yml";
    unit.vars = {{"tier", "gold"}};
    unit.vault_secret = "vault";
    unit.limit = "web";
    unit.tags = {"config", "web"};
    CHECK(arguments(play_step(unit, context_of())) ==
          "--inventory /ansible/hosts.yml --extra-vars @/r/variables.json --extra-vars "
          "@/u/vars.yml --vault-password-file /r/vault --limit web --tags config,web --diff -- "
          "/u/playbook.yml");
}

TEST_CASE("ansible steps: machines that are done are left out by a file") {
    auto unit = unit_of();
    unit.limit = "web";
    auto c = context_of();
    c.done = {"web-1", "web-7"};
    CHECK(arguments(play_step(unit, c)).find("--limit @/r/limit --diff") != std::string::npos);
    CHECK(file_of(write_run_step(unit, {}, c), "/r/limit").text == "web\n!web-1\n!web-7\n");
    unit.limit.clear();
    CHECK(file_of(write_run_step(unit, {}, c), "/r/limit").text == "all\n!web-1\n!web-7\n");
}

TEST_CASE("ansible steps: a repair touches the machines that drifted and no other") {
    auto unit = unit_of();
    unit.limit = "web";
    auto c = context_of();
    c.only = {"web-1", "web-7"};
    CHECK(arguments(rehearse_step(unit, c)).find("--limit @/r/limit") != std::string::npos);
    CHECK(file_of(write_run_step(unit, {}, c), "/r/limit").text == "web-1\nweb-7\n");
    c.done = {"web-7"};
    CHECK(file_of(write_run_step(unit, {}, c), "/r/limit").text == "web-1\nweb-7\n!web-7\n");
    CHECK(takes_part(c, "web-1"));
    CHECK_FALSE(takes_part(c, "web-7"));
    CHECK_FALSE(takes_part(c, "web-2"));
}

TEST_CASE("ansible steps: what plays may end as, and how they are stopped") {
    const auto c = context_of();
    for (const auto& step :
         {rehearse_step(unit_of(), c), play_step(unit_of(), c), settle_step(unit_of(), c)}) {
        CAPTURE(step.name);
        CHECK(step.judged);
        CHECK(call(step).json_lines);
        CHECK(call(step).accepted == std::vector<int>{0, 2, 4});
        CHECK(call(step).stop_file == "/r/stop");
        CHECK(call(step).cwd == "/u");
        CHECK(call(step).deadline == 2h);
    }
    CHECK(call(check_step(unit_of(), {"home", {"true"}, 60, {}}, c)).deadline == 90s);
}

TEST_CASE(
    "ansible steps: the environment says what must hold, beside what the project lets through") {
    auto c = context_of();
    // The last of a name counts.
    c.environment = {{"KRB5CCNAME", "x"}, {"ANSIBLE_CONFIG", "/evil.cfg"}};
    const auto play = play_step(unit_of(), c);
    std::string shown;
    for (const auto& variable : call(play).env)
        shown += variable.name + "=" + std::get<std::string>(variable.value) + "\n";
    CHECK(shown ==
          "KRB5CCNAME=x\nANSIBLE_CONFIG=/evil.cfg\nANSIBLE_CONFIG=/r/ansible.cfg\n"
          "ANSIBLE_FORCE_COLOR=0\nANSIBLE_NOCOLOR=1\nAGENTOPS_STOP_FILE=/r/stop\n");
}

TEST_CASE("ansible steps: secrets stand in files of the run, never in an argv") {
    const Secretive t;
    const auto c = context_of();
    const auto step = write_run_step(t.unit, t.targets, c);
    CHECK(names(step) ==
          "/r/ansible.cfg /r/inventory.yml /r/callback/agentops_events.py /r/known_hosts "
          "/r/variables.json /r/keys/deploy-key /r/vault");
    for (const auto& file : std::get<run::WriteFiles>(step.action).files)
        CHECK(file.mode == 0600);
    for (const auto* path : {"/r/keys/deploy-key", "/r/vault"}) {
        CHECK(file_of(step, path).text.empty());
        CHECK(file_of(step, path).secrets.at(0).pointer.empty());
    }
    CHECK(file_of(step, "/r/keys/deploy-key").secrets.at(0).secret == "deploy-key");
    for (const auto& made : {syntax_step(t.unit, false, c), rehearse_step(t.unit, c),
                             play_step(t.unit, c), settle_step(t.unit, c)}) {
        for (const auto* word : {"api-token", "deploy-key", "sudo-word"})
            CHECK(arguments(made).find(word) == std::string::npos);
    }
    CHECK(secret_files(c) == std::vector<fs::path>{"/r/variables.json", "/r/vault", "/r/keys"});
}

TEST_CASE("ansible steps: the variables file is inert, with a place for each secret") {
    const Secretive t;
    auto c = context_of();
    c.owed = {"Restart nginx"};
    const auto step = write_run_step(t.unit, t.targets, c);
    const auto& file = file_of(step, "/r/variables.json");
    const auto json = Json::parse(file.text);
    CHECK(json["agentops_db_host"] == Json{{"__ansible_unsafe", "db.internal"}});
    CHECK(json["agentops_owed"] == Json{"Restart nginx"});
    CHECK(json["agentops_secret_api_token"] == Json{{"__ansible_unsafe", ""}});
    std::string places;
    for (const auto& place : file.secrets)
        places += place.pointer + " " + place.secret + "\n";
    CHECK(places ==
          "/agentops_secret_api_token/__ansible_unsafe api-token\n"
          "/agentops_secret_sudo_word/__ansible_unsafe sudo-word\n");
}

TEST_CASE("ansible steps: artifacts are laid down alone") {
    const auto step = write_step(unit_of());
    CHECK(names(step) == "playbook.yml /list.json");
    const auto& write = std::get<run::WriteFiles>(step.action);
    CHECK(write.dir == "/u");
    CHECK(write.foreign == std::vector<std::string>{"**"});
    CHECK(write.obsolete.empty());
}

TEST_CASE("ansible steps: machines are waited for, but not those behind a jump host") {
    auto behind = host_of("inner");
    behind.connection.jump = Jump{"bastion.example.com", 22, ""};
    auto odd = host_of("odd");
    odd.connection.port = 2222;
    auto c = context_of();
    c.done = {"done"};
    c.wait = 90s;
    const auto step = reach_step({host_of("web"), behind, odd, host_of("done")}, c);
    const auto& reach = std::get<run::ReachHosts>(step.action);
    std::string shown;
    for (const auto& host : reach.hosts)
        shown += fmt::format("{} {}:{}\n", host.name, host.address, host.port);
    CHECK(shown == "web web.example.com:22\nodd odd.example.com:2222\n");
    CHECK(reach.within == 90s);
    CHECK(step.judged);
}

TEST_CASE("ansible steps: a syntax check is stamped by what was checked") {
    const auto c = context_of();
    const auto stamp = syntax_stamp(unit_of(), c);
    CHECK(stamp.content == "syntax 2.17.1 /u/playbook.yml D\n");
    CHECK(stamp.path.parent_path() == "/c/validated");
    CHECK(call(syntax_step(unit_of(), false, c)).stamp->path == stamp.path);
    CHECK(syntax_step(unit_of(), true, c).skip == "nothing changed since it was checked");
    auto newer = c;
    newer.tool.version = "2.18.0";
    CHECK(syntax_stamp(unit_of(), newer).path != stamp.path);
}

TEST_CASE("ansible steps: nothing missing is nothing to fetch") {
    CHECK(fetch_step(unit_of(), {}, context_of()).skip == "nothing is missing");
    CHECK(fetch_step(unit_of(), {{}}, context_of()).skip == "");
}

TEST_CASE("ansible steps: the version is that of ansible-core") {
    const auto version = [](const char* text) {
        const auto tool = read_version("/bin/ansible-playbook", text);
        return tool ? tool->version : tool.error().at(0).code;
    };
    CHECK(version("ansible-playbook [core 2.14.18]\n  config file = None\n") == "2.14.18");
    CHECK(version("ansible-playbook [core 2.19.0b2] \n") == "2.19.0b2");
    CHECK(version("ansible-playbook 2.9.27\n") == "ansible.version");
    CHECK(version("") == "ansible.version");
    CHECK(version("x\n[core 2.14]") == "ansible.version");
    const auto enough = [](const char* text) {
        return static_cast<bool>(require_version({"/bin/ansible-playbook", text}));
    };
    CHECK(enough("2.14.0"));
    CHECK(enough("2.19.0b2"));
    CHECK(enough("3.0"));
    CHECK_FALSE(enough("2.13.9"));
    CHECK_FALSE(enough("2.9"));
    CHECK_FALSE(enough("x"));
    CHECK(require_version({"/bin/x", "2.9"}).error().at(0).code == "ansible.too-old");
}

}  // namespace ansible_steps_test
