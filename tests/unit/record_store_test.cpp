#include "record/store.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "record/events.h"
#include "record_fixture.h"

namespace record_store_test {

using namespace agentops;
using namespace agentops::record;

namespace {

Store store_with(const std::vector<std::string>& runs) {
    auto store = new_store();
    for (const auto& run : runs)
        fs::create_directories(store.run(run));
    return store;
}

std::string found(const Store& store, const std::string& word) {
    const auto run = store.find_run(word);
    return run ? *run : first(run);
}

unsigned mode_of(const fs::path& path) {
    return static_cast<unsigned>(fs::status(path).permissions() & fs::perms::all);
}

}  // namespace

TEST_CASE("store: .agentops is private and hidden from git") {
    const auto store = new_store();
    REQUIRE(store.prepare());
    CHECK(mode_of(store.dir()) == 0700);
    CHECK(text_of(store.dir() / ".gitignore") == "*\n");
    REQUIRE(write_file(store.dir() / ".gitignore", "kept\n", 0600));
    REQUIRE(store.prepare());
    CHECK(text_of(store.dir() / ".gitignore") == "kept\n");
}

TEST_CASE("store: a file in the place of .agentops is an error") {
    const auto store = new_store();
    REQUIRE(write_file(store.dir(), "", 0600));
    CHECK(first(store.prepare()).starts_with("file.unwritable: "));
}

TEST_CASE("store: runs by id, prefix, tail and latest") {
    const auto store =
        store_with({"20261123-041200-7f3c9a", "20261123-041200-81aa00", "20261124-000000-7f0000"});
    CHECK(found(store, "20261123-041200-7f3c9a") == "20261123-041200-7f3c9a");
    CHECK(found(store, "20261124") == "20261124-000000-7f0000");
    CHECK(found(store, "81aa") == "20261123-041200-81aa00");
    CHECK(found(store, "latest") == "20261124-000000-7f0000");
    CHECK(found(store, "7f") ==
          "run.ambiguous: '7f' fits several runs: 20261123-041200-7f3c9a, 20261124-000000-7f0000");
    CHECK(found(store, "20261125") == "run.unknown: there is no run '20261125'");
    CHECK(found(store, "041200") == "run.unknown: there is no run '041200'");
    CHECK(found(store, "../x") == "run.unknown: there is no run '../x'");
}

TEST_CASE("store: an empty word is no run, even where there is only one") {
    CHECK(found(store_with({"20261123-041200-7f3c9a"}), "") == "run.unknown: there is no run ''");
}

TEST_CASE("store: no run yet") {
    CHECK(found(new_store(), "latest") == "run.unknown: there is no run yet");
}

TEST_CASE("store: only folders with a run's name are runs") {
    const auto store = store_with({"20261123-041200-7f3c9a", "zzz", "lost+found",
                                   "20261123-041200-7f3c9a.old", "20261123-041200-7F3C9A"});
    REQUIRE(write_file(store.run("20261129-041200-7f3c9a"), "a file", 0600));
    CHECK(store.run_ids() == std::vector<std::string>{"20261123-041200-7f3c9a"});
}

TEST_CASE("store: run ids sort by time, to the millisecond") {
    FixedClock clock;
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(new_run_id(clock));
        clock.time += std::chrono::milliseconds(200);
    }
    CHECK(ids[0].substr(0, 16) == "20261123-041200-");
    CHECK(ids[0].size() == 22);
    CHECK(ids[4].substr(0, 16) == "20261123-041201-");
    CHECK(std::is_sorted(ids.begin(), ids.end()));
    CHECK(store_with(ids).run_ids() == ids);
}

TEST_CASE("store: run ids of one instant differ") {
    const FixedClock clock;
    int same = 0;
    for (int i = 0; i < 100; ++i)
        same += new_run_id(clock) == new_run_id(clock);
    CHECK(same <= 1);  // one in 16,384 is expected
}

TEST_CASE("events: a version line, then events in order, in every file") {
    const FixedClock clock;
    EventLog log(clock);
    REQUIRE(log.open("run.jsonl", "r1"));
    log.write("run.started", {{"command", "plan"}});
    REQUIRE(log.open("user.jsonl", "r1"));
    log.write("note", {{"text", "a\nb \xff"}});
    const std::string version =
        "{\"format_version\":1,\"run\":\"r1\",\"time\":\"2026-11-23T04:12:00.250Z\","
        "\"type\":\"version\"}\n";
    const std::string note =
        "{\"text\":\"a\\nb \xef\xbf\xbd\",\"time\":\"2026-11-23T04:12:00.250Z\",\"type\":\"note\"}"
        "\n";
    CHECK(text_of("user.jsonl") == version + note);
    CHECK(text_of("run.jsonl") == version +
                                      "{\"command\":\"plan\",\"time\":\"2026-11-23T04:12:00.250Z\","
                                      "\"type\":\"run.started\"}\n" +
                                      note);
    CHECK(mode_of("run.jsonl") == 0600);
}

TEST_CASE("events: a file that cannot be written is said at once") {
    const FixedClock clock;
    EventLog log(clock);
    CHECK(first(log.open("no/such/folder", "r")) ==
          "file.unwritable: cannot write events to no/such/folder: No such file or directory");
}

}  // namespace record_store_test
