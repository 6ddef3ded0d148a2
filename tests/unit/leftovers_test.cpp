#include "unit/leftovers.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "tests/unit/tools.h"

namespace leftovers_test {

using namespace agentops;

namespace {

struct Disk {
    explicit Disk(const std::string& name) {
        const auto home = test::folder(name);
        folder = {home / "unit", home / "list.json", false,
                  [](const std::string& file) { return fs::path(file).extension() == ".yml"; }};
        fs::create_directories(folder.dir);
    }
    void put(const std::string& name, const std::string& text) const {
        REQUIRE(write_file(folder.dir / name, text));
    }
    void wrote(const std::vector<Artifact>& files) const {
        REQUIRE(write_file(folder.list, artifact_list_text(files)));
    }
    /// "obsolete names | the foreign one", after a run that writes now.yml.
    std::string left() const {
        const auto found = find_leftovers(folder, {{"now.yml", "now"}});
        std::string text;
        for (const auto& path : found.obsolete)
            text += path.lexically_relative(folder.dir).generic_string() + " ";
        return text + "| " + found.foreign;
    }

    ArtifactFolder folder;
};

}  // namespace

TEST_CASE("leftovers: what we wrote and no longer write is obsolete, if it is still ours") {
    Disk disk("left-obsolete");
    disk.put("now.yml", "before");
    disk.put("old.yml", "old");
    disk.put("edited.yml", "by hand");
    disk.wrote(
        {{"now.yml", "before"}, {"old.yml", "old"}, {"edited.yml", "ours"}, {"gone.yml", ""}});
    CHECK(disk.left() == "old.yml | edited.yml");
}

TEST_CASE("leftovers: what takes no part is nobody's business") {
    Disk disk("left-apart");
    disk.put("README.md", "x");
    CHECK(disk.left() == "| ");
    disk.put("planted.yml", "x");
    disk.put("another.yml", "x");
    CHECK(disk.left() == "| another.yml");
}

TEST_CASE("leftovers: folders are looked into when the tool does") {
    Disk disk("left-deep");
    disk.put("group_vars/web.yml", "ours");
    disk.put("group_vars/all/planted.yml", "x");
    disk.wrote({{"group_vars/web.yml", "ours"}});
    disk.folder.recursive = true;
    CHECK(disk.left() == "group_vars/web.yml | group_vars/all/planted.yml");
    disk.folder.recursive = false;
    CHECK(disk.left() == "group_vars/web.yml | ");
}

TEST_CASE("leftovers: a link to a folder is one thing, never followed") {
    Disk disk("left-link");
    fs::create_directories("left-elsewhere");
    REQUIRE(write_file("left-elsewhere/x.yml", "x"));
    fs::create_directory_symlink(fs::absolute("left-elsewhere"), disk.folder.dir / "roles.yml");
    disk.folder.recursive = true;
    CHECK(disk.left() == "| roles.yml");
}

TEST_CASE("leftovers: the list cannot lead out of the folder") {
    Disk disk("left-outside");
    const auto victim = fs::absolute("left-outside/victim.yml");
    REQUIRE(write_file(victim, "v"));
    disk.wrote({{"../victim.yml", "v"}, {victim.string(), "v"}, {"./x/../../victim.yml", "v"}});
    CHECK(disk.left() == "| ");
}

TEST_CASE("leftovers: a list that is damaged makes nothing ours") {
    Disk disk("left-damaged");
    disk.put("old.yml", "old");
    for (const auto* text : {"{", "[]", "{}", R"({"files": 3})", R"({"files": {"old.yml": 3}})"}) {
        REQUIRE(write_file(disk.folder.list, text));
        CHECK(disk.left() == "| old.yml");
    }
}

TEST_CASE("leftovers: the list is names and digests") {
    CHECK(Json::parse(artifact_list_text({{"b/x.yml", "x"}, {"a.yml", ""}})) ==
          Json{{"files", {{"a.yml", sha256("")}, {"b/x.yml", sha256("x")}}}});
}

}  // namespace leftovers_test
