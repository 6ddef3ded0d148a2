#include "record/indicators.h"

#include "metrics_fixture.h"

namespace indicators_test {

using namespace agentops;
using namespace agentops::record;

namespace {

/// A plan of one stack that wants one change; `more` goes over what it says.
void plan(JournalLines& lines, const std::string& run, const std::string& time, Json more = {},
          const std::string& stack = "shop") {
    Json data = {{"started", at(time)},
                 {"purpose", "plan"},
                 {"destroy", false},
                 {"stacks", {stack}},
                 {"changes", {{"create", 1}, {"delete", 0}}},
                 {"resources", 10},
                 {"validations", {{"n", 1}, {"invalid", 0}}},
                 {"decisions", {{stack, {{"made", 4}, {"pinned", 1}}}}}};
    if (more.is_object()) data.update(more);
    lines.add(time, "plan.made", data, run);
}

void approve(JournalLines& lines, const std::string& run, const std::string& time,
             const std::string& by) {
    lines.add(time, "plan.approved", {{"as", "ann"}, {"by", by}}, run);
}

void begin(JournalLines& lines, const std::string& run, const std::string& time) {
    lines.add(time, "apply.started", {{"resume", false}}, run);
}

void end(JournalLines& lines, const std::string& run, const std::string& time,
         const std::string& status, const std::string& stack = "shop") {
    lines.add(time, "apply.finished",
              {{"status", status},
               {"units", {{stack + "/main", status}}},
               {"operations", {{"done", 5}, {"failed", status == "applied" ? 0 : 1}}}},
              run);
}

/// Planned at the time, approved by a person 10 minutes later, applied from then on for 5 minutes.
void deploy(JournalLines& lines, const std::string& run, const std::string& hour,
            const std::string& status = "applied", Json more = {}) {
    plan(lines, run, hour + ":00", std::move(more));
    approve(lines, run, hour + ":10", "person");
    begin(lines, run, hour + ":10");
    end(lines, run, hour + ":15", status);
}

const Figure& find(const std::vector<Topic>& topics, const std::string& path) {
    for (const auto& topic : topics) {
        for (const auto& figure : topic.figures) {
            if (topic.key + "." + figure.key == path) return figure;
        }
    }
    throw std::runtime_error("no figure " + path);
}

std::string text(const Share& share) {
    return fmt::format("{} of {}", share.hits, share.n);
}
std::string text(const Spells& spells) {
    return fmt::format("n={} mean {} s, {} unknown", spells.n, spells.mean.count() / 1000,
                       spells.unknown);
}
std::string text(const Quantity& quantity) {
    return quantity.value ? fmt::format("{:.3g} n={}", *quantity.value, quantity.n)
                          : fmt::format("- n={}", quantity.n);
}

/// "1 of 2, 3 open".
std::string shown(const JournalLines& lines, const std::string& path,
                  const MetricsOptions& options = {}) {
    const auto topics = indicators(lines.entries, measure(lines.entries, options).all, options);
    const auto& figure = find(topics, path);
    auto said = std::visit([](const auto& value) { return text(value); }, figure.value);
    for (const auto& [why, count] : figure.besides)
        said += fmt::format(", {} {}", count, why);
    return said;
}

/// The day after: nothing is open any more.
void day_after(JournalLines& lines) {
    lines.add("2026-11-25T12:00:00.000Z", "drift.checked", {{"stacks", Json::object()}}, "later");
}

}  // namespace

TEST_CASE("indicators: of nothing all are there, and nothing") {
    const auto topics = indicators({}, {});
    CHECK(topics.size() == 11);
    for (const auto& topic : topics) {
        for (const auto& figure : topic.figures) {
            CAPTURE(topic.key + "." + figure.key);
            const auto n = std::visit([](const auto& value) { return value.n; }, figure.value);
            CHECK(n == 0);
            CHECK(figure.besides.empty());
        }
    }
}

TEST_CASE("indicators: provisioning time, with and without people") {
    JournalLines lines;
    deploy(lines, "a", "10");
    deploy(lines, "b", "11", "failed");
    CHECK(shown(lines, "provisioning_time.total") == "n=1 mean 900 s, 0 unknown, 1 failed");
    CHECK(shown(lines, "provisioning_time.without_people") == "n=1 mean 300 s, 0 unknown");
    CHECK(shown(lines, "provisioning_time.people") == "n=1 mean 600 s, 0 unknown");
    CHECK(shown(lines, "provisioning_time.apply") == "n=1 mean 300 s, 0 unknown");
    CHECK(shown(lines, "provisioning_time.per_resource") == "n=1 mean 60 s, 0 unknown");
}

TEST_CASE("indicators: runs that changed nothing, destroyed or repaired are no deployments") {
    JournalLines lines;
    for (const Json& more :
         {Json{{"changes", {{"create", 0}}}}, Json{{"destroy", true}}, Json{{"purpose", "revert"}}})
        deploy(lines, "run " + std::to_string(lines.entries.size()), "10", "applied", more);
    CHECK(shown(lines, "provisioning_time.total") == "n=0 mean 0 s, 0 unknown");
    CHECK(shown(lines, "dora.deployment_frequency") == "0 n=0");
    CHECK(shown(lines, "error_rate.runs") == "0 of 3");
}

TEST_CASE("indicators: errors of plans, runs and operations") {
    JournalLines lines;
    deploy(lines, "a", "10");
    deploy(lines, "b", "11", "partial");
    deploy(lines, "c", "12", "interrupted");
    lines.add("13:00", "plan.failed",
              {{"started", at("13:00")},
               {"stacks", {"shop"}},
               {"validations", {{"n", 2}, {"invalid", 1}}}},
              "d");
    begin(lines, "e", "14:00");
    CHECK(shown(lines, "error_rate.runs") == "2 of 3, 1 open");
    CHECK(shown(lines, "error_rate.artifacts") == "1 of 5");
    CHECK(shown(lines, "error_rate.operations") == "2 of 17");
    CHECK(shown(lines, "error_rate.applies") == "1 of 2, 1 interrupted");
}

TEST_CASE("indicators: what shows only afterwards") {
    JournalLines lines;
    deploy(lines, "a", "10");
    lines.trouble("11:00", "opened", "one", "check", "shop");
    lines.restored("11:30", "one");
    deploy(lines, "b", "12", "not-converged");
    deploy(lines, "c", "13");
    CHECK(shown(lines, "error_rate.escaped") == "2 of 2, 1 open");
    CHECK(shown(lines, "decision_accuracy.held") == "0 of 4, 4 open");
    CHECK(shown(lines, "dora.change_failure_rate") == "2 of 2, 1 open");
    CHECK(shown(lines, "dora.recovery_time") == "n=1 mean 1800 s, 0 unknown");
    day_after(lines);
    CHECK(shown(lines, "error_rate.escaped") == "2 of 3");
    CHECK(shown(lines, "decision_accuracy.held") == "4 of 8");
    CHECK(shown(lines, "dora.change_failure_rate") == "2 of 3");
}

TEST_CASE("indicators: trouble of another stack is none of this one's") {
    JournalLines lines;
    deploy(lines, "a", "10");
    lines.trouble("11:00", "opened", "one", "check", "other");
    lines.trouble("11:00", "opened", "two", "drift", "shop");
    day_after(lines);
    CHECK(shown(lines, "error_rate.escaped") == "0 of 1");
    CHECK(shown(lines, "dora.recovery_time", only("shop")) == "n=0 mean 0 s, 0 unknown");
}

TEST_CASE("indicators: a decision that somebody pins afterwards did not hold") {
    JournalLines lines;
    deploy(lines, "a", "10");
    deploy(lines, "b", "11", "applied", {{"decisions", {{"shop", {{"made", 2}, {"pinned", 3}}}}}});
    day_after(lines);
    CHECK(shown(lines, "decision_accuracy.held") == "4 of 6");
}

TEST_CASE("indicators: costs that the plan confirmed") {
    JournalLines lines;
    deploy(lines, "a", "10", "applied",
           {{"costs", {{"shop", {{"reckoned", 105}, {"planned", 100}}}}}});
    deploy(lines, "b", "11", "applied",
           {{"costs", {{"shop", {{"reckoned", 50}, {"planned", 100}}}}}});
    CHECK(shown(lines, "decision_accuracy.costs") == "1 of 2");
}

TEST_CASE("indicators: the first try, and the end") {
    JournalLines lines;
    deploy(lines, "a", "10");
    deploy(lines, "b", "11", "failed");
    begin(lines, "b", "11:30");
    end(lines, "b", "11:40", "applied");
    deploy(lines, "c", "12", "interrupted");
    begin(lines, "c", "12:30");
    end(lines, "c", "12:40", "applied");
    CHECK(shown(lines, "deployment_success.first_try") == "1 of 2");
    CHECK(shown(lines, "deployment_success.in_the_end") == "3 of 3");
    CHECK(shown(lines, "autonomy.operator") == "2 of 3");
    CHECK(shown(lines, "human_intervention.unplanned") == "1 n=3");
}

TEST_CASE("indicators: what people had to do with it") {
    JournalLines lines;
    const Json free = {{"decisions", {{"shop", {{"made", 4}, {"pinned", 0}}}}},
                       {"risks", {{"shop", "high"}}}};
    deploy(lines, "pinned", "10");
    deploy(lines, "approved", "11", "applied", free);
    plan(lines, "alone", "12:00", {{"decisions", free["decisions"]}, {"risks", {{"shop", "low"}}}});
    approve(lines, "alone", "12:00", "policy");
    begin(lines, "alone", "12:00");
    end(lines, "alone", "12:10", "applied");
    CHECK(shown(lines, "autonomy.decisions") == "4 of 13");
    CHECK(shown(lines, "autonomy.weighted") == "0.0816 n=3");  // 4 of 5 + 40 + 4
    CHECK(shown(lines, "autonomy.collaborator") == "1 of 3");
    CHECK(shown(lines, "autonomy.approver") == "1 of 3");
    CHECK(shown(lines, "autonomy.observer") == "1 of 3");
    CHECK(shown(lines, "autonomy.between") == "7.5 n=3");  // 15 operations, 2 approvals
    CHECK(shown(lines, "human_intervention.approvals") == "0.667 n=3");
    CHECK(shown(lines, "human_intervention.approval_latency") == "n=2 mean 600 s, 0 unknown");
    CHECK(shown(lines, "human_intervention.per_100_decisions") == "15.4 n=3");  // 2 of 13
    lines.add("13:00", "drift.accepted", {{"unit", "shop/main"}}, "");
    CHECK(shown(lines, "human_intervention.accepted_drift") == "1 n=1");
    CHECK(shown(lines, "human_intervention.accepted_drift", only("other")) == "0 n=0");
}

TEST_CASE("indicators: utilisation is weighed by time") {
    const auto capacity = [](double average, double needed, double provided) {
        return Json{
            {"capacity",
             {{"shop",
               {{"web", {{"average", average}, {"needed", needed}, {"provided", provided}}}}}}}};
    };
    JournalLines lines;
    deploy(lines, "a", "10", "applied", capacity(1, 2, 4));  // 10:15 to 11:15
    deploy(lines, "b", "11", "applied", capacity(3, 6, 4));  // 11:15 to 14:15
    lines.add("14:15", "drift.checked", {{"stacks", Json::object()}}, "c");
    CHECK(shown(lines, "utilisation.used") == "0.625 n=2");  // (1 + 9) of (4 + 12)
    CHECK(shown(lines, "utilisation.over") == "0.1 n=2");    // 2 of (2 + 18)
    CHECK(shown(lines, "utilisation.under") == "0.3 n=2");   // 6 of 20
    CHECK(shown(lines, "utilisation.time_over") == "0.25 n=2");
    CHECK(shown(lines, "utilisation.time_under") == "0.75 n=2");
    CHECK(shown(lines, "utilisation.used", since("12:00")) == "0.75 n=1");  // 3 of 4, all the time
    deploy(lines, "d", "15", "applied", {{"destroy", true}, {"capacity", Json()}});
    lines.add("23:00", "drift.checked", {{"stacks", Json::object()}}, "e");
    CHECK(shown(lines, "utilisation.used") == "0.65 n=2");  // (1 + 12) of (4 + 16)
}

TEST_CASE("indicators: scalability is the exponent of time by resources") {
    JournalLines lines;
    for (const int resources : {100, 200, 400, 800}) {
        const auto run = std::to_string(resources);
        plan(lines, run, "10:00", {{"resources", resources}});
        lines.entries.back().time =
            rfc3339(*parse_rfc3339(at("10:00")) + std::chrono::milliseconds(resources * resources));
    }
    CHECK(shown(lines, "scalability.exponent") == "2 n=4");
    CHECK(shown(lines, "scalability.rate") == "1.76 n=4");  // 1,500 in 850 s
    plan(lines, "small", "11:00", {{"resources", 5}});
    CHECK(shown(lines, "scalability.exponent") == "2 n=4");
}

TEST_CASE("indicators: who put drift right") {
    JournalLines lines;
    const auto drift = [&](const std::string& time, const std::string& what) {
        lines.add(time, "drift." + what, {{"stack", "shop"}, {"differences", {"x"}}});
    };
    drift("10:00", "detected");
    end(lines, "r", "10:05", "applied");
    lines.add("10:05", "heal.applied", {{"stack", "shop"}, {"run", "r"}, {"status", "applied"}},
              "r");
    drift("10:10", "restored");
    drift("11:00", "detected");
    end(lines, "s", "11:05", "applied");
    drift("11:10", "restored");
    drift("12:00", "detected");
    drift("12:10", "restored");  // undone where it was done
    CHECK(shown(lines, "adaptability.healed") == "1 of 3");
}

TEST_CASE("indicators: fewer invalid artifacts as time goes by") {
    JournalLines lines;
    const auto made = [&](std::size_t invalid) {
        plan(lines, std::to_string(lines.entries.size()), "10:00",
             {{"validations", {{"n", 4}, {"invalid", invalid}}}});
    };
    made(2), made(4);
    CHECK(shown(lines, "adaptability.learning_gain") == "- n=2");
    made(1), made(0), made(1), made(0);
    CHECK(shown(lines, "adaptability.learning_gain") == "0.625 n=6");  // 6 of 8 less 1 of 8
}

TEST_CASE("indicators: DORA's deployments and lead time") {
    JournalLines lines;
    deploy(lines, "a", "10", "applied", {{"commit", {{"id", "1"}, {"time", at("09:15")}}}});
    deploy(lines, "b", "11");
    CHECK(shown(lines, "dora.deployment_frequency") == "2 n=2");  // of less than a day: as of one
    CHECK(shown(lines, "dora.lead_time") == "n=1 mean 3600 s, 1 unknown");
    lines.add("2026-11-27T10:00:00.000Z", "drift.checked", {{"stacks", Json::object()}}, "later");
    CHECK(shown(lines, "dora.deployment_frequency") == "0.5 n=2");
    CHECK(shown(lines, "dora.deployment_frequency", since("11:00")) == "0.253 n=1");
}

TEST_CASE("indicators: odd lines are passed over") {
    JournalLines lines;
    deploy(lines, "a", "10");
    const auto before = shown(lines, "error_rate.runs");
    for (const auto* event : {"plan.approved", "drift.accepted", "drift.restored", "heal.applied"})
        lines.add("11:00", event, Json("odd"), "");
    for (const Json& odd : {Json("odd"), Json::array({1}), Json{{"stacks", 1}, {"units", 2}},
                            Json{{"capacity", {{"shop", 1}}}, {"costs", {{"shop", 1}}}},
                            Json{{"decisions", {{"shop", "x"}}}, {"validations", -1}}}) {
        lines.add("11:00", "plan.made", odd, "");
        lines.add("11:00", "apply.finished", odd, "");
    }
    CHECK(shown(lines, "error_rate.runs") == before);
    lines.add("11:00", "plan.made", {{"capacity", 1}, {"stacks", {1, 2}}}, "odd");
    CHECK(shown(lines, "error_rate.runs") == "0 of 2");
}

}  // namespace indicators_test
