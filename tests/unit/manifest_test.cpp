#include "record/manifest.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <functional>

#include "record/journal.h"
#include "record_fixture.h"

namespace manifest_test {

using namespace agentops;
using namespace agentops::record;

namespace {

const std::string kRun = "20261123-041200-7f3c9a";

Manifest sample() {
    ManifestUnit unit;
    unit.id = "shop@dev/main";
    unit.tool = "terraform";
    unit.tool_version = "1.11.4";
    unit.artifacts = "a1";
    unit.lock_file = "b2";
    unit.inputs = "c3";
    unit.plan = "d4";
    unit.review = "e5";
    unit.state_lineage = "l";
    unit.state_digest = "f6";
    unit.state_serial = 7;
    unit.targets = {"aws_vpc.net"};
    unit.create = 1;
    unit.update = 2;
    unit.replace = 3;
    unit.destroy = 4;
    ManifestStack stack{"shop@dev", "shop.intent.yaml", "aa", "bb", "high", false, {unit}};
    return {kRun,     "2026-11-23T04:12:00.250Z", "0.1.0", false,
            "revert", {{"domain", "x.example"}},  {stack}};
}

fs::path path_of(const Store& store, const char* name) {
    return store.run(kRun) / name;
}

Store store_with(const Manifest& manifest) {
    auto store = new_store();
    REQUIRE(write_manifest(store, manifest));
    return store;
}

void edit(const fs::path& path, const std::function<void(Json&)>& change) {
    auto json = parse_json(text_of(path), "file");
    REQUIRE(json);
    change(*json);
    REQUIRE(write_file(path, dump_json(*json, 2) + "\n", 0600));
}

/// JSON pointers of every scalar in a record.
std::vector<std::string> leaves(const Json& json) {
    std::vector<std::string> paths;
    const auto flat = json.flatten();
    for (const auto& item : flat.items())
        paths.push_back(item.key());
    return paths;
}

Json other_than(const Json& value) {
    if (value.is_boolean()) return !value.get<bool>();
    if (value.is_number()) return value.get<int>() + 1;
    return value.get<std::string>() + "x";
}

Approval approval_of(const Manifest& manifest) {
    return {manifest.run, digest_of(manifest), "ann", "fits", "2026-11-23T04:13:00.000Z", 4, 3,
            false};
}

void record_approval(const Store& store, const Approval& approval) {
    REQUIRE(append_journal(store, FixedClock(), approval.run, "plan.approved",
                           {{"approval", digest_of(approval)}}));
}

void approve(const Store& store, const Approval& approval) {
    REQUIRE(write_approval(store, approval));
    record_approval(store, approval);
}

const std::string kTampered =
    "stale.manifest: the manifest of run " + kRun + " was changed after it was written";
const std::string kUnknown =
    "approval.unknown: the journal does not know the approval of run " + kRun;

}  // namespace

TEST_CASE("manifest: what was written is read") {
    const auto store = store_with(sample());
    const auto manifest = read_manifest(store, kRun);
    REQUIRE(first(manifest) == "");
    CHECK(dump_json(to_json(*manifest)) == dump_json(to_json(sample())));
    CHECK(digest_of(*manifest) == digest_of(sample()));
    CHECK(manifest->destroys() == 4);
    CHECK(manifest->replaces() == 3);
}

TEST_CASE("manifest: its text") {
    Manifest manifest{"r", "t", "v", true, "plan", {}, {}};
    const auto store = store_with(manifest);
    CHECK(text_of(store.run("r") / "manifest.json") == fmt::format(R"({{
  "agentops_version": "v",
  "created": "t",
  "destroy": true,
  "digest": "{}",
  "format_version": 1,
  "params": {{}},
  "purpose": "plan",
  "run": "r",
  "stacks": []
}}
)",
                                                                   digest_of(manifest)));
}

TEST_CASE("manifest: every field that is changed is found") {
    const auto whole = parse_json(text_of(path_of(store_with(sample()), "manifest.json")), "file");
    REQUIRE(whole);
    const auto all = leaves(*whole);
    CHECK(all.size() == 32);
    for (const auto& path : all) {
        CAPTURE(path);
        const auto store = store_with(sample());
        edit(path_of(store, "manifest.json"), [&](Json& json) {
            auto& value = json[Json::json_pointer(path)];
            value = other_than(value);
        });
        CHECK(first(read_manifest(store, kRun)) == kTampered);
    }
}

TEST_CASE("manifest: what is added, removed or of another type is found") {
    const auto store = store_with(sample());
    const auto file = path_of(store, "manifest.json");
    const auto text = text_of(file);
    SUBCASE("a key") {
        edit(file, [](Json& json) { json["stacks"][0]["approved"] = true; });
    }
    SUBCASE("no digest") {
        edit(file, [](Json& json) { json.erase("digest"); });
    }
    SUBCASE("no stack") {
        edit(file, [](Json& json) { json["stacks"].clear(); });
    }
    SUBCASE("a number for a yes") {
        edit(file, [](Json& json) { json["stacks"][0]["blocked"] = 0; });
    }
    SUBCASE("a number too large") {
        edit(file, [](Json& json) {
            json["stacks"][0]["units"][0]["changes"]["delete"] = 4 + (std::int64_t{1} << 32);
        });
    }
    SUBCASE("a key given twice") {
        REQUIRE(write_file(file, "{\"run\": \"x\"," + text.substr(1)));
    }
    SUBCASE("no JSON") {
        REQUIRE(write_file(file, text.substr(0, text.size() / 2)));
    }
    SUBCASE("empty") {
        REQUIRE(write_file(file, ""));
    }
    SUBCASE("another value") {
        REQUIRE(write_file(file, "[]\n"));
    }
    CHECK(first(read_manifest(store, kRun)) == kTampered);
}

TEST_CASE("manifest: one of another run is refused") {
    const auto store = store_with(sample());
    const std::string other = "20261123-041300-000000";
    fs::create_directories(store.run(other));
    fs::copy_file(path_of(store, "manifest.json"), store.run(other) / "manifest.json");
    CHECK(first(read_manifest(store, other)) ==
          "stale.manifest: the manifest of run " + other + " was changed after it was written");
}

TEST_CASE("manifest: none") {
    CHECK(first(read_manifest(new_store(), kRun)) ==
          "run.no-manifest: run " + kRun + " has no plan to apply");
}

TEST_CASE("approval: none, then one") {
    const auto store = store_with(sample());
    auto approval = read_approval(store, sample());
    REQUIRE(approval);
    CHECK(!approval->has_value());
    approve(store, approval_of(sample()));
    approval = read_approval(store, sample());
    REQUIRE(first(approval) == "");
    REQUIRE(approval->has_value());
    CHECK(digest_of(**approval) == digest_of(approval_of(sample())));
    CHECK((*approval)->as == "ann");
    CHECK((*approval)->max_destroy == 4);
    CHECK((*approval)->max_replace == 3);
}

TEST_CASE("approval: of another manifest") {
    const auto store = store_with(sample());
    approve(store, approval_of(sample()));
    auto changed = sample();
    changed.stacks[0].units[0].plan = "d5";
    CHECK(first(read_approval(store, changed)) ==
          "stale.approval: the approval of run " + kRun + " is for another plan");
}

TEST_CASE("approval: written by hand") {
    const auto store = store_with(sample());
    REQUIRE(write_approval(store, approval_of(sample())));
    CHECK(first(read_approval(store, sample())) == kUnknown);
}

TEST_CASE("approval: every field that is changed is found") {
    for (const char* key :
         {"run", "as", "reason", "at", "max_destroy", "max_replace", "allow_protected"}) {
        CAPTURE(key);
        const auto store = store_with(sample());
        approve(store, approval_of(sample()));
        edit(path_of(store, "approval.json"),
             [&](Json& json) { json[key] = other_than(json[key]); });
        CHECK(first(read_approval(store, sample())).starts_with("approval.unknown: "));
    }
}

TEST_CASE("approval: added, damaged and doubled keys") {
    const auto store = store_with(sample());
    approve(store, approval_of(sample()));
    const auto file = path_of(store, "approval.json");
    const auto text = text_of(file);
    edit(file, [](Json& json) { json["note"] = "x"; });
    CHECK(first(read_approval(store, sample())) ==
          "stale.approval: the approval of run " + kRun + " was changed by hand");
    edit(file, [](Json& json) { json.erase("as"); });
    CHECK(first(read_approval(store, sample())) ==
          "stale.approval: the approval of run " + kRun + " is damaged");
    REQUIRE(write_file(file, "{\"as\": \"bob\"," + text.substr(1)));
    CHECK(first(read_approval(store, sample())) == "run.damaged: the approval was changed by hand");
    REQUIRE(write_file(file, ""));
    CHECK(first(read_approval(store, sample())).starts_with("run.damaged: "));
}

TEST_CASE("approval: an earlier, wider one cannot be put back") {
    const auto store = store_with(sample());
    approve(store, approval_of(sample()));
    const auto wide = text_of(path_of(store, "approval.json"));
    auto narrow = approval_of(sample());
    narrow.max_destroy = 0;
    approve(store, narrow);
    REQUIRE(read_approval(store, sample()));
    REQUIRE(write_file(path_of(store, "approval.json"), wide));
    CHECK(first(read_approval(store, sample())) == kUnknown);
}

TEST_CASE("approval: a journal line of another run or of another shape does not count") {
    const auto store = store_with(sample());
    const auto approval = approval_of(sample());
    REQUIRE(write_approval(store, approval));
    const Json digest = digest_of(approval);
    const FixedClock clock;
    REQUIRE(append_journal(store, clock, "other", "plan.approved", {{"approval", digest}}));
    REQUIRE(append_journal(store, clock, kRun, "plan.made", {{"approval", digest}}));
    REQUIRE(append_journal(store, clock, kRun, "plan.approved", digest));
    CHECK(first(read_approval(store, sample())) == kUnknown);
    REQUIRE(append_journal(store, clock, kRun, "plan.approved", nullptr));
    CHECK(first(read_approval(store, sample())) == kUnknown);
}

TEST_CASE("approval: behind a broken line, the journal's damage is the answer") {
    const auto store = store_with(sample());
    REQUIRE(append_journal(store, FixedClock(), kRun, "plan.made", {{"x", 1}}));
    const auto line = text_of(store.journal());
    REQUIRE(write_file(store.journal(), " " + line));
    approve(store, approval_of(sample()));
    CHECK(first(read_approval(store, sample())).starts_with("journal.broken: journal line 1: "));
}

TEST_CASE("outcome: planned until one is written") {
    const auto store = store_with(sample());
    auto outcome = read_outcome(store, kRun);
    REQUIRE(outcome);
    CHECK(outcome->status == "planned");
    REQUIRE(write_outcome(store, kRun, {"partial", {{"shop@dev/main", "applied"}}}));
    outcome = read_outcome(store, kRun);
    REQUIRE(outcome);
    CHECK(outcome->status == "partial");
    CHECK(outcome->units == std::map<std::string, std::string>{{"shop@dev/main", "applied"}});
    REQUIRE(write_file(path_of(store, "outcome.json"), "{\n  \"status\": 1\n}\n"));
    CHECK(first(read_outcome(store, kRun)) ==
          "run.damaged: the outcome of run " + kRun + " is damaged");
}

}  // namespace manifest_test
