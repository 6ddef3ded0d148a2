#include "record/metrics.h"

#include "metrics_fixture.h"

namespace metrics_test {

using namespace agentops;
using namespace agentops::record;

namespace {

long minutes(std::chrono::milliseconds duration) {
    return static_cast<long>(duration / std::chrono::minutes(1));
}

/// "n=2 mean 15 p50 10 p95 20 min, 1 unknown".
std::string shown(const Spells& spells) {
    return fmt::format("n={} mean {} p50 {} p95 {}, {} unknown", spells.n, minutes(spells.mean),
                       minutes(spells.p50), minutes(spells.p95), spells.unknown);
}

std::string incidents(const Measures& of) {
    return fmt::format("{}+{} opened, {} restored, {} open", of.opened, of.carried, of.restored,
                       of.open);
}

/// A project of two stacks, for half an hour.
JournalLines two_incidents() {
    JournalLines lines;
    lines.trouble("10:00", "opened", "i1", "drift", "shop@dev");
    lines.trouble("10:05", "joined", "i1", "check", "net@dev");
    lines.restored("10:10", "i1");
    lines.trouble("10:10", "opened", "i2", "apply", "shop@dev").restored("10:30", "i2");
    lines.trouble("10:15", "opened", "i3", "drift", "shop@dev");
    return lines;
}

JournalLines& drift(JournalLines& lines, const std::string& time, const std::string& what,
                    Json differences, Json last_clean = nullptr) {
    return lines.add(time, "drift." + what,
                     {{"stack", "shop@dev"},
                      {"differences", std::move(differences)},
                      {"last_clean", std::move(last_clean)}});
}

}  // namespace

TEST_CASE("metrics: of nothing") {
    const auto metrics = measure({});
    CHECK(metrics.all.empty());
    CHECK(metrics.stacks.empty());
    CHECK(metrics.unfinished == 0);
    CHECK(shown(metrics.all.restore) == "n=0 mean 0 p50 0 p95 0, 0 unknown");
    CHECK(measure(JournalLines().add("10:00", "plan.made", {{"destroy", false}}).entries)
              .all.empty());
}

TEST_CASE("metrics: time to restore, overall and by stack") {
    const auto metrics = measure(two_incidents().entries);
    CHECK(incidents(metrics.all) == "3+0 opened, 2 restored, 1 open");
    CHECK(shown(metrics.all.restore) == "n=2 mean 15 p50 10 p95 20, 0 unknown");
    const auto shop = of_stack(metrics, "shop@dev");
    CHECK(incidents(shop) == "3+0 opened, 2 restored, 1 open");
    const auto net = of_stack(metrics, "net@dev");
    CHECK(incidents(net) == "1+0 opened, 1 restored, 0 open");
    CHECK(shown(net.restore) == "n=1 mean 10 p50 10 p95 10, 0 unknown");
    CHECK(metrics.stacks.size() == 2);
}

TEST_CASE("metrics: what was not over when the span began is carried into it") {
    const auto of = [](const char* time) {
        return measure(two_incidents().entries, since(time)).all;
    };
    CHECK(incidents(of("10:10")) == "2+1 opened, 2 restored, 1 open");
    CHECK(incidents(of("10:12")) == "1+1 opened, 1 restored, 1 open");
    CHECK(shown(of("10:12").restore) == "n=1 mean 20 p50 20 p95 20, 0 unknown");
    CHECK(incidents(of("10:31")) == "0+1 opened, 0 restored, 1 open");
    CHECK(incidents(of("23:00")) == "0+1 opened, 0 restored, 1 open");
}

TEST_CASE("metrics: of some stacks only") {
    const auto metrics = measure(two_incidents().entries, only("net@dev"));
    CHECK(incidents(metrics.all) == "1+0 opened, 1 restored, 0 open");
    CHECK(metrics.stacks.size() == 1);
    CHECK(measure(two_incidents().entries, only("other")).all.empty());
}

TEST_CASE("metrics: an incident that names no stack counts overall") {
    JournalLines lines;
    lines.add("10:00", "incident.opened", {{"incident", "i1"}});
    CHECK(incidents(measure(lines.entries).all) == "1+0 opened, 0 restored, 1 open");
    CHECK(measure(lines.entries).stacks.empty());
    CHECK(measure(lines.entries, only("shop@dev")).all.empty());
}

TEST_CASE("metrics: times that are none or run backwards are counted as unknown") {
    JournalLines lines;
    lines.trouble("10:00", "opened", "i1", "drift", "shop@dev").restored("09:59", "i1");
    lines.trouble("some day", "opened", "i2", "drift", "shop@dev").restored("10:00", "i2");
    lines.trouble("10:00", "opened", "i3", "drift", "shop@dev").restored("10:00", "i3");
    for (const auto& all :
         {measure(lines.entries).all, measure(lines.entries, since("10:00")).all}) {
        CHECK(incidents(all) == "3+0 opened, 3 restored, 0 open");
        CHECK(shown(all.restore) == "n=1 mean 0 p50 0 p95 0, 2 unknown");
    }
}

TEST_CASE("metrics: time to detect is counted from the last clean moment") {
    JournalLines lines;
    SUBCASE("as it was written") {
        check(lines, "10:00", {{"shop@dev", counts(0, 0)}});
        drift(lines, "10:20", "detected", {"a", "b"}, at("10:15"));
        CHECK(shown(measure(lines.entries).all.detect) == "n=1 mean 5 p50 5 p95 5, 0 unknown");
    }
    SUBCASE("a check that saw all of the stack, and nothing") {
        check(lines, "10:00", {{"shop@dev", counts(0, 0)}});
        check(lines, "10:10", {{"shop@dev", counts(0, 1)}, {"net@dev", counts(0, 0)}});
        check(lines, "10:20", {{"shop@dev", counts(1, 0)}});
        drift(lines, "10:20", "detected", {"a"});
        check(lines, "10:25", {{"shop@dev", counts(0, 0)}});
        CHECK(shown(measure(lines.entries).all.detect) == "n=1 mean 20 p50 20 p95 20, 0 unknown");
    }
    SUBCASE("an apply of the stack that went well") {
        check(lines, "10:00", {{"shop@dev", counts(0, 0)}});
        apply(lines, "r1", "applied", {{"shop@dev/main", "unchanged"}}, "10:05");
        apply(lines, "r2", "applied", {{"shop@prod/main", "applied"}}, "10:06");
        apply(lines, "r3", "partial", {{"shop@dev/main", "applied"}}, "10:07");
        drift(lines, "10:20", "detected", {"a"}, "not long ago");
        CHECK(shown(measure(lines.entries).all.detect) == "n=1 mean 15 p50 15 p95 15, 0 unknown");
    }
    SUBCASE("a check does not vouch for what it finds itself") {
        check(lines, "10:00", {{"shop@dev", counts(0, 0)}});
        check(lines, "10:20", {{"shop@dev", counts(0, 0)}});
        drift(lines, "10:20", "detected", {"a"});
        CHECK(shown(measure(lines.entries).all.detect) == "n=1 mean 20 p50 20 p95 20, 0 unknown");
    }
    SUBCASE("nobody knows") {
        drift(lines, "10:20", "detected", {"a"});
        CHECK(shown(measure(lines.entries).all.detect) == "n=0 mean 0 p50 0 p95 0, 1 unknown");
    }
    SUBCASE("what was clean before the span is known in it") {
        check(lines, "10:00", {{"shop@dev", counts(0, 0)}});
        drift(lines, "10:20", "detected", {"a"});
        drift(lines, "10:30", "detected", {"b"}, at("10:25"));
        const auto metrics = measure(lines.entries, since("10:10"));
        CHECK(shown(metrics.all.detect) == "n=2 mean 12 p50 5 p95 20, 0 unknown");
        CHECK(shown(of_stack(metrics, "shop@dev").detect) == shown(metrics.all.detect));
        CHECK(measure(lines.entries, since("10:25")).all.detect.n == 1);
    }
}

TEST_CASE("metrics: time to repair, by difference") {
    JournalLines lines;
    drift(lines, "10:00", "detected", {"a", "b", "c"});
    drift(lines, "10:05", "detected", {"a"});  // again, with another value
    drift(lines, "10:10", "restored", {"a", "a"});
    drift(lines, "10:30", "restored", {"b", "d"});  // d was detected elsewhere
    drift(lines, "10:40", "detected", {"a"});
    drift(lines, "10:45", "restored", {"a"});
    const auto all = measure(lines.entries).all;
    CHECK(shown(all.repair) == "n=3 mean 15 p50 10 p95 30, 1 unknown");
    CHECK(all.repaired == 4);
    CHECK(all.drifting == 1);
    const auto later = measure(lines.entries, since("10:30"));
    CHECK(shown(later.all.repair) == "n=2 mean 17 p50 5 p95 30, 1 unknown");
    CHECK(later.all.drifting == 1);
    CHECK(of_stack(later, "shop@dev").drifting == 1);
    CHECK(measure(lines.entries, only("net@dev")).all.empty());
}

}  // namespace metrics_test
