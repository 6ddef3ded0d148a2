#include "record/metrics.h"

#include "metrics_fixture.h"

namespace metrics_shares_test {

using namespace agentops;
using namespace agentops::record;

namespace {

std::string applies(const Measures& of) {
    return fmt::format("{} of {} failed, {} interrupted", of.applies.hits, of.applies.n,
                       of.interrupted);
}

std::string checks(const Measures& of) {
    return fmt::format("{} of {} drifted, {} inconclusive", of.checks.hits, of.checks.n,
                       of.inconclusive);
}

}  // namespace

TEST_CASE("metrics: applies, by how they ended") {
    JournalLines lines;
    apply(lines, "r1", "applied", {{"shop@dev/main", "applied"}, {"shop@dev/app", "unchanged"}});
    apply(lines, "r2", "failed", {{"shop@dev/main", "failed"}, {"shop@dev/app", "skipped"}});
    apply(lines, "r3", "interrupted",
          {{"shop@dev/main", "applied"}, {"shop@dev/app", "not-started"}});
    apply(lines, "r4", "not-converged", {{"shop@dev/main", "not-converged"}});
    apply(lines, "r5", "applied", {{"shop@dev/main", "destroyed"}});
    const auto metrics = measure(lines.entries);
    CHECK(applies(metrics.all) == "2 of 4 failed, 1 interrupted");
    CHECK(applies(of_stack(metrics, "shop@dev")) == "2 of 4 failed, 1 interrupted");
    CHECK(metrics.all.applies.interval().low == wilson95(2, 4).low);
    CHECK(applies(measure(lines.entries, since("10:01")).all) == "0 of 0 failed, 0 interrupted");
}

TEST_CASE("metrics: an apply of several stacks is judged for each") {
    struct Row {
        std::string status, a, b;
        std::string all, of_a, of_b;
    };
    const std::string good = "0 of 1 failed, 0 interrupted", bad = "1 of 1 failed, 0 interrupted",
                      stopped = "0 of 0 failed, 1 interrupted",
                      none = "0 of 0 failed, 0 interrupted";
    for (const auto& row : {
             Row{"applied", "applied", "unchanged", good, good, good},
             Row{"partial", "applied", "failed", bad, good, bad},
             Row{"partial", "failed", "skipped", bad, bad, none},
             Row{"failed", "failed", "not-started", bad, bad, none},
             Row{"interrupted", "applied", "interrupted", stopped, good, stopped},
             Row{"interrupted", "failed", "not-started", bad, bad, none},
             Row{"interrupted", "not-started", "not-started", stopped, none, none},
             Row{"failed", "not-started", "skipped", bad, none, none},
             Row{"not-converged", "not-converged", "applied", bad, bad, good},
             // Checks failed, and no unit tells whose.
             Row{"not-converged", "applied", "skipped", bad, bad, none},
             Row{"", "applied", "odd", bad, good, bad},
         }) {
        CAPTURE(row.status + " " + row.a + " " + row.b);
        JournalLines lines;
        apply(lines, "r1", row.status, {{"a@dev/main", row.a}, {"b@dev/main", row.b}});
        const auto metrics = measure(lines.entries);
        CHECK(applies(metrics.all) == row.all);
        CHECK(applies(of_stack(metrics, "a@dev")) == row.of_a);
        CHECK(applies(of_stack(metrics, "b@dev")) == row.of_b);
        CHECK(applies(measure(lines.entries, only("b@dev")).all) == row.of_b);
    }
}

TEST_CASE("metrics: a run that is resumed does not apply a stack twice") {
    JournalLines lines;
    apply(lines, "r1", "partial", {{"a@dev/main", "applied"}, {"b@dev/main", "failed"}});
    apply(lines, "r1", "applied", {{"a@dev/main", "applied"}, {"b@dev/main", "applied"}}, "10:20");
    const auto metrics = measure(lines.entries);
    CHECK(applies(metrics.all) == "1 of 2 failed, 0 interrupted");
    CHECK(applies(of_stack(metrics, "a@dev")) == "0 of 1 failed, 0 interrupted");
    CHECK(applies(of_stack(metrics, "b@dev")) == "1 of 2 failed, 0 interrupted");
    CHECK(applies(measure(lines.entries, only("a@dev")).all) == "0 of 1 failed, 0 interrupted");
    CHECK(applies(of_stack(measure(lines.entries, since("10:10")), "b@dev")) ==
          "0 of 1 failed, 0 interrupted");
}

TEST_CASE("metrics: applies without an end") {
    JournalLines lines;
    apply(lines, "r1", "applied", {{"a@dev/main", "applied"}});
    lines.add("10:10", "apply.started", {{"resume", false}}, "r2");
    CHECK(measure(lines.entries).unfinished == 1);
    CHECK(measure(lines.entries, since("11:00")).unfinished == 1);
    apply(lines, "r2", "applied", {{"a@dev/main", "applied"}}, "10:20");
    CHECK(measure(lines.entries).unfinished == 0);
}

TEST_CASE("metrics: drift checks") {
    JournalLines lines;
    check(lines, "10:00", {{"shop@dev", counts(0, 0)}, {"net@dev", counts(0, 2)}});
    check(lines, "10:10", {{"shop@dev", counts(3, 2)}, {"net@dev", counts(0, 0)}});
    check(lines, "10:20", {{"shop@dev", counts(0, 0)}});
    check(lines, "10:30", Json::object());
    const auto metrics = measure(lines.entries);
    CHECK(checks(metrics.all) == "1 of 2 drifted, 1 inconclusive");
    CHECK(checks(of_stack(metrics, "shop@dev")) == "1 of 3 drifted, 0 inconclusive");
    CHECK(checks(of_stack(metrics, "net@dev")) == "0 of 1 drifted, 1 inconclusive");
    CHECK(checks(measure(lines.entries, since("10:20")).all) == "0 of 1 drifted, 0 inconclusive");
}

TEST_CASE("metrics: odd lines are passed over, and nothing is taken for clean") {
    JournalLines lines;
    for (const auto* event : {"apply.started", "apply.finished", "drift.checked", "drift.detected",
                              "drift.restored", "incident.opened", "heal.applied", ""}) {
        for (const Json& data : {Json(nullptr), Json(1), Json("x"), Json::array({1}),
                                 Json{{"stacks", 1}, {"units", "x"}, {"differences", "x"}},
                                 Json{{"stack", 1}, {"stacks", {1}}, {"differences", {1, ""}}}})
            lines.add("10:00", event, data, "");
    }
    const auto odd = measure(lines.entries);
    CHECK(odd.stacks.empty());
    CHECK(odd.all.repaired + odd.all.drifting + odd.all.detect.n == 0);
    CHECK(checks(odd.all) == "0 of 0 drifted, 0 inconclusive");
    CHECK(applies(odd.all) == "6 of 6 failed, 0 interrupted");  // none says that it went well
    for (const Json& counts_ : {counts(nullptr, 0), counts(0, nullptr), counts("0", 0), Json(0),
                                Json::object(), counts(-1, 0), counts(0, "none")})
        check(lines, "10:10", {{"shop@dev", counts_}});
    CHECK(checks(measure(lines.entries).all) == "0 of 0 drifted, 7 inconclusive");
}

}  // namespace metrics_shares_test
