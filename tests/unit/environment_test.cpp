#include "run/environment.h"

#include <doctest/doctest.h>

#include "run/runner.h"
#include "tests/unit/tools.h"

namespace environment_test {

using namespace agentops;
using Map = std::map<std::string, std::string>;

namespace {

Map allowed(std::vector<std::string> lines) {
    std::vector<char*> pointers;
    for (auto& line : lines)
        pointers.push_back(line.data());
    pointers.push_back(nullptr);
    return run::allowed_environment(pointers.data());
}

const Map kFixed = {{"LC_ALL", "C.UTF-8"},
                    {"TF_IN_AUTOMATION", "1"},
                    {"TF_INPUT", "0"},
                    {"CHECKPOINT_DISABLE", "1"},
                    {"GOGC", "400"}};

Map with_fixed(Map map) {
    map.insert(kFixed.begin(), kFixed.end());
    return map;
}

}  // namespace

TEST_CASE("environment: what tools need passes") {
    const Map wanted = {{"PATH", "/bin"},
                        {"HOME", "/h"},
                        {"TMPDIR", "/t"},
                        {"AWS_PROFILE", "dev"},
                        {"GOOGLE_CREDENTIALS", "{}"},
                        {"ARM_TENANT_ID", "t"},
                        {"PGPASSWORD", "a=b"},
                        {"CONSUL_HTTP_TOKEN", "c"},
                        {"SSL_CERT_FILE", "f"},
                        {"HTTPS_PROXY", "p"},
                        {"no_proxy", ""},
                        {"SSH_AUTH_SOCK", "s"},
                        {"XDG_CACHE_HOME", "x"},
                        {"TF_PLUGIN_CACHE_DIR", "d"},
                        {"TF_TOKEN_app_terraform_io", "k"},
                        {"TF_HTTP_PASSWORD", "w"}};
    std::vector<std::string> lines;
    for (const auto& [name, value] : wanted)
        lines.push_back(name + "=" + value);
    CHECK(allowed(lines) == with_fixed(wanted));
}

TEST_CASE("environment: what could change a tool's behaviour does not pass") {
    CHECK(allowed({"TF_CLI_ARGS=-x",
                   "TF_CLI_ARGS_plan=-destroy",
                   "TF_WORKSPACE=evil",
                   "TF_DATA_DIR=/e",
                   "TF_REATTACH_PROVIDERS={}",
                   "TF_LOG=trace",
                   "TF_LOG_PATH=/e",
                   "TF_VAR_pw=x",
                   "TF_CLI_CONFIG_FILE=/no/such/file",
                   "ANSIBLE_CONFIG=/e",
                   "ANSIBLE_HTTP_PROXY=/e",
                   "PYTHONPATH=/e",
                   "LD_PRELOAD=/e",
                   "GIT_DIR=/e",
                   "GIT_HTTP_PROXY=/e",
                   "path=/e",
                   "Home=/e",
                   "TERM=xterm",
                   "EDITOR=vi",
                   "LC_ALL=de_DE",
                   "GOGC=off",
                   "without equals sign"}) == kFixed);
    CHECK(run::is_never_passed("GIT_INDEX_FILE"));
    CHECK(!run::is_never_passed("VAULT_ADDR"));
}

TEST_CASE("environment: a CLI configuration that exists passes as an absolute path") {
    REQUIRE(write_file("cli.tfrc", "", 0600));
    CHECK(allowed({"TF_CLI_CONFIG_FILE=cli.tfrc"}) ==
          with_fixed({{"TF_CLI_CONFIG_FILE", fs::absolute("cli.tfrc").string()}}));
}

}  // namespace environment_test
