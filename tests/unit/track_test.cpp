#include "record/track.h"

#include "journal_lines.h"

namespace track_test {

using namespace agentops;
using record::JournalLines;
using record::track_records;

namespace {

Json plan(std::size_t accepted, std::size_t overridden, double reckoned, double planned) {
    return {
        {"agents", {{"shop", {{"cost", {{"accepted", accepted}, {"overridden", overridden}}}}}}},
        {"costs", {{"shop", {{"reckoned", reckoned}, {"planned", planned}}}}}};
}

Json apply(std::size_t ok, std::size_t failed) {
    return {{"units", {{"shop/main", "applied"}}}, {"checks", {{"ok", ok}, {"failed", failed}}}};
}

}  // namespace

TEST_CASE("track: proposals count with every plan, outcomes with every apply") {
    JournalLines lines;
    lines.add("10:00", "plan.made", plan(3, 1, 100, 105), "one");
    lines.add("10:01", "apply.finished", apply(2, 1), "one");
    lines.add("10:02", "plan.made", plan(1, 2, 100, 150), "two");
    lines.add("10:03", "apply.finished", apply(1, 0), "two");
    lines.add("10:04", "plan.made", plan(1, 0, 100, 100), "never applied");
    const auto tracks = track_records(lines.entries);
    const auto& cost = tracks.agents.at("cost");
    CHECK(cost.accepted == 5);
    CHECK(cost.overridden == 3);
    CHECK(cost.checks.hits == 3);
    CHECK(cost.checks.n == 4);
    CHECK(tracks.costs.hits == 1);
    CHECK(tracks.costs.n == 2);
}

TEST_CASE("track: who was overridden in all has no part in what came of it") {
    JournalLines lines;
    lines.add("10:00", "plan.made", plan(0, 1, 1, 1), "one");
    lines.add("10:01", "apply.finished", apply(2, 0), "one");
    CHECK(track_records(lines.entries).agents.at("cost").checks.n == 0);
}

TEST_CASE("track: a run that is resumed counts once, and odd entries are passed over") {
    JournalLines lines;
    lines.add("10:00", "plan.made", plan(1, 0, 1, 1), "one");
    lines.add("10:01", "apply.finished", apply(0, 0), "one");
    lines.add("10:02", "apply.finished", apply(0, 0), "one");
    lines.add("10:03", "plan.made", {{"agents", 3}, {"costs", {{"shop", "x"}}}}, "odd");
    lines.add("10:04", "plan.made", {{"agents", {{"shop", {{"cost", "x"}}}}}}, "odder");
    lines.add("10:05", "apply.finished", nullptr, "odd");
    CHECK(track_records(lines.entries).costs.n == 1);
    CHECK(track_records({}).agents.empty());
}

}  // namespace track_test
