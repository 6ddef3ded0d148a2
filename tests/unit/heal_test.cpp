#include <doctest/doctest.h>

#include "base/instant.h"
#include "base/text.h"
#include "drift/condition.h"
#include "drift/heal.h"

namespace heal_test {

using namespace agentops;
using namespace agentops::drift;

namespace {

using std::chrono::minutes;

Moment at(const char* time) {
    return *parse_rfc3339(time);
}

record::JournalEntry entry(const char* time, const char* event, Json data) {
    record::JournalEntry made;
    made.time = time;
    made.event = event;
    made.data = std::move(data);
    return made;
}

record::JournalEntry healed(const char* time) {
    return entry(time, "heal.applied", {{"stack", "shop"}, {"addresses", {"shop/main:aws_x.y"}}});
}

const HealPolicy kAuto{true, minutes(10), minutes(60), 3};
const std::vector<std::string> kWanted{"shop/main:aws_x.y"};

HealChoice after(const std::vector<record::JournalEntry>& journal, const char* now,
                 const HealPolicy& policy = kAuto) {
    return choose(policy, heal_history(journal, "shop"), kWanted, at(now));
}

using What = HealChoice::What;

}  // namespace

TEST_CASE("heal: the first time it is repaired, or proposed") {
    CHECK(after({}, "2026-11-25T12:00:00Z").what == What::apply);
    CHECK(after({}, "2026-11-25T12:00:00Z", {false, {}, {}, 3}).what == What::propose);
    CHECK(choose(kAuto, {}, {}, at("2026-11-25T12:00:00Z")).what == What::nothing);
}

TEST_CASE("heal: it cools down between repairs") {
    const auto journal = std::vector{healed("2026-11-25T12:00:00Z")};
    CHECK(after(journal, "2026-11-25T12:09:59Z").what == What::nothing);
    CHECK(after(journal, "2026-11-25T12:10:00Z").what == What::apply);
}

TEST_CASE("heal: too many repairs in the window are a fight") {
    const auto journal = std::vector{healed("2026-11-25T12:00:00Z"), healed("2026-11-25T12:15:00Z"),
                                     healed("2026-11-25T12:30:00Z")};
    const auto choice = after(journal, "2026-11-25T12:50:00Z");
    CHECK(choice.what == What::nothing);
    CHECK(join(choice.fights, " ") == "shop/main:aws_x.y");
    // The first repair is out of the window by then.
    CHECK(after(journal, "2026-11-25T13:00:01Z").what == What::apply);
}

TEST_CASE("heal: other stacks' repairs do not count") {
    auto journal = std::vector{healed("2026-11-25T12:00:00Z")};
    journal.front().data["stack"] = "other";
    CHECK(after(journal, "2026-11-25T12:01:00Z").what == What::apply);
}

TEST_CASE("heal: the same proposal is made once") {
    const HealPolicy policy{false, {}, {}, 3};
    const auto journal = std::vector{
        entry("2026-11-25T12:00:00Z", "heal.proposed",
              {{"stack", "shop"}, {"run", "r1"}, {"addresses", {"shop/main:aws_x.y"}}})};
    CHECK(after(journal, "2026-11-25T12:10:00Z", policy).what == What::nothing);
    const auto history = heal_history(journal, "shop");
    CHECK(choose(policy, history, {"shop/main:aws_x.y", "shop/main:aws_z.a"},
                 at("2026-11-25T12:10:00Z"))
              .what == What::propose);
}

TEST_CASE("conditions: told once, and again when they change") {
    const StackCondition ready{ConditionType::ready, "InSync", "3 objects", "d1", "t"};
    auto drifted = ready;
    drifted.type = ConditionType::drifted;
    Debounce at_once(1);
    CHECK(at_once.passes(std::nullopt, ready));
    CHECK_FALSE(at_once.passes(ready, ready));
    CHECK(at_once.passes(ready, drifted));
    Debounce slow(2);
    CHECK_FALSE(slow.passes(ready, drifted));
    CHECK(slow.passes(ready, drifted));
    CHECK_FALSE(slow.passes(ready, drifted));
    CHECK_FALSE(slow.passes(ready, ready));  // a flap in between begins anew
    CHECK_FALSE(slow.passes(ready, drifted));
}

TEST_CASE("conditions: kept as a file; one that cannot be read counts as none") {
    const auto file = fs::absolute("condition.json");
    const StackCondition drifted{ConditionType::drifted, "Drift", "aws_x.y size", "d1", "t1"};
    CHECK_FALSE(read_condition(file));
    REQUIRE(write_condition(file, drifted));
    REQUIRE(read_condition(file));
    CHECK(read_condition(file)->same_as(drifted));
    CHECK(read_condition(file)->since == "t1");
    REQUIRE(write_file(file, "{}"));
    CHECK_FALSE(read_condition(file));
}

}  // namespace heal_test
