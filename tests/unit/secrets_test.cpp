#include "run/secrets.h"

#include "tests/unit/tools.h"

namespace secrets_test {

using namespace agentops;
using namespace agentops::run;
using test::script;

namespace {

struct Fixture {
    Interrupt interrupt;
    SecretSources sources;
    Environment env{{"PATH", "/usr/bin:/bin"}};

    Result<std::string> fetch(const std::string& name) const {
        return make_secret_fetcher(sources, fs::current_path(), env, interrupt)(name);
    }
    std::string code(const std::string& name) const {
        const auto value = fetch(name);
        return value ? "" : value.error().front().code;
    }
};

}  // namespace

TEST_CASE("secrets: from the environment, a file and a command; one newline is cut") {
    Fixture f;
    f.env["PW"] = "from env\n";
    REQUIRE(write_file("pw", "from file\n\n", 0600));
    f.sources = {{"a", {"PW", {}, {}}},
                 {"b", {{}, "pw", {}}},
                 {"c", {{}, {}, {script("show", "printf 'from %s\\n' \"$1\""), "a b"}}}};
    CHECK(*f.fetch("a") == "from env\n");
    CHECK(*f.fetch("b") == "from file\n");
    CHECK(*f.fetch("c") == "from a b");
}

TEST_CASE("secrets: a command works in the project and sees the caller's helpers, not its traps") {
    Fixture f;
    f.env.insert({{"VAULT_ADDR", "v"}, {"LD_PRELOAD", "/e"}, {"PYTHONPATH", "/e"}});
    f.sources = {{"c", {{}, {}, {"/bin/sh", "-c", "pwd; env | grep -E '^(VAULT|LD_|PYTHON)'"}}}};
    CHECK(*f.fetch("c") == fs::current_path().string() + "\nVAULT_ADDR=v");
}

TEST_CASE("secrets: what is missing, empty or binary is refused") {
    Fixture f;
    f.env["EMPTY"] = "";
    REQUIRE(write_file("binary", std::string_view("a\0b", 3), 0600));
    REQUIRE(write_file("newline", "\n", 0600));
    f.sources = {{"db_password", {"NO_SUCH", {}, {}}},
                 {"empty", {"EMPTY", {}, {}}},
                 {"newline", {{}, "newline", {}}},
                 {"binary", {{}, "binary", {}}},
                 {"long", {{}, {}, {"head", "-c", "100001", "/dev/urandom"}}},
                 {"file", {{}, "no/such/file", {}}},
                 {"program", {{}, {}, {"no-such-program"}}}};
    CHECK(f.code("db_password") == "secret.missing");
    CHECK(f.fetch("db_password").error().front().help == "export NO_SUCH");
    CHECK(f.code("empty") == "secret.empty");
    CHECK(f.code("newline") == "secret.empty");
    CHECK(f.code("binary") == "secret.invalid");
    CHECK(f.code("long") == "secret.invalid");
    CHECK(f.code("file") == "secret.missing");
    CHECK(f.code("program") == "tool.missing");
    CHECK(f.code("db_pasword") == "secret.unknown");
    CHECK(f.fetch("db_pasword").error().front().help == "did you mean 'db_password'?");
}

TEST_CASE("secrets: a command that fails is quoted, escaped, without its output") {
    Fixture f;
    f.sources = {
        {"c", {{}, {}, {script("fail", "echo hunter2; printf 'locked\\033[0m' >&2; exit 3")}}}};
    const auto value = f.fetch("c");
    REQUIRE(!value);
    CHECK(value.error().front().code == "secret.command");
    CHECK(value.error().front().message == "the secret 'c' is missing: '" +
                                               fs::absolute("fail").string() +
                                               "' gave exit code 3: locked\\x1b[0m");
}

}  // namespace secrets_test
