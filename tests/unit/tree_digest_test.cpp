#include "unit/tree_digest.h"

#include "tests/unit/tools.h"

namespace tree_digest_test {

using namespace agentops;

namespace {

void put(const fs::path& path, const std::string& text) {
    REQUIRE(write_file(path, text));
}

}  // namespace

TEST_CASE("tree digest: names and bytes count, at any depth") {
    const auto dir = test::folder("tree");
    put(dir / "tasks/main.yml", "a");
    const auto first = tree_digest(*disk_tree(), dir).value();
    CHECK(tree_digest(*disk_tree(), dir).value() == first);
    put(dir / "tasks/main.yml", "b");
    const auto second = tree_digest(*disk_tree(), dir).value();
    CHECK(second != first);
    fs::rename(dir / "tasks/main.yml", dir / "tasks/other.yml");
    CHECK(tree_digest(*disk_tree(), dir).value() != second);
}

TEST_CASE("tree digest: hidden files, states and logs do not count") {
    const auto dir = test::folder("tree-noise");
    put(dir / "main.tf", "a");
    const auto first = tree_digest(*disk_tree(), dir).value();
    for (const auto* name : {".git/HEAD", ".terraform.lock.hcl", "terraform.tfstate",
                             "terraform.tfstate.backup", "crash.log"})
        put(dir / name, "x");
    CHECK(tree_digest(*disk_tree(), dir).value() == first);
}

TEST_CASE("tree digest: what lies behind links counts, since the tools follow them") {
    const auto dir = test::folder("tree-links");
    const auto shared = test::folder("tree-shared");
    put(shared / "templates/x.j2", "a");
    fs::create_directory_symlink(shared, dir / "shared");
    fs::create_symlink("nowhere", dir / "dangling");
    const auto first = tree_digest(*disk_tree(), dir).value();
    put(shared / "templates/x.j2", "b");
    CHECK(tree_digest(*disk_tree(), dir).value() != first);
}

TEST_CASE("tree digest: a link back ends nowhere") {
    const auto dir = test::folder("tree-loop");
    put(dir / "a/x", "x");
    for (const auto* name : {"a/up", "a/again"})
        fs::create_directory_symlink("..", dir / name);
    const auto first = tree_digest(*disk_tree(), dir).value();
    put(dir / "a/x", "y");
    CHECK(tree_digest(*disk_tree(), dir).value() != first);
}

TEST_CASE("tree digest: a folder that is not there") {
    const auto missing = tree_digest(*disk_tree(), "no-such-folder");
    REQUIRE(!missing);
    CHECK(missing.error().at(0) == error("unit.missing-folder",
                                         "there is no folder 'no-such-folder'", {},
                                         "check the `source` of the component"));
}

}  // namespace tree_digest_test
