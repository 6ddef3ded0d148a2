#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/text.h"
#include "drift/acceptance.h"
#include "drift/groups.h"
#include "drift/memory.h"

namespace drift_memory_test {

using namespace agentops;
using namespace agentops::drift;

namespace {

ResourceVerdict modified(const std::string& address, const std::string& path,
                         const std::string& actual) {
    ResourceVerdict verdict;
    verdict.unit = "shop/main";
    verdict.address = address;
    verdict.status = drift::Status::modified;
    verdict.attributes = {{path, Kind::not_equal, "\"a\"", actual}};
    return verdict;
}

UnitVerdict unit_of(std::vector<ResourceVerdict> resources, bool checked = true) {
    UnitVerdict verdict;
    verdict.unit = "shop/main";
    verdict.checked = checked;
    verdict.resources = std::move(resources);
    return verdict;
}

std::string show(const std::vector<Sighting>& seen) {
    std::string text;
    for (const auto& one : seen)
        text += fmt::format("{} {} since {} times {}{}\n", reference_of(one),
                            one.actual.value_or("none"), one.first, one.times,
                            one.is_new ? " new" : "");
    return text;
}

fs::path file_named(const char* name) {
    return fs::absolute(name);
}

}  // namespace

TEST_CASE("memory: first, last and how often, over several checks") {
    const auto file = file_named("memory-1.jsonl");
    Memory memory;
    CHECK(show(memory.observe(unit_of({modified("aws_x.y", "size", "2")}), "t1", "r1")) ==
          "shop/main:aws_x.y:size 2 since t1 times 1 new\n");
    REQUIRE(memory.write(file, ""));
    auto again = Memory::read(file).value();
    CHECK(show(again.observe(unit_of({modified("aws_x.y", "size", "2")}), "t2", "r2")) ==
          "shop/main:aws_x.y:size 2 since t1 times 2\n");
    CHECK(again.open().front().first_run == "r1");
    CHECK(again.open().front().last_run == "r2");
}

TEST_CASE("memory: who wrote a value is kept as long as the value stands") {
    const auto file = file_named("memory-actor.jsonl");
    Memory memory;
    auto seen = memory.observe(unit_of({modified("aws_x.y", "size", "2")}), "t1", "r1");
    seen.front().actor = "eve";
    memory.keep_actor(seen.front());
    REQUIRE(memory.write(file, ""));
    auto again = Memory::read(file).value();
    again.observe(unit_of({modified("aws_x.y", "size", "2")}), "t2", "r2");
    CHECK(again.open().front().actor == "eve");
    again.observe(unit_of({modified("aws_x.y", "size", "3")}), "t3", "r3");
    CHECK(again.open().front().actor.empty());
}

TEST_CASE("memory: another value is news") {
    Memory memory;
    memory.observe(unit_of({modified("aws_x.y", "size", "2")}), "t1", "r1");
    CHECK(show(memory.observe(unit_of({modified("aws_x.y", "size", "3")}), "t2", "r2")) ==
          "shop/main:aws_x.y:size 3 since t1 times 2 new\n");
}

TEST_CASE("memory: what is in order again was restored, and can come back") {
    Memory memory;
    memory.observe(unit_of({modified("aws_x.y", "size", "2")}), "t1", "r1");
    memory.observe(unit_of({}), "t2", "r2");
    CHECK(memory.open().empty());
    REQUIRE(memory.restored().size() == 1);
    CHECK(memory.restored().front().restored == "t2");
    CHECK(show(memory.observe(unit_of({modified("aws_x.y", "size", "2")}), "t3", "r3")) ==
          "shop/main:aws_x.y:size 2 since t1 times 2 new\n");
}

TEST_CASE("memory: what could not be looked at is not restored") {
    Memory memory;
    memory.observe(unit_of({modified("aws_x.y", "size", "2")}), "t1", "r1");
    SUBCASE("the unit as a whole") {
        memory.observe(unit_of({}, false), "t2", "r2");
    }
    SUBCASE("the object") {
        ResourceVerdict unknown;
        unknown.unit = "shop/main";
        unknown.address = "aws_x.y";
        unknown.status = drift::Status::unknown;
        memory.observe(unit_of({unknown}), "t2", "r2");
    }
    CHECK(memory.restored().empty());
    CHECK(memory.open().size() == 1);
}

TEST_CASE("memory: a check without news writes nothing") {
    const auto file = file_named("memory-2.jsonl");
    Memory memory;
    memory.observe(unit_of({}), "t1", "r1");
    REQUIRE(memory.write(file, ""));
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("memory: old restorations are forgotten, open drift never") {
    const auto file = file_named("memory-3.jsonl");
    Memory memory;
    memory.observe(unit_of({modified("aws_x.a", "size", "2"), modified("aws_x.b", "size", "2")}),
                   "2026-01-01", "r1");
    memory.observe(unit_of({modified("aws_x.b", "size", "2")}), "2026-01-02", "r2");
    REQUIRE(memory.write(file, "2026-06-01"));
    const auto text = read_file(file).value();
    CHECK(text.find("aws_x.a") == std::string::npos);
    CHECK(text.find("aws_x.b") != std::string::npos);
}

TEST_CASE("memory: a damaged file names its line") {
    const auto file = file_named("memory-4.jsonl");
    REQUIRE(write_file(file, "{\"format_version\":1}\n{oops\n"));
    const auto read = Memory::read(file);
    REQUIRE_FALSE(read);
    CHECK(read.error().front().code == "drift.memory");
    CHECK(read.error().front().message.find("line 2 of") == 0);
}

TEST_CASE("acceptances: this value, any value, a whole object, for a time") {
    const std::vector<Acceptance> all = {
        {"accept", "shop/main", "aws_x.a", "size", "2", "why", "ann", "2026-12-01", {}},
        {"ignore",
         "shop/main",
         "aws_x.b",
         std::nullopt,
         std::nullopt,
         "why",
         "ann",
         "2026-12-01",
         {}},
        {"accept",
         "shop/main",
         "aws_x.c",
         std::nullopt,
         std::nullopt,
         "why",
         "ann",
         "2026-12-01",
         {}},
    };
    const auto found = [&](const ResourceVerdict& resource, const char* today) {
        const auto difference =
            resource.attributes.empty() ? AttributeDrift{} : resource.attributes.front();
        return find_acceptance(all, resource, difference, today) != nullptr;
    };
    CHECK(found(modified("aws_x.a", "size", "2"), "2026-12-01"));
    CHECK_FALSE(found(modified("aws_x.a", "size", "3"), "2026-12-01"));
    CHECK_FALSE(found(modified("aws_x.a", "other", "2"), "2026-12-01"));
    CHECK_FALSE(found(modified("aws_x.a", "size", "2"), "2026-12-02"));
    CHECK(found(modified("aws_x.b", "anything", "9"), "2026-11-01"));
    CHECK_FALSE(found(modified("aws_x.c", "size", "2"), "2026-11-01"));
    ResourceVerdict gone;
    gone.unit = "shop/main";
    gone.address = "aws_x.c";
    gone.status = drift::Status::deleted;
    CHECK(found(gone, "2026-11-01"));
    CHECK(find_expired(all, modified("aws_x.a", "size", "2"), {"size", Kind::not_equal, "1", "2"},
                       "2026-12-02") != nullptr);
}

TEST_CASE("acceptances: the file is YAML that people read, and survives a round trip") {
    const auto file = file_named("accepted-1.yaml");
    Sources sources;
    const Acceptance entry{"accept",          "shop@dev/main", "aws_x.a[\"k\"]",
                           "tags.Owner",      "\"bob: #1\"",   "moved by: hand",
                           "ann@example.com", "2026-12-01",    {}};
    REQUIRE(add_acceptance(file, entry));
    REQUIRE(add_acceptance(file, entry));
    const auto all = read_acceptances(file, sources).value();
    REQUIRE(all.size() == 2);
    CHECK(all[1].address == entry.address);
    CHECK(all[1].actual == entry.actual);
    CHECK(all[1].reason == entry.reason);
    CHECK(all[1].until == entry.until);
}

TEST_CASE("acceptances: mistakes have positions") {
    const auto file = file_named("accepted-2.yaml");
    Sources sources;
    REQUIRE(write_file(file,
                       "- mode: forget\n  unit: u\n  address: a\n  reason: r\n  owner: o\n"
                       "  until: some day\n"));
    const auto read = read_acceptances(file, sources);
    REQUIRE_FALSE(read);
    std::string codes;
    for (const auto& diagnostic : read.error())
        codes += fmt::format("{}:{} ", diagnostic.code, diagnostic.position.line);
    CHECK(codes == "drift.mode:1 drift.until:6 ");
}

TEST_CASE("groups: one line for many objects with the same difference") {
    std::vector<Sighting> open;
    for (const auto* address : {"aws_x.a", "aws_x.b", "aws_x.c", "aws_z.d"}) {
        Sighting one;
        one.unit = "shop/main";
        one.address = address;
        one.path = "tags.Owner";
        one.status = "modified";
        one.actual = std::string(address) == "aws_z.d" ? "\"eve\"" : "\"bob\"";
        open.push_back(one);
    }
    const auto groups = group_by_cause(open);
    REQUIRE(groups.size() == 1);
    CHECK(groups.front().text() == "one cause? 3 objects: tags.Owner is now \"bob\"");
    CHECK(groups.front().members.front() == "shop/main:aws_x.a");
}

TEST_CASE("groups: else one line for a writer, else for a time, and never two for a difference") {
    std::vector<Sighting> open;
    const auto add = [&](const char* address, const char* path, const char* actor,
                         const char* first) {
        Sighting one;
        one.unit = "shop/main";
        one.address = address;
        one.path = path;
        one.status = "modified";
        one.actual = std::string(address) + path;
        one.actor = actor;
        one.first = first;
        open.push_back(one);
    };
    add("aws_x.a", "size", "eve", "2026-11-25T08:00:00Z");
    add("aws_x.b", "count", "eve", "2026-11-25T10:00:00Z");
    add("aws_x.c", "name", "eve", "2026-11-25T12:00:00Z");
    add("aws_y.a", "size", "", "2026-11-25T12:00:00Z");
    add("aws_y.b", "count", "", "2026-11-25T12:05:00Z");
    add("aws_y.c", "name", "", "2026-11-25T12:15:00Z");
    const auto told = [&] {
        std::string text;
        for (const auto& group : group_by_cause(open))
            text += group.text() + "\n";
        return text;
    };
    const std::string by_eve = "one cause? 3 objects changed by eve\n";
    CHECK(told() == by_eve);  // of one time alone nothing is told: all came then
    add("aws_y.d", "zone", "", "2026-11-26T12:15:00Z");
    CHECK(told() == by_eve +
                        "one cause? 3 objects came to be seen from 2026-11-25T12:00:00Z to "
                        "2026-11-25T12:15:00Z\n");
    open.erase(open.begin() + 5);
    CHECK(told() == by_eve);
}

}  // namespace drift_memory_test
