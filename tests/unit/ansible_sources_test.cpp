#include "ansible/sources.h"

#include <fmt/core.h>

#include "tests/unit/tools.h"

namespace ansible_sources_test {

using namespace agentops;
using namespace agentops::ansible;

namespace {

Position at(int line) {
    static const Source kIntent{"shop.intent.yaml", ""};
    return {&kIntent, line, 5};
}

/// A unit with a file, a role and nothing else, in a folder of its own.
struct Disk {
    explicit Disk(const std::string& name) : dir(test::folder(name)) {
        put("files/shop.conf", "listen 443");
        put("roles/nginx/tasks/main.yml", "[]");
        unit.sources = {{dir / "files/shop.conf", "files/shop.conf", at(9)}};
        unit.role_dirs = {dir / "roles/nginx"};
        unit.origins[""].position = at(4);
        unit.files = {{"playbook.yml", "---"}};
    }
    void put(const std::string& name, const std::string& text) const {
        REQUIRE(write_file(dir / name, text));
    }
    /// The digest of the unit as it is gathered now.
    std::string digest() const {
        auto gathered = unit;
        REQUIRE(read_sources(gathered, *disk_tree()));
        return gathered.digest;
    }

    fs::path dir;
    ansible::Unit unit;
};

}  // namespace

TEST_CASE("sources: the bytes are taken along") {
    Disk disk("src-bytes");
    REQUIRE(read_sources(disk.unit, *disk_tree()));
    REQUIRE(disk.unit.files.size() == 2);
    CHECK(disk.unit.files[1].name == "files/shop.conf");
    CHECK(disk.unit.files[1].text == "listen 443");
}

TEST_CASE("sources: the digest changes with a file, a role's file and the playbook") {
    Disk disk("src-digest");
    const auto first = disk.digest();
    CHECK(disk.digest() == first);
    disk.put("roles/nginx/tasks/main.yml", "[x]");
    const auto second = disk.digest();
    CHECK(second != first);
    disk.put("files/shop.conf", "listen 80");
    const auto third = disk.digest();
    CHECK(third != second);
    disk.unit.files[0].text = "--- x";
    CHECK(disk.digest() != third);
}

TEST_CASE("sources: of an existing playbook its folder counts, and its inventory") {
    Disk disk("src-existing");
    disk.put("ansible/site.yml", "[]");
    disk.put("hosts.yml", "all:");
    disk.unit.existing = true;
    disk.unit.playbook = disk.dir / "ansible/site.yml";
    disk.unit.own_inventory = disk.dir / "hosts.yml";
    const auto first = disk.digest();
    disk.put("ansible/group_vars/all.yml", "a: 1");
    const auto second = disk.digest();
    CHECK(second != first);
    disk.put("hosts.yml", "all: {}");
    const auto third = disk.digest();
    CHECK(third != second);
    disk.put("hosts/a.yml", "a:");
    disk.unit.own_inventory = disk.dir / "hosts";
    const auto fourth = disk.digest();
    disk.put("hosts/b.yml", "b:");
    CHECK(disk.digest() != fourth);
}

TEST_CASE("sources: what is missing is told all at once, with its line") {
    Disk disk("src-missing");
    disk.unit.sources.push_back({disk.dir / "files", "x", at(11)});
    disk.unit.sources[0].from = disk.dir / "files/none.conf";
    disk.unit.role_dirs = {disk.dir / "roles/none"};
    disk.unit.existing = true;
    disk.unit.playbook = disk.dir / "site.yml";
    disk.unit.own_inventory = disk.dir / "hosts.ini";
    const auto status = read_sources(disk.unit, *disk_tree());
    REQUIRE(!status);
    std::string shown;
    for (const auto& d : status.error())
        shown += fmt::format("{} {} {}\n", d.position.line, d.code, d.message);
    const auto home = disk.dir.string();
    CHECK(shown == fmt::format("9 ansible.missing-file there is no file '{0}/files/none.conf'\n"
                               "11 ansible.missing-file there is no file '{0}/files'\n"
                               "4 ansible.missing-file there is no role '{0}/roles/none'\n"
                               "4 ansible.missing-file there is no playbook '{0}/site.yml'\n"
                               "4 ansible.missing-file there is no inventory '{0}/hosts.ini'\n",
                               home));
}

TEST_CASE("sources: roles and collections are looked for in all folders") {
    const auto dir = test::folder("src-required");
    fs::create_directories(dir / "b/geerlingguy.nginx");
    fs::create_directories(dir / "c/ansible_collections/community/general");
    using Type = Requirement::Type;
    ansible::Unit unit;
    unit.requirements = {{Type::role, "geerlingguy.nginx", "", {}},
                         {Type::role, "geerlingguy.php", "", {}},
                         {Type::collection, "community.general", "", {}},
                         {Type::collection, "community.docker", "", {}}};
    std::vector<std::string> names;
    for (const auto& missing : missing_requirements(unit, {dir / "a", dir / "b"}, {dir / "c"}))
        names.push_back(missing.name);
    CHECK(names == std::vector<std::string>{"geerlingguy.php", "community.docker"});
}

TEST_CASE("sources: every file beside a playbook takes part but hidden ones") {
    ansible::Unit unit;
    unit.dir = "/u";
    unit.artifact_list = "/list";
    const auto folder = artifact_folder(unit);
    CHECK(folder.recursive);
    CHECK(folder.list == "/list");
    for (const auto* name : {"playbook.yml", "group_vars/all", "library/x.py", ".hidden/x.yml"})
        CHECK_MESSAGE(folder.takes_part(name), name);
    CHECK_FALSE(folder.takes_part("group_vars/.web.yml.k7"));
}

}  // namespace ansible_sources_test
