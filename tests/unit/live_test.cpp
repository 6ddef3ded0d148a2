#include "report/live.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "base/text.h"
#include "report/progress.h"
#include "screen.h"

namespace live_test {

using namespace agentops;
using namespace agentops::report;
using namespace std::chrono_literals;

namespace {

/// A live view with a clock of its own, on a screen.
struct Bench {
    explicit Bench(LiveOptions options, int width = 80) : columns(width), screen(width) {
        options.now = [this] { return now; };
        live = make_live(
            options,
            [this](const std::string& text) {
                ++writes;
                written += text;
                screen.write(text);
            },
            [this] { return columns; });
    }

    graph::Node node(const std::string& name) const {
        graph::Node made;
        made.name = name;
        made.is_step = name != "reviewer";
        return made;
    }
    void start(const std::string& subject, const std::string& name) {
        live->started(subject, node(name));
    }
    void end(const std::string& subject, const std::string& name,
             graph::NodeStatus status = graph::NodeStatus::ok, const std::string& reason = "",
             Diagnostics diagnostics = {}) {
        live->finished({subject, name, status, reason, std::move(diagnostics), 1200ms}, node(name));
    }
    void resource(const std::string& subject, const std::string& type, const std::string& address,
                  const std::string& action, int seconds = 0) {
        live->event(subject, "apply",
                    {{"type", type},
                     {"hook",
                      {{"resource", {{"addr", address}}},
                       {"action", action},
                       {"elapsed_seconds", seconds}}}});
    }

    Instant now{};
    int columns;
    int writes = 0;
    std::string written;
    test::Screen screen;
    std::unique_ptr<Live> live;
};

const LiveOptions kTree{LiveOptions::Style::tree, false, 0};
const LiveOptions kPlain{LiveOptions::Style::plain, false, 0};
const LiveOptions kVerbose{LiveOptions::Style::plain, false, 1};
const LiveOptions kQuiet{LiveOptions::Style::quiet, false, 0};

const auto kFailed = graph::NodeStatus::failed;
const auto kSkipped = graph::NodeStatus::skipped;

}  // namespace

TEST_CASE("the tree shows each subject's state") {
    Bench bench(kTree);
    bench.live->expect({"net/main", "shop@dev/main", "shop@dev/legacy", "a", "b"}, 2);
    CHECK(bench.screen.text() ==
          "5 waiting\n"
          ".. net/main\n"
          ".. shop@dev/main\n"
          ".. shop@dev/legacy\n"
          ".. a\n"
          ".. b");
    bench.start("net/main", "init");
    bench.end("net/main", "init");
    bench.start("net/main", "apply");
    bench.resource("net/main", "apply_start", "aws_vpc.net", "create");
    bench.resource("net/main", "apply_complete", "aws_vpc.net", "create", 2);
    bench.end("net/main", "apply");
    bench.start("shop@dev/main", "apply");
    bench.resource("shop@dev/main", "refresh_complete", "aws_eip.a", "");
    bench.resource("shop@dev/main", "apply_start", "aws_eip.a", "update");
    bench.resource("shop@dev/main", "apply_start", "aws_eip.b", "delete");
    bench.end("shop@dev/legacy", "init", kFailed, "",
              {warning("w", "not this"), error("terraform.init", "no such module\nsecond line")});
    bench.end("a", "init", kSkipped, "upstream failed: shop@dev/legacy init");
    bench.now += 12s;
    bench.resource("shop@dev/main", "apply_progress", "aws_eip.b", "delete", 10);
    CHECK(bench.screen.text() ==
          "1 waiting  1 running  1 done  1 failed  1 skipped  12 s\n"
          "ok net/main         1 done\n"
          ">> shop@dev/main    apply  12 s  1 read  aws_eip.b still destroying, 10 s (+1)\n"
          "!! shop@dev/legacy  init: error[terraform.init]: no such module\n"
          "-- a                upstream failed: shop@dev/legacy init\n"
          ".. b");
    CHECK_FALSE(bench.screen.wrapped);
}

TEST_CASE("a subject is done when all its nodes are") {
    Bench bench(kTree);
    bench.live->expect({"a"}, 2);
    bench.start("a", "init");
    bench.end("a", "init");
    bench.now += 1s;
    bench.live->say("x");
    CHECK(bench.screen.text() == "x\n.. a");
    bench.start("a", "plan");
    bench.end("a", "plan");
    bench.live->say("y");
    CHECK(bench.screen.text() == "x\ny\nok a");
}

TEST_CASE("lines that stay go above the tree, and finish clears it") {
    Bench bench(kTree);
    bench.live->expect({"a"});
    bench.live->say("one\ntwo\x1b[2J");
    CHECK(bench.screen.text() == "one\ntwo\\x1b[2J\n.. a");
    bench.start("a", "plan");
    CHECK(bench.screen.text() == "one\ntwo\\x1b[2J\n>> a  plan");
    bench.live->finish();
    CHECK(bench.screen.text() == "one\ntwo\\x1b[2J");
    bench.end("a", "plan");
    bench.live->say("three");
    CHECK(bench.screen.text() == "one\ntwo\\x1b[2J\nthree");
    bench.live->expect({"b"});
    CHECK(bench.screen.text() == "one\ntwo\\x1b[2J\nthree\n.. b");
}

TEST_CASE("many subjects are folded, those that run or failed last") {
    Bench bench(kTree);
    std::vector<std::string> subjects;
    for (int i = 0; i < 60; ++i)
        subjects.push_back(fmt::format("s{}", i));
    bench.live->expect(subjects, 1);
    for (int i = 0; i < 50; ++i)
        bench.end(subjects[i], "plan");
    bench.end("s55", "plan", kFailed);
    bench.start("s59", "plan");
    const auto lines = split(bench.screen.text(), '\n');
    REQUIRE(lines.size() == 20);
    CHECK(lines[0] == "8 waiting  1 running  50 done  1 failed");
    CHECK(lines[1] == "ok s0");
    CHECK(lines[9] == ".. s50");
    CHECK(lines[14] == "!! s55  plan: failed");
    CHECK(lines[18] == ">> s59  plan");
    CHECK(lines[19] == "and 42 more (42 done)");
}

TEST_CASE("resource events draw at most ten times a second, steps at once") {
    Bench bench(kTree);
    bench.live->expect({"a"});
    bench.start("a", "apply");
    CHECK(bench.writes == 2);
    for (int i = 0; i < 1000; ++i) {
        bench.now += 1ms;
        bench.resource("a", "apply_complete", "x", "create");
    }
    CHECK(bench.writes == 2 + 10);
    bench.start("a", "prove");
    CHECK(bench.writes == 2 + 10 + 1);
    bench.start("a", "reviewer");
    CHECK(bench.writes == 2 + 10 + 1);
}

TEST_CASE("no row is wider than the terminal") {
    for (const int width : {1, 2, 3, 5, 12, 40, 80}) {
        Bench bench(kTree, std::max(width, 2));
        bench.columns = width;
        bench.live->expect({"日本語/main", std::string(200, 'x')});
        bench.start("日本語/main", "apply");
        bench.resource("日本語/main", "apply_start", std::string(300, 'y'), "create");
        bench.now += 5s;
        bench.live->say("");
        CAPTURE(width);
        CHECK_FALSE(bench.screen.wrapped);
    }
}

TEST_CASE("rows that a narrower terminal has broken in two are removed whole") {
    std::string written;
    int columns = 80;
    const auto live = make_live(
        kTree, [&](const std::string& text) { written = text; }, [&] { return columns; });
    live->expect({std::string(56, 'x')});
    columns = 40;
    live->finish();
    CHECK(written == "\x1b[2A\x1b[J");
}

TEST_CASE("the tree's colour is on the glyph alone") {
    Bench bench({LiveOptions::Style::tree, true, 0});
    bench.live->expect({"a"});
    bench.written.clear();
    bench.start("a", "plan");
    CHECK(bench.written == "\x1b[1A\x1b[J\x1b[1m>>\x1b[0m a  plan\n");
}

TEST_CASE("plain lines: steps that ran and resources that change") {
    Bench bench(kPlain);
    bench.live->expect({"shop@dev/main", "net/main"});
    CHECK(bench.written == "working on shop@dev/main, net/main\n");
    bench.written.clear();
    bench.start("shop@dev/main", "init");
    bench.end("shop@dev/main", "init");
    bench.start("shop@dev/main", "validate");
    bench.end("shop@dev/main", "validate", graph::NodeStatus::ok,
              "the same files were found valid");
    bench.start("shop@dev/main", "reviewer");
    bench.end("shop@dev/main", "reviewer");
    bench.start("shop@dev/main", "apply");
    bench.resource("shop@dev/main", "refresh_start", "aws_vpc.net", "");
    bench.resource("shop@dev/main", "apply_start", "aws_vpc.net", "create");
    bench.resource("shop@dev/main", "apply_progress", "aws_vpc.net", "create", 70);
    bench.resource("shop@dev/main", "apply_complete", "aws_vpc.net", "create", 72);
    bench.resource("shop@dev/main", "apply_errored", "aws_eip.a", "update", 2);
    bench.end("shop@dev/main", "apply", kFailed, "", {error("terraform.apply", "quota\nexceeded")});
    bench.end("net/main", "apply", kSkipped, "upstream failed: shop@dev/main apply");
    bench.live->say("a line");
    bench.live->finish();
    CHECK(bench.written ==
          "shop@dev/main  init      ok  1.2 s\n"
          "shop@dev/main  apply     started\n"
          "shop@dev/main  aws_vpc.net: creating\n"
          "shop@dev/main  aws_vpc.net: still creating, 1 min 10 s\n"
          "shop@dev/main  aws_vpc.net: created 1 min 12 s\n"
          "shop@dev/main  aws_eip.a: updating failed after 2 s\n"
          "shop@dev/main  apply     failed  1.2 s  error[terraform.apply]: quota\n"
          "a line\n");
}

TEST_CASE("verbose plain lines: also agents, skips and reads") {
    Bench bench(kVerbose);
    bench.live->expect({"a", "b", "c", "d", "e", "f", "g"});
    bench.end("a", "validate", graph::NodeStatus::ok, "valid before");
    bench.end("a", "reviewer");
    bench.resource("a", "refresh_complete", "aws_vpc.net", "");
    bench.end("b", "plan", kSkipped, "interrupted");
    CHECK(bench.written ==
          "working on a, b, c, d, e and 2 more\n"
          "a  validate  not needed: valid before\n"
          "a  reviewer  ok  1.2 s\n"
          "a  aws_vpc.net: refreshed\n"
          "b  plan      skipped: interrupted\n");
}

TEST_CASE("quiet shows failures and nothing else") {
    Bench bench(kQuiet);
    bench.live->expect({"a"});
    bench.start("a", "apply");
    bench.resource("a", "apply_start", "aws_vpc.net", "create");
    bench.end("a", "apply");
    bench.live->say("hello");
    bench.end("a", "prove", kFailed, "", {error("e.e", "no")});
    CHECK(bench.written == "a  prove     failed  1.2 s  error[e.e]: no\n");
}

TEST_CASE("Ctrl-C says what is finished first, in every style") {
    for (const auto& options : {kTree, kPlain, kQuiet}) {
        Bench bench(options, 200);
        bench.live->expect({"a/main", "b/main"});
        bench.start("a/main", "apply");
        bench.start("b/main", "reviewer");
        bench.live->interrupted();
        CHECK(
            bench.written.find("finishing a/main apply; state will be saved. Press Ctrl-C again to "
                               "stop now (state may be lost)\n") != std::string::npos);
    }
    Bench idle(kPlain);
    idle.live->interrupted();
    CHECK(idle.written == "stopping: nothing is running\n");
    Bench busy(kPlain);
    for (int i = 0; i < 8; ++i)
        busy.start(fmt::format("s{}", i), "plan");
    busy.live->interrupted();
    CHECK(starts_with(busy.written,
                      "finishing s0 plan, s1 plan, s2 plan, s3 plan, s4 plan and 3 more; state"));
}

TEST_CASE("hostile names and messages are inert") {
    for (const auto& options : {kTree, kVerbose}) {
        Bench bench(options, 200);
        bench.live->expect({"a\x1b[2J\n"});
        bench.start("a\x1b[2J\n", "ap\rply");
        bench.resource("a\x1b[2J\n", "apply_start", "aws_vpc.x[\"\x1b]0;t\x07\"]", "create");
        bench.now += 1s;
        bench.end("a\x1b[2J\n", "ap\rply", kFailed, "",
                  {error("e.e",
                         "\x1b[31mred\x9b"
                         "2J")});
        bench.live->say("\x1b[A");
        std::string rest = bench.written;
        for (const std::string_view ours : {"\x1b[1A", "\x1b[J"}) {
            for (auto at = rest.find(ours); at != std::string::npos; at = rest.find(ours))
                rest.erase(at, ours.size());
        }
        CHECK(rest.find_first_of("\x1b\r\x07\x9b") == std::string::npos);
        CHECK(rest.find("error[e.e]: \\x1b[31mred\\x9b2J\n") != std::string::npos);
    }
}

TEST_CASE("events of any shape do no harm") {
    Bench bench(kVerbose);
    for (const auto* text : {"null", "[]", "{}", R"({"type":1})", R"({"type":"apply_start"})",
                             R"({"type":"apply_start","hook":{"resource":{"addr":7}}})"})
        bench.live->event("a", "apply", Json::parse(text));
    CHECK(bench.written == "");
    bench.live->event("a", "apply", Json::parse(R"({"type":"apply_complete","hook":{"resource":
        {"addr":"x.y"},"action":"forget","elapsed_seconds":-1e300}})"));
    CHECK(bench.written == "a  x.y: done\n");
}

TEST_CASE("many threads may report at once") {
    LiveOptions options = kTree;
    std::string written;
    const auto live = make_live(
        options, [&](const std::string& text) { written += text; }, [] { return 80; });
    live->expect({"a", "b"});
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&live, i] {
            graph::Node node;
            node.name = fmt::format("n{}", i);
            node.is_step = true;
            for (int n = 0; n < 200; ++n) {
                live->started("a", node);
                live->event("a", node.name, Json::object());
                live->finished({"a", node.name, graph::NodeStatus::ok, "", {}, 1ms}, node);
            }
        });
    threads.clear();
    live->finish();
    test::Screen screen(80);
    screen.write(written);
    CHECK(screen.text() == "");
    CHECK_FALSE(screen.wrapped);
}

TEST_CASE("durations as people say them") {
    CHECK(duration_text(0us) == "0 s");
    CHECK(duration_text(40ms) == "0.0 s");
    CHECK(duration_text(1250ms) == "1.2 s");
    CHECK(duration_text(9960ms) == "10 s");
    CHECK(duration_text(59s) == "59 s");
    CHECK(duration_text(125s) == "2 min 5 s");
    CHECK(duration_text(3720s) == "1 h 2 min");
}

}  // namespace live_test
