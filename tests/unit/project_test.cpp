#include "intent/project.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/text.h"

namespace project_test {

using namespace agentops;
using namespace agentops::intent;

namespace {

const std::string kIntent =
    "apiVersion: agentops/v1\nintent: shop\ntarget: {provider: aws, region: eu-west-1}\n"
    "components: {assets: {kind: bucket}}\n";

/// A fresh folder with files of the given texts.
fs::path folder(const std::string& name, const std::map<std::string, std::string>& files) {
    const auto root = fs::current_path() / name;
    fs::remove_all(root);
    fs::create_directories(root);
    for (const auto& [path, text] : files)
        REQUIRE(write_file(root / path, text, 0644));
    return root;
}

std::string listed(const Result<Project>& project) {
    if (!project) return render(project.error());
    std::vector<std::string> names;
    for (const auto& file : project->files)
        names.push_back(file.lexically_relative(project->root).generic_string());
    return join(names, " ");
}

std::string settings_mistakes(const std::string& yaml) {
    Sources sources;
    const auto root = folder("settings", {{"agentops.yaml", "apiVersion: agentops/v1\n" + yaml}});
    const auto project = open_project(root, true, sources);
    if (project) return "";
    std::string codes;
    for (const auto& diagnostic : project.error())
        codes += diagnostic.code + " " + diagnostic.position.text() + "\n";
    return codes;
}

Stack stack(const std::string& intent, const std::string& environment) {
    Stack result;
    result.intent = intent;
    result.environment = environment;
    result.id = environment.empty() ? intent : intent + "@" + environment;
    return result;
}

std::string selected(const std::vector<std::string>& patterns,
                     const std::optional<std::string>& env = {}) {
    const std::vector<Stack> stacks = {stack("web", "prod"), stack("web", "dev"), stack("base", ""),
                                       stack("webshop", "dev")};
    const auto found = select(stacks, patterns, env);
    if (!found) return found.error()[0].code + ": " + found.error()[0].help;
    std::vector<std::string> ids;
    for (const auto* one : *found)
        ids.push_back(one->id);
    return join(ids, " ");
}

}  // namespace

TEST_CASE("a project is found upward, and no further than a git root or the home folder") {
    Sources sources;
    const auto root = folder("up", {{"agentops.yaml", "apiVersion: agentops/v1\n"},
                                    {"a/b/note", ""},
                                    {"git/.git/HEAD", ""},
                                    {"git/sub/note", ""},
                                    {"bare/x.intent.yaml", kIntent},
                                    {"bare/sub/note", ""}});
    CHECK(open_project(root / "a/b", false, sources)->root == root);
    CHECK(open_project(root / "a/b/", false, sources)->root == root);
    CHECK(open_project(root / "bare/sub", false, sources)->root == root / "bare");
    CHECK(open_project(root / "a/b", true, sources)->root == root / "a/b");
    CHECK(open_project(root / "git/sub", false, sources).error()[0].code == "project.not-found");
    CHECK(open_project(root / "nowhere", true, sources).error()[0].code == "project.not-a-folder");
    const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "/";
    setenv("HOME", (root / "a").c_str(), 1);
    CHECK(open_project(root / "a/b", false, sources).error()[0].code == "project.not-found");
    setenv("HOME", home.c_str(), 1);
}

TEST_CASE("intent files are listed once, sorted, without what is hidden or outside") {
    Sources sources;
    const auto outside = folder("outside", {{"far.intent.yaml", kIntent}});
    const auto root = folder("list", {{"b.intent.yaml", ""},
                                      {"a/x.intent.yaml", ""},
                                      {"a/x.yaml", ""},
                                      {".agentops/y.intent.yaml", ""},
                                      {".git/y.intent.yaml", ""},
                                      {"node_modules/y.intent.yaml", ""}});
    fs::create_symlink(outside / "far.intent.yaml", root / "far.intent.yaml");
    fs::create_directory_symlink(outside, root / "linked");
    fs::create_symlink("b.intent.yaml", root / "near.intent.yaml");
    CHECK(listed(open_project(root, true, sources)) ==
          "a/x.intent.yaml b.intent.yaml near.intent.yaml");
    REQUIRE(write_file(root / "agentops.yaml",
                       "apiVersion: agentops/v1\nintents: [\"./a/*.yaml\"]\n", 0644));
    CHECK(listed(open_project(root, true, sources)) == "a/x.intent.yaml a/x.yaml");
}

TEST_CASE("agentops.yaml is read whole") {
    Sources sources;
    const auto root = folder("whole", {{"agentops.yaml", R"(apiVersion: agentops/v1
terraform:
  binary: tofu
  backend: {s3: {bucket: acme-state, region: eu-west-1}}
  providers: {allow: [hashicorp/aws], versions: {hashicorp/aws: ~> 5.0}}
  modules: {allow: ["git::https://example.com/**"]}
ansible: {host_keys: accept-new, forks: 30, wait: 90 s, install: true, environment: [ANSIBLE_NOCOLOR]}
secrets:
  db_password: {env: DB_PASSWORD}
  tls_key: {file: ./key.pem}
  api_token: {command: [pass, show, api]}
artifacts: {dir: generated}
fail_on: critical
)"}});
    const auto project = open_project(root, true, sources);
    REQUIRE(project);
    const auto& settings = project->settings;
    CHECK(settings.terraform.binary->value == "tofu");
    CHECK(settings.terraform.backend->value.members[0].key == "s3");
    CHECK(settings.terraform.providers.versions[0].second == "~> 5.0");
    CHECK(settings.terraform.modules.allow[0] == "git::https://example.com/**");
    CHECK(settings.ansible.host_keys.value.value == "accept-new");
    CHECK(settings.ansible.forks.value == 30);
    CHECK(settings.ansible.wait.value.value == std::chrono::seconds(90));
    CHECK(settings.ansible.install);
    CHECK(settings.ansible.environment == std::vector<std::string>{"ANSIBLE_NOCOLOR"});
    CHECK(settings.secrets[0].second.env == "DB_PASSWORD");
    CHECK(settings.secrets[1].second.file == "./key.pem");
    CHECK(settings.secrets[2].second.command == std::vector<std::string>{"pass", "show", "api"});
    CHECK(settings.artifacts.dir == "generated");
    CHECK(settings.fail_on.value.value == "critical");
    CHECK(project->source->path == "agentops.yaml");
}

TEST_CASE("a project without agentops.yaml has the defaults") {
    Sources sources;
    const auto project = open_project(folder("none", {{"a.intent.yaml", kIntent}}), false, sources);
    REQUIRE(project);
    CHECK(project->source == nullptr);
    CHECK(project->settings.fail_on.value.value == "high");
    CHECK(project->settings.ansible.host_keys.value.value == "strict");
    CHECK(!project->settings.ansible.install);
    CHECK(project->settings.terraform.modules.allow == std::vector<std::string>{"./**", "../**"});
}

TEST_CASE("mistakes in agentops.yaml") {
    CHECK(settings_mistakes("") == "");
    CHECK(settings_mistakes("terrafrom: {}\n") == "project.unknown-key agentops.yaml:2:1\n");
    CHECK(settings_mistakes("fail_on: sometimes\n") ==
          "project.unknown-value agentops.yaml:2:10\n");
    CHECK(settings_mistakes("intents: [\"../**/*.yaml\", /etc/x]\n") ==
          "project.pattern agentops.yaml:2:11\nproject.pattern agentops.yaml:2:27\n");
    CHECK(settings_mistakes("ansible: {forks: 0, wait: 0 s}\n") ==
          "project.range agentops.yaml:2:18\nproject.range agentops.yaml:2:27\n");
    CHECK(settings_mistakes("ansible: {host_keys: accept_new}\n") ==
          "project.unknown-value agentops.yaml:2:22\n");
    CHECK(settings_mistakes("ansible: {environment: [ANSIBLE_CONFIG, PATH]}\n") ==
          "project.environment agentops.yaml:2:25\nproject.environment agentops.yaml:2:41\n");
    CHECK(settings_mistakes("terraform: {backend: {s4: {}}}\n") ==
          "project.unknown-value agentops.yaml:2:23\n");
    CHECK(settings_mistakes("terraform: {backend: {s3: {}, gcs: {}}}\n") ==
          "project.backend agentops.yaml:2:22\n");
    CHECK(settings_mistakes("terraform: {backend: {s3: {access_key: AKIAIOSFODNN7EXAMPLE}}}\n") ==
          "project.literal-secret agentops.yaml:2:40\n");
    CHECK(settings_mistakes("secrets: {Pw: {env: A}}\n") == "project.name agentops.yaml:2:11\n");
    CHECK(settings_mistakes("secrets: {a: {}, b: {env: A, file: b}}\n") ==
          "project.secret-source agentops.yaml:2:14\nproject.secret-source agentops.yaml:2:21\n");
}

TEST_CASE("a file is read relative to the project; one that cannot be read is a diagnostic") {
    Sources sources;
    const auto root = folder("load", {{"sub/a.intent.yaml", kIntent}});
    const auto project = open_project(root, true, sources);
    const auto loaded = load_file(*project, project->files.at(0), {}, sources);
    REQUIRE(loaded.stacks.size() == 1);
    CHECK(loaded.stacks[0].position.text() == "sub/a.intent.yaml:2:9");
    const auto missing = load_file(*project, root / "gone.intent.yaml", {}, sources);
    CHECK(missing.diagnostics.at(0).code == "file.missing");
}

TEST_CASE("mistakes between files") {
    Sources sources;
    const auto load = [&](const std::string& name, const std::string& more) {
        return load_intent(sources.add(name, kIntent + more), {});
    };
    CHECK(check_project({load("a", "environments: {dev: {}, prod: {}}\n")}, {}).empty());
    const auto twice = check_project({load("a", ""), load("b", "")}, {});
    REQUIRE(twice.size() == 1);
    CHECK(twice[0].message == "intent 'shop' exists twice");
    CHECK(twice[0].position.text() == "b:2:9");
    CHECK(twice[0].help == "the other is at a:2:9");
    CHECK(check_project({}, {}).at(0).code == "project.no-intents");

    const auto params = load("a", "params: {domain: {}}\n");
    CHECK(check_project({params}, {{{"domain", "x"}}, {}}).empty());
    const auto unknown = check_project({params}, {{{"domian", "x"}}, {}});
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].code == "project.unknown-param");
    CHECK(unknown[0].help == "did you mean 'domain'?");
    const auto broken = load("c", "zebra: 1\n");
    CHECK(check_project({params, broken}, {{{"domian", "x"}}, {}}).empty());
}

TEST_CASE("stacks are selected by name, environment and glob, in order of id") {
    CHECK(selected({}) == "base web@dev web@prod webshop@dev");
    CHECK(selected({"web"}) == "web@dev web@prod");
    CHECK(selected({"web@prod"}) == "web@prod");
    CHECK(selected({"web*"}) == "web@dev web@prod webshop@dev");
    CHECK(selected({"*@dev", "web"}) == "web@dev web@prod webshop@dev");
    CHECK(selected({}, "dev") == "web@dev webshop@dev");
    CHECK(selected({"web"}, "prod") == "web@prod");
    CHECK(selected({"wbe"}) == "cli.unknown-stack: did you mean 'web'?");
    CHECK(selected({"web@prd"}) == "cli.unknown-stack: did you mean 'web@prod'?");
    CHECK(selected({"quite-another"}) == "cli.unknown-stack: known: base, web, webshop");
    CHECK(selected({}, "prd") == "cli.unknown-environment: did you mean 'prod'?");
    CHECK(selected({"base"}, "dev") == "cli.unknown-environment: there is none");
    CHECK(select({}, {}, {})->empty());
}

}  // namespace project_test
