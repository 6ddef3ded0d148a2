// Objectives, load and vetoes of an intent, and what the arbiter makes of them.

#include <cmath>

#include "agents/frontier.h"
#include "agents/stakes.h"
#include "base/text.h"
#include "stack_bench.h"

namespace negotiation_test {

using namespace agentops;
using negotiate::Measure;

namespace {

std::string shop(const std::string& objectives, const std::string& web = "",
                 const std::string& rest = "") {
    return "objectives: {" + objectives + "}\n" +
           "components:\n"
           "  net: {kind: network, cidr: 10.0.0.0/16}\n"
           "  web: {kind: service, in: net, image: ubuntu-24.04, load: {rps: 300, cpu: 12 ms},\n"
           "        expose: {port: 443, to: internet}, uses: [db]" +
           web +
           "}\n"
           "  db: {kind: database, engine: postgres 16, in: net}\n" +
           rest;
}

/// The knobs that were awarded, "web.size=t3.small ...".
std::string awarded(StackBench& t) {
    std::string text;
    for (const auto& knob : knobs_of(t.get(slots::lots), t.get(slots::award).solution->choice))
        text += (text.empty() ? "" : " ") + knob;
    return text;
}

const graph::Decision& decision(const StackBench& t, std::string_view subject) {
    for (const auto* decision : t.board.decisions()) {
        if (decision->subject == subject) return *decision;
    }
    throw InternalError("no such decision");
}

double cost_of(const StackBench& t) {
    return static_cast<double>(t.get(slots::award).solution->score.of(Measure::cost)) *
           negotiate::kCostUnit;
}

}  // namespace

TEST_CASE("negotiation: without objectives and load the default table decides") {
    StackBench t("components: {net: {kind: network, cidr: 10.0.0.0/16}}\n");
    REQUIRE(t.run_to("architect").empty());
    CHECK_FALSE(t.get(slots::lots).wanted);
    CHECK_FALSE(t.get(slots::award).solution.has_value());
    CHECK(t.get(slots::design)->part("net").knob("zones") == "2");
}

TEST_CASE("negotiation: latency is asked of what is called, and not taken for known") {
    const std::string text =
        "objectives: {latency_p95: 50 ms}\n"
        "components:\n"
        "  net: {kind: network, cidr: 10.0.0.0/16}\n"
        "  web: {kind: service, in: net, image: ubuntu-24.04, load: {rps: 300},\n"
        "        expose: {port: 443, to: internet}}\n"
        "  files: {kind: bucket}\n";
    StackBench t(text), whole(text);
    const auto said = t.run_to("capacity");
    REQUIRE(said.size() == 1);
    CHECK(said[0].code == "negotiate.unknown-latency");
    CHECK(said[0].message.find("nothing for web") != std::string::npos);
    CHECK(
        whole.run_to("arbiter").empty());  // the 100 ms of a bucket that nobody calls are no matter
}

TEST_CASE("negotiation: a load alone is met as cheaply as possible") {
    StackBench t(shop(""));
    REQUIRE(t.run_to("architect").empty());
    const auto& web = t.get(slots::design)->part("web");
    const auto& found = t.get(slots::lots);
    const auto fitness = web.kind->fitness(web, found.lots[1].surroundings.front());
    CHECK(fitness.lacks.empty());
    CHECK(t.get(slots::design)->part("db").knob("multi_zone") == "false");
}

TEST_CASE("negotiation: more availability is bought, and the decision names the objective") {
    StackBench cheap(shop("availability: 97 %")), safe(shop("availability: 99.95 %"));
    REQUIRE(cheap.run_to("architect").empty());
    REQUIRE(safe.run_to("architect").empty());
    CHECK(cost_of(safe) > cost_of(cheap));
    CHECK(cheap.get(slots::design)->part("db").knob("multi_zone") == "false");
    CHECK(safe.get(slots::design)->part("db").knob("multi_zone") == "true");
    const auto& standby = decision(safe, "db.multi_zone");
    CHECK(standby.agent == "arbiter");
    CHECK(standby.choice == "true");
    CHECK(standby.because.find("availability 99.95 % of web decides it: at ") == 0);
    CHECK(standby.because.find("it would be false") != std::string::npos);
    REQUIRE(standby.options.size() == 2);
    CHECK(standby.options[0].rejected.find("availability 99.95 % of web: it would be") == 0);
    const auto says = [](const graph::Option& option, std::string_view agent) {
        for (const auto& voice : option.voices) {
            if (voice.agent == agent) return voice.says;
        }
        return std::string();
    };
    CHECK(says(standby.options[0], "reliability") == "99.45 %");
    CHECK(says(standby.options[1], "reliability").find(" %; ") != std::string::npos);  // and why
    CHECK(says(standby.options[1], "cost").find(" USD/month") != std::string::npos);
}

TEST_CASE("negotiation: the stated counterfactual flips the decision, and nothing less does") {
    StackBench t(shop("availability: 99.95 %"));
    REQUIRE(t.run_to("arbiter").empty());
    const auto& award = t.get(slots::award);
    REQUIRE(award.counterfactuals.size() == 1);
    const auto& counter = award.counterfactuals.front();
    auto problem = award.problem;
    problem.limits[0].most = counter.needed;
    CHECK(negotiate::solve(problem)->choice == counter.choice);
    problem.limits[0].most = counter.needed - 1;
    CHECK(negotiate::solve(problem)->choice != counter.choice);
}

TEST_CASE("negotiation: what no decision names changes none") {
    const std::string idle = "  files: {kind: bucket}\n";
    StackBench plain(shop("availability: 99.95 %")), more(shop("availability: 99.95 %", "", idle));
    REQUIRE(plain.run_to("architect").empty());
    REQUIRE(more.run_to("architect").empty());
    CHECK(awarded(plain) == awarded(more));
}

TEST_CASE("negotiation: a pin is kept, and is part of a conflict") {
    StackBench pinned(shop("", ", count: 6"));
    REQUIRE(pinned.run_to("architect").empty());
    CHECK(pinned.get(slots::design)->part("web").knob("count") == "6");
    StackBench small(shop("", ", count: 1, size: t3.nano"));
    const auto said = small.run_to("arbiter");
    REQUIRE(said.size() == 1);
    CHECK(said[0].code == "negotiate.conflict");
    CHECK(said[0].message ==
          "no design keeps web.size pinned to t3.nano, web.count pinned to 1 and capacity of web "
          "together");
    CHECK(said[0].help.find("lift 'web.count pinned to 1' (then ") != std::string::npos);
}

TEST_CASE("negotiation: a conflict of objectives says how far each would have to give way") {
    StackBench t(shop("budget: 250 USD/month, availability: 99.95 %"));
    const auto said = t.run_to("arbiter");
    REQUIRE(said.size() == 1);
    CHECK(said[0].code == "negotiate.conflict");
    CHECK(said[0].position.line == 4);
    const auto raise = said[0].help.find("raise the budget to ");
    REQUIRE(raise != std::string::npos);
    const auto start = raise + std::string("raise the budget to ").size();
    const auto amount = said[0].help.substr(start, said[0].help.find(" USD", start) - start);
    StackBench enough(shop("budget: " + amount + " USD/month, availability: 99.95 %"));
    CHECK(enough.run_to("arbiter").empty());
}

TEST_CASE("negotiation: preference decides what is bought with the budget") {
    StackBench cost(shop("budget: 900 USD/month")),
        sure(shop("budget: 900 USD/month, prefer: [availability]"));
    REQUIRE(cost.run_to("arbiter").empty());
    REQUIRE(sure.run_to("arbiter").empty());
    CHECK(cost_of(cost) < cost_of(sure));
    CHECK(cost_of(sure) <= 900);
    const auto downtime = [](const StackBench& t) {
        return t.get(slots::award).solution->score.of(Measure::downtime);
    };
    CHECK(downtime(sure) < downtime(cost));
}

TEST_CASE("negotiation: protected data does not stand in one zone, whatever it costs") {
    StackBench t(shop("prefer: [cost]", "", "rules: {protect: [db]}\n"));
    REQUIRE(t.run_to("architect").empty());
    CHECK(t.get(slots::design)->part("db").knob("multi_zone") == "true");
    CHECK(decision(t, "db.multi_zone").options[0].rejected ==
          "warden: protected data must not stand in one zone alone");
}

TEST_CASE("negotiation: an engine without support and a protected address are vetoed") {
    auto old = shop("budget: 900 USD/month");
    old.replace(old.find("postgres 16"), 11, "mysql 8.0");
    StackBench engine(old);
    const auto said = engine.run_to("arbiter");
    REQUIRE(said.size() == 1);
    CHECK(said[0].message == "no design keeps engine-out-of-support of db");
    const auto objections = objections_to(engine.board.all(slots::opinions), 2, 0, 0);
    CHECK(listed(objections, "and")
              .find("warden: mysql 8.0 has no standard support since 2026-07-31") !=
          std::string::npos);

    const std::string box =
        "objectives: {budget: 900 USD/month}\n"
        "components:\n"
        "  net: {kind: network, cidr: 10.0.0.0/16}\n"
        "  box: {kind: server, in: net, image: ubuntu-24.04, expose: {port: 443, to: internet}}\n";
    StackBench open(box), guarded(box + "rules: {protect: [box]}\n");
    CHECK(open.run_to("arbiter").empty());
    const auto refused = guarded.run_to("arbiter");
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].message == "no design keeps protected-with-public-address of box");
}

TEST_CASE("negotiation: from end to end it is said what each component has of it") {
    StackBench t(shop("availability: 99 %, latency_p95: 200 ms"));
    REQUIRE(t.run_to("arbiter").empty());
    const auto& availability = decision(t, "web.availability");
    CHECK(availability.because.find("web 99.") == 0);
    CHECK(availability.because.find("db 99.45 %, a single point of failure") != std::string::npos);
    CHECK(availability.choice < "99.45 %");
    const auto& latency = decision(t, "web.latency_p95");
    CHECK(latency.because.find("; db 10 ms") != std::string::npos);
}

TEST_CASE("negotiation: recovery objectives decide over standby and backups") {
    StackBench t(shop("rto: 5 min, rpo: 15 min"));
    REQUIRE(t.run_to("architect").empty());
    CHECK(t.get(slots::design)->part("db").knob("multi_zone") == "true");
    StackBench never(shop("rpo: 1 min"));
    CHECK(codes(never.run_to("arbiter")) == Lines{"negotiate.conflict"});
}

TEST_CASE("negotiation: the frontier contains what was chosen") {
    StackBench t(shop("budget: 900 USD/month, availability: 99.9 %"));
    REQUIRE(t.run_to("arbiter").empty());
    const auto frontier = frontier_of(t.get(slots::lots), t.get(slots::award));
    CHECK_FALSE(frontier.thinned);
    std::size_t chosen = 0, allowed = 0;
    for (const auto& point : frontier.points) {
        chosen += point.chosen ? 1 : 0;
        allowed += point.allowed ? 1 : 0;
        CHECK(point.allowed == point.broken.empty());
    }
    CHECK(chosen == 1);
    CHECK(allowed > 1);
    CHECK(allowed < frontier.points.size());
}

TEST_CASE("negotiation: amounts are told so that what is promised is kept") {
    CHECK(amount_text(Measure::cost, 143'201) == "143.21 USD/month");
    CHECK(amount_text(Measure::latency, 2'501) == "251 ms");
    CHECK(amount_text(Measure::downtime, 0) == "100.00 %");
    const auto downtime =
        static_cast<negotiate::Amount>(std::ceil(-std::log(0.9995) / negotiate::kDowntimeUnit));
    CHECK(amount_text(Measure::downtime, downtime) == "99.949 %");
}

TEST_CASE("negotiation: a quota of processors is kept") {
    const auto with = [](int processors) {
        return shop(fmt::format("availability: 99.9 %, processors: {}", processors));
    };
    StackBench none(with(1)), many(with(512));
    const auto said = none.run_to("arbiter");
    REQUIRE(said.size() == 1);
    CHECK(said[0].code == "negotiate.conflict");
    const std::string lead = "raise the quota to ";
    const auto at = said[0].help.find(lead);
    REQUIRE(at != std::string::npos);
    const int least = std::stoi(said[0].help.substr(at + lead.size()));
    StackBench enough(with(least)), short_of(with(least - 1));
    CHECK(codes(short_of.run_to("arbiter")) == Lines{"negotiate.conflict"});
    REQUIRE(enough.run_to("arbiter").empty());
    CHECK(enough.get(slots::award).solution->score.of(Measure::processors) == least);
    REQUIRE(many.run_to("arbiter").empty());
    CHECK(cost_of(many) <= cost_of(enough));
}

TEST_CASE("negotiation: weights lie between the orders") {
    const auto downtime = [](const std::string& prefer) {
        StackBench t(shop("budget: 900 USD/month, prefer: " + prefer));
        REQUIRE(t.run_to("arbiter").empty());
        return t.get(slots::award).solution->score.of(Measure::downtime);
    };
    const auto least = downtime("[availability]"), most = downtime("[cost]");
    const auto eager = downtime("{availability: 1000, cost: 1}");
    const auto even = downtime("{availability: 1, cost: 1}");
    const auto thrifty = downtime("{availability: 1, cost: 1000}");
    CHECK(least <= eager);
    CHECK(eager <= even);
    CHECK(even <= thrifty);
    CHECK(thrifty <= most);
    CHECK(eager < thrifty);
}

}  // namespace negotiation_test
