#include "run/file_steps.h"

#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/tools.h"

namespace file_steps_test {

using namespace agentops;
using namespace agentops::run;
using test::text_of;

namespace {

std::set<std::string> listing(const fs::path& dir) {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(dir))
        names.insert(entry.path().lexically_relative(dir).string());
    return names;
}

std::string all_messages(const Status& status) {
    std::string text;
    if (!status) {
        for (const auto& d : status.error())
            text += d.code + " " + d.message + "\n";
    }
    return text;
}

fs::perms mode_of(const fs::path& path) {
    return fs::status(path).permissions() & fs::perms::mask;
}

}  // namespace

TEST_CASE("file steps: files are written whole, obsolete ones go, equal ones are left alone") {
    const auto dir = test::folder("unit-a");
    REQUIRE(write_file(dir / "old.tf.json", "{}", 0600));
    REQUIRE(write_file(dir / "same.tf.json", "same", 0600));
    fs::last_write_time(dir / "same.tf.json", fs::file_time_type{});
    REQUIRE(write_files({dir,
                         {{"same.tf.json", "same", 0600}, {"files/x.conf", "x", 0644}},
                         {"old.tf.json", "never-was.tf"},
                         {"*.tf*"}}));
    CHECK(listing(dir) == std::set<std::string>{"same.tf.json", "files", "files/x.conf"});
    CHECK(text_of(dir / "files/x.conf") == "x");
    CHECK(fs::last_write_time(dir / "same.tf.json") == fs::file_time_type{});
}

TEST_CASE("file steps: folders inside a private one are private, others follow the umask") {
    const auto dir = test::folder("private");
    REQUIRE(write_files({dir / "a/b", {{"f", "", 0644}}, {}, {}}));
    CHECK(mode_of(dir / "a/b") == fs::perms::owner_all);
    fs::create_directory("open");
    fs::permissions("open", fs::perms(0755));
    REQUIRE(write_files({"open/a", {{"f", "", 0600}}, {}, {}}));
    CHECK(mode_of("open/a") == fs::perms(0755));
}

TEST_CASE("file steps: foreign files are named, and then nothing is written") {
    const auto dir = test::folder("planted");
    for (const auto* name : {"evil_override.tf", "terraform.tfvars", "README", ".main.tf.json.k7"})
        REQUIRE(write_file(dir / name, "x", 0600));
    REQUIRE(write_file(dir / "sub/evil.tf", "x", 0600));
    const WriteFiles step{
        dir, {{"main.tf.json", "{}", 0600}}, {}, {"*.tf*", "terraform.tfvars", ".terraformrc"}};
    CHECK(all_messages(write_files(step)) ==
          "unit.foreign-file '" + (dir / "evil_override.tf").string() +
              "' was not generated and would take part in the run\n"
              "unit.foreign-file '" +
              (dir / "terraform.tfvars").string() +
              "' was not generated and would take part in the run\n");
    CHECK(!fs::exists(dir / "main.tf.json"));
}

TEST_CASE("file steps: patterns look into folders only with **") {
    const auto dir = test::folder("deep");
    REQUIRE(write_file(dir / "group_vars/all/evil.yml", "x", 0600));
    CHECK(write_files({dir, {}, {}, {"*.yml"}}));
    CHECK(!write_files({dir, {}, {}, {"group_vars/**"}}));
}

TEST_CASE("file steps: planted links are replaced or refused, never followed") {
    const auto dir = test::folder("links");
    const auto victim = test::folder("victims");
    REQUIRE(write_file(victim / "f", "kept", 0600));
    fs::create_symlink(victim / "f", dir / "main.tf.json");
    fs::create_symlink(victim / "f", dir / "old");
    REQUIRE(write_files({dir, {{"main.tf.json", "new", 0600}}, {"old"}, {"*"}}));
    CHECK(text_of(dir / "main.tf.json") == "new");
    CHECK(!fs::is_symlink(dir / "main.tf.json"));
    fs::create_directory_symlink(victim, dir / "sub");
    const auto refused =
        "file.symlink the folder '" + (dir / "sub").string() + "' is a symbolic link\n";
    CHECK(all_messages(write_files({dir, {{"sub/x/f", "new", 0600}}, {}, {}})) == refused);
    CHECK(all_messages(write_files({dir, {}, {"sub/f"}, {}})) == refused);
    CHECK(all_messages(write_files({dir / "sub", {{"f", "new", 0600}}, {}, {}})) == refused);
    CHECK(listing(victim) == std::set<std::string>{"f"});
    CHECK(text_of(victim / "f") == "kept");
}

TEST_CASE("file steps: copies are private; a missing source is no failure") {
    REQUIRE(write_file("state", "s", 0644));
    REQUIRE(copy_file({"state", "backup/state"}));
    CHECK(text_of("backup/state") == "s");
    CHECK(mode_of("backup/state") == fs::perms(0600));
    CHECK(copy_file({"no-such", "backup/none"}));
    CHECK(!fs::exists("backup/none"));
    CHECK(!copy_file({".", "backup/folder"}));
}

TEST_CASE("file steps: JSON that is missing is null; empty or torn is damage") {
    CHECK(*read_json({"no-such.json"}) == Json());
    REQUIRE(write_file("good.json", "{\"serial\": 3}", 0600));
    CHECK(*read_json({"good.json"}) == Json{{"serial", 3}});
    REQUIRE(write_file("empty.json", "", 0600));
    CHECK(read_json({"empty.json"}).error().front().message == "'empty.json' is empty");
    REQUIRE(write_file("torn.json", "{\"serial\": ", 0600));
    const auto torn = read_json({"torn.json"}).error().front();
    CHECK(torn.code == "file.damaged");
    CHECK(torn.message.find("torn.json") != std::string::npos);
    REQUIRE(write_file("file", "", 0600));
    CHECK(read_json({"file/below"}).error().front().code == "file.unreadable");
}

TEST_CASE("file steps: a secret is a whole text, whose last line is ended") {
    for (const auto* key : {"-----BEGIN KEY-----\nx", "-----BEGIN KEY-----\nx\n"}) {
        File file{"key", "", 0600, {}};
        REQUIRE(put_secret(file, {"", "deploy-key"}, key));
        CHECK(file.text == "-----BEGIN KEY-----\nx\n");
    }
}

TEST_CASE("file steps: a secret at a place in JSON, where nothing of it is syntax") {
    File file{"v.json", R"({"a": 1, "token": {"__ansible_unsafe": ""}})", 0600, {}};
    REQUIRE(put_secret(file, {"/token/__ansible_unsafe", "token"}, "\"}{{ x }}\n"));
    REQUIRE(put_secret(file, {"/a~1b", "token"}, "y"));
    CHECK(Json::parse(file.text) ==
          Json{{"a", 1}, {"a/b", "y"}, {"token", {{"__ansible_unsafe", "\"}{{ x }}\n"}}}});
    File broken{"v.json", "{", 0600, {}};
    CHECK(!put_secret(broken, {"/a", "token"}, "hunter2"));
}

}  // namespace file_steps_test
