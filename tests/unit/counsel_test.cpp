// What the project's own agents may say, and what becomes of it.

#include "agents/counsel.h"

#include "agents/voices.h"
#include "stack_bench.h"

namespace counsel_test {

using namespace agentops;

namespace {

const char* const kShop =
    "components:\n"
    "  net: {kind: network, cidr: 10.0.0.0/16}\n"
    "  web: {kind: service, in: net, image: ubuntu-24.04, load: {rps: 40, cpu: 10 ms},\n"
    "        expose: {port: 443, to: internet}}\n";

intent::OutsideAgent agent(std::vector<std::string> reads, std::vector<std::string> writes) {
    intent::OutsideAgent made;
    made.command = {"true"};
    for (auto& slot : reads)
        made.reads.push_back({{slot}, {}});
    for (auto& slot : writes)
        made.writes.push_back({{slot}, {}});
    return made;
}

const Json kRequest = {
    {"slots",
     {{"components",
       {{{"name", "web"}, {"knobs", {{"size", {{"values", {"t3.nano", "t3.micro"}}}}}}}}}}}};

Lines complaints(const intent::OutsideAgent& who, const std::string& text) {
    const auto reply = read_reply("ours", who, text, kRequest);
    return reply ? Lines{} : codes(reply.error());
}

std::string saying(const std::string& members) {
    return R"({"format_version": "1", )" + members + "}";
}

Reply reply_of(const std::string& members) {
    const auto reply =
        read_reply("ours", agent({"components"}, {"constraints", "preferences", "findings"}),
                   saying(members), kRequest);
    REQUIRE(reply.has_value());
    return *reply;
}

std::string size_with(const Reply& reply, const std::string& objectives = "") {
    StackBench t(objectives + kShop);
    t.input.counsel = {{"ours", reply}};
    REQUIRE(t.run_to("architect").empty());
    return t.get(slots::design)->part("web").knob("size");
}

}  // namespace

TEST_CASE("counsel: an answer is JSON of the published shape") {
    const auto who = agent({"components"}, {"constraints", "findings", "preferences"});
    CHECK(complaints(who, saying(R"("findings": [])")).empty());
    for (
        const auto* text :
        {"", "no", "[]", "{", "{}", R"({"format_version": "2"})", R"({"format_version": []})",
         R"({"format_version": "1", "votes": []})", R"({"format_version": "1", "findings": {}})",
         R"({"format_version": "1", "findings": [{"rule": "x"}]})",
         R"({"format_version": "1", "findings": [{"rule": "A b", "message": "m"}]})",
         R"({"format_version": "1", "constraints": [{"component": "web", "knob": "size", "reason": "r"}]})",
         R"({"format_version": "1", "preferences": [{"component": "web", "knob": "size", "value": "t3.nano", "usd_per_month": -1, "reason": "r"}]})"}) {
        CAPTURE(text);
        const auto found = complaints(who, text);
        REQUIRE_FALSE(found.empty());
        CHECK(found.front() == "agent.garbage");
    }
}

TEST_CASE("counsel: nobody speaks of what is not theirs or does not exist") {
    auto who = agent({"components"}, {"constraints"});
    const auto forbid = [](const char* component, const char* knob) {
        return saying(fmt::format(
            R"("constraints": [{{"component": "{}", "knob": "{}", "forbid": ["x"], "reason": "r"}}])",
            component, knob));
    };
    CHECK(complaints(who, forbid("web", "size")).empty());
    CHECK(complaints(who, forbid("nobody", "size")) == Lines{"agent.outside"});
    CHECK(complaints(who, forbid("web", "colour")) == Lines{"agent.outside"});
    CHECK(complaints(who, saying(R"("findings": [{"rule": "x", "message": "m"}])")) ==
          Lines{"agent.outside"});
    CHECK(complaints(who, saying(R"("prices": [{"region": "r", "item": "i", "unit": "hour",
        "usd": 1, "date": "2026-01-01", "source": "s"}])")) == Lines{"agent.outside"});
    who.knobs = {"count"};
    CHECK(complaints(who, forbid("web", "size")) == Lines{"agent.outside"});
}

TEST_CASE("counsel: nobody contradicts themselves") {
    const auto who = agent({"components"}, {"constraints", "preferences", "prices"});
    const std::string web = R"({"component": "web", "knob": "size", "reason": "r", )";
    CHECK(complaints(who, saying("\"constraints\": [" + web +
                                 R"("allow": ["t3.nano"], "forbid": ["t3.nano"]}])")) ==
          Lines{"agent.contradiction"});
    CHECK(complaints(who, saying("\"constraints\": [" + web + R"("allow": ["t3.nano"]}, )" + web +
                                 R"("allow": ["t3.micro"]}])")) == Lines{"agent.contradiction"});
    CHECK(complaints(who, saying("\"preferences\": [" + web + R"("value": "t3.nano"}, )" + web +
                                 R"("value": "t3.micro"}])")) == Lines{"agent.contradiction"});
    const std::string price = R"({"region": "r", "item": "i", "unit": "hour", "usd": 1,
        "date": "2026-01-01", "source": "s"})";
    CHECK(complaints(who, saying("\"prices\": [" + price + "]")).empty());
    CHECK(complaints(who, saying("\"prices\": [" + price + ", " + price + "]")) ==
          Lines{"agent.contradiction"});
}

TEST_CASE("counsel: a price has a day, and may be tiny") {
    const auto who = agent({"prices"}, {"prices"});
    const auto price = [](const char* usd, const char* date) {
        return saying(fmt::format(R"("prices": [{{"region": "r", "item": "i", "unit": "request",
            "usd": {}, "date": "{}", "source": "s"}}])",
                                  usd, date));
    };
    const auto read = read_reply("ours", who, price("1.25e-06", "2026-01-01"), kRequest);
    REQUIRE(read.has_value());
    CHECK(read->prices.front().usd == doctest::Approx(1.25e-06));
    for (const auto* date : {"soon", "2026-13-01", "2026-01-01T00:00:00Z"})
        CHECK(complaints(who, price("1", date)) == Lines{"agent.garbage"});
    CHECK(complaints(who, price("-1", "2026-01-01")) == Lines{"agent.garbage"});
}

TEST_CASE("counsel: who must be heard fails with an error") {
    auto who = agent({"components"}, {"findings"});
    CHECK(read_reply("ours", who, "no", kRequest).error().front().level == Level::warning);
    who.is_required = true;
    CHECK(read_reply("ours", who, "no", kRequest).error().front().level == Level::error);
}

TEST_CASE("counsel: a constraint binds, and its reason is told") {
    const auto free = size_with({});
    const auto bound = reply_of(fmt::format(
        R"("constraints": [{{"component": "web", "knob": "size", "forbid": ["{}"],
            "reason": "we do not run these"}}])",
        free));
    CHECK(size_with(bound) != free);
    StackBench t(kShop);
    t.input.counsel = {{"ours", bound}};
    REQUIRE(t.run_to("architect").empty());
    bool told = false;
    for (const auto* decision : t.board.decisions()) {
        for (const auto& option : decision->options)
            told = told || option.rejected == "ours: we do not run these";
    }
    CHECK(told);
    const auto voices =
        voices_of(t.get(slots::lots), t.board.all(slots::opinions), t.get(slots::award));
    CHECK(voices.at("ours").accepted == 1);
    CHECK(voices.at("ours").overridden == 0);
}

TEST_CASE("counsel: a wish counts where preferences do") {
    const auto free = size_with({});
    const std::string other = free == "t3.micro" ? "t3.nano" : "t3.micro";
    const auto wish = reply_of(fmt::format(
        R"("preferences": [{{"component": "web", "knob": "size", "value": "{}", "reason": "r"}}])",
        other));
    CHECK(size_with(wish) == free);  // cost comes first
    CHECK(size_with(wish, "objectives: {prefer: [preferences, cost]}\n") == other);
}

TEST_CASE("counsel: findings carry the agent's name, and can be waived") {
    StackBench t(std::string(kShop) +
                 "rules:\n  waive: [{rule: ours/odd, component: web, reason: r, owner: o, "
                 "until: 2999-01-01}]\n");
    t.input.counsel = {{"ours", reply_of(R"("findings": [
        {"rule": "odd", "component": "web", "severity": "high", "message": "is odd"},
        {"rule": "worse", "severity": "critical", "message": "is worse"}])")}};
    t.project.settings.agents = {{"ours", {}}};
    REQUIRE(t.run_to("security").empty());
    std::map<std::string, catalog::Finding> found;
    for (const auto* finding : t.board.all(slots::findings))
        found[finding->rule] = *finding;
    CHECK(found.at("ours/odd").waived);
    CHECK(found.at("ours/odd").position.line == 6);
    CHECK(found.at("ours/worse").blocks);
}

}  // namespace counsel_test
