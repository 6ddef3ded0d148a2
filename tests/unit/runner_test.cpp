#include "run/runner.h"

#include <fmt/core.h>

#include <atomic>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/text.h"
#include "tests/unit/tools.h"

namespace runner_test {

using namespace agentops;
using namespace agentops::run;
using namespace std::chrono_literals;
using test::script;
using test::text_of;

namespace {

struct Fixture {
    explicit Fixture(const std::string& name) : dir(test::folder(name)) {
        options.log_dir = dir / "logs";
        options.environment = {{"PATH", "/usr/bin:/bin"}};
        options.secrets = [this](const std::string& secret) -> Result<std::string> {
            ++fetched;
            if (secret == "pw") return std::string("hunter2<&>");
            return fail(error("secret.missing", "no " + secret));
        };
        options.on_event = [this](const std::string& subject, const Step& step, const Json& event) {
            seen.push_back(subject + " " + step.name + " " + dump_json(event));
        };
    }
    /// A fake tool in the test's folder.
    std::string tool(const std::string& body) {
        return script((dir / fmt::format("tool{}", ++tools)).string(), body);
    }
    StepResult run(decltype(Step::action) action) {
        if (!runner) runner = make_runner(options, interrupt, redactor);
        return runner->run("shop@dev/main", {"plan", "terraform", std::move(action)});
    }

    fs::path dir;
    RunnerOptions options;
    Interrupt interrupt;
    Redactor redactor;
    std::unique_ptr<Runner> runner;
    std::vector<std::string> seen;
    std::atomic<int> fetched{0};
    int tools = 0;
};

/// "code: message" of each diagnostic, one a line.
std::string messages(const StepResult& result) {
    std::string text;
    for (const auto& d : result.diagnostics)
        text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", d.code, d.message);
    return text;
}

fs::perms mode_of(const fs::path& path) {
    return fs::status(path).permissions() & fs::perms::mask;
}

/// Everything below a folder, names and contents.
std::string dump(const fs::path& dir) {
    std::string text;
    for (const auto& entry : fs::recursive_directory_iterator(dir)) {
        text += entry.path().string() + "\n";
        if (entry.is_regular_file()) text += text_of(entry.path());
    }
    return text;
}

}  // namespace

TEST_CASE("runner: a call leaves its output in private files of its subject and step") {
    Fixture f("r-logs");
    const auto result = f.run(ToolCall{{f.tool("echo out; echo err >&2")}});
    CHECK(result.ok);
    CHECK(result.ran);
    CHECK(result.name == "plan");
    CHECK(result.stdout_log == f.dir / "logs/shop@dev/main/plan.stdout");
    CHECK(text_of(result.stdout_log) == "out\n");
    CHECK(text_of(result.stderr_log) == "err\n");
    CHECK(mode_of(result.stdout_log) == fs::perms(0600));
    CHECK(mode_of(f.dir / "logs/shop@dev") == fs::perms(0700));
    CHECK(result.output.empty());
    CHECK(!result.json);
}

TEST_CASE("runner: text and JSON are captured, whatever their size") {
    Fixture f("r-capture");
    using Capture = ToolCall::Capture;
    ToolCall text{{f.tool("head -c 5000000 /dev/zero | tr '\\0' x")}};
    text.capture = Capture::text;
    CHECK(f.run(text).output == std::string(5'000'000, 'x'));
    ToolCall json{{f.tool("echo '{\"a\": [1, \"\xc3\xa9\"]}'")}};
    json.capture = Capture::json;
    CHECK(*f.run(json).json == Json{{"a", {1, "\xc3\xa9"}}});
}

TEST_CASE("runner: output that is not what it should be is a diagnostic with an excerpt") {
    Fixture f("r-garbage");
    using Capture = ToolCall::Capture;
    ToolCall json{{f.tool("printf 'Welcome \\033[1m{'")}};
    json.capture = Capture::json;
    const auto result = f.run(json);
    CHECK(!result.ok);
    CHECK(messages(result) ==
          "tool.garbage: the output of terraform plan of shop@dev/main is not JSON: Welcome "
          "\\x1b[1m{");
    json.secret_output = true;
    CHECK(messages(f.run(json)).ends_with("is not JSON: (secret)"));
    ToolCall text{{f.tool("printf 'a\\377b'")}};
    text.capture = Capture::text;
    CHECK(messages(f.run(text)).ends_with("is not UTF-8: a\\xffb"));
    json.argv = {"/usr/bin/truncate", "-s", "1100M", "/proc/self/fd/1"};
    CHECK(messages(f.run(json)).starts_with("tool.output-too-large: "));
}

TEST_CASE("runner: a failure names tool, step, subject, exit code and the tool's words") {
    Fixture f("r-fail");
    const auto failed =
        f.run(ToolCall{{f.tool("echo 'Error: no' >&2; printf '\\033x' >&2; exit 3")}});
    CHECK(!failed.ok);
    CHECK(failed.exit_code == 3);
    CHECK(messages(failed) ==
          "tool.failed: terraform plan of shop@dev/main failed (exit code 3): Error: no\\n\\x1bx");
    CHECK(messages(f.run(ToolCall{{f.tool("echo only stdout; kill -9 $$")}})) ==
          "tool.failed: terraform plan of shop@dev/main failed (signal 9): only stdout");
    ToolCall judged{{f.tool("exit 2")}};
    judged.accepted = {0, 2};
    const auto accepted = f.run(judged);
    CHECK(accepted.ok);
    CHECK(accepted.exit_code == 2);
}

TEST_CASE("runner: the tool's words are cut to the end that matters") {
    Fixture f("r-cut");
    f.options.excerpt_bytes = 12;
    const auto result =
        f.run(ToolCall{{f.tool("printf 'a long story, at last: \\303\\251 reason' >&2; exit 1")}});
    CHECK(messages(result).ends_with("(exit code 1): ...t: \xc3\xa9 reason"));
}

TEST_CASE("runner: a missing program fails the step") {
    Fixture f("r-missing");
    const auto result = f.run(ToolCall{{"terraform"}});
    CHECK(!result.ok);
    CHECK(messages(result) == "tool.missing: the program 'terraform' was not found");
}

TEST_CASE("runner: JSON lines become events as they come") {
    Fixture f("r-events");
    ToolCall call{
        {f.tool("echo '{\"type\":\"version\"}'; echo not json; echo '[1]'; echo;\n"
                "for i in 1 2 3 4 5 6 7 8 9 10; do test -e seen && break; sleep 0.03; done\n"
                "test -e seen && echo '{\"type\":\"followed\"}'; printf '{\"torn'")}};
    call.cwd = f.dir;
    call.json_lines = true;
    f.options.on_event = [&](const auto&, const Step&, const Json& event) {
        f.seen.push_back(dump_json(event));
        if (event["type"] == "version") REQUIRE(write_file(f.dir / "seen", "", 0600));
    };
    const auto result = f.run(call);
    CHECK(result.ok);
    const std::vector<Json> wanted = {{{"type", "version"}},
                                      {{"type", "unparsed"}, {"text", "not json"}},
                                      {{"type", "unparsed"}, {"text", "[1]"}},
                                      {{"type", "followed"}},
                                      {{"type", "unparsed"}, {"text", "{\"torn"}}};
    CHECK(result.events == wanted);
    CHECK(f.seen.size() == 5);
}

TEST_CASE("runner: a failing call with events is explained by its own error events") {
    Fixture f("r-diagnostics");
    ToolCall call{{f.tool(
        "cat <<'END'\n"
        R"({"type":"diagnostic","diagnostic":{"severity":"warning","summary":"w"}})"
        "\n"
        R"({"type":"diagnostic","diagnostic":{"severity":"error","summary":"Bad","detail":"a\nb"}})"
        "\n"
        R"({"type":"diagnostic","diagnostic":{"severity":"error","summary":"Worse","detail":""}})"
        "\nEND\necho noise >&2; exit 1")}};
    call.json_lines = true;
    CHECK(messages(f.run(call)).ends_with("failed (exit code 1): Bad: a\\nb; Worse"));
}

TEST_CASE("runner: an emergency state dump stays whole in its log and is forwarded without state") {
    Fixture f("r-dump");
    ToolCall call{
        {f.tool("echo \"{\\\"type\\\":\\\"log\\\",\\\"state\\\":\\\"pw=$PW\\\"}\"; exit 1")}};
    call.env = {{"PW", SecretName{"pw"}}};
    call.json_lines = true;
    const auto result = f.run(call);
    CHECK(result.events == std::vector<Json>{{{"type", "log"}, {"state", "pw=hunter2<&>"}}});
    CHECK(text_of(result.stdout_log) == "{\"type\":\"log\",\"state\":\"pw=hunter2<&>\"}\n");
    REQUIRE(f.seen.size() == 1);
    CHECK(f.seen[0].find("pw=") == std::string::npos);
    CHECK(f.seen[0].find("kept in") != std::string::npos);
}

TEST_CASE(
    "runner: a secret reaches the environment only, once fetched, and no log, event or word") {
    Fixture f("r-secret");
    ToolCall call{
        {f.tool("test \"$PW\" = 'hunter2<&>' || exit 9; tr '\\0' ' ' < /proc/$$/cmdline\n"
                "echo \"{\\\"type\\\":\\\"x\\\",\\\"pw\\\":\\\"$PW\\\"}\"\n"
                "echo 'hunter2\\u003c\\u0026\\u003e'; echo \"fail: $PW\" >&2; exit 1")}};
    call.env = {{"PW", SecretName{"pw"}}, {"PLAIN", "p"}};
    call.json_lines = true;
    for (int i = 0; i < 2; ++i) {
        const auto result = f.run(call);
        CHECK(result.exit_code == 1);
        CHECK(messages(result).ends_with("(exit code 1): fail: (secret)"));
        CHECK(mode_of(result.stderr_log) == fs::perms(0600));
    }
    CHECK(f.fetched == 1);
    fs::remove(f.dir / "tool1");
    CHECK(dump(f.dir).find("hunter2") == std::string::npos);
    CHECK(join(f.seen, "\n").find("hunter2") == std::string::npos);
}

TEST_CASE("runner: without the secret the program is not started") {
    Fixture f("r-no-secret");
    ToolCall call{{f.tool("touch started")}};
    call.cwd = f.dir;
    call.env = {{"PW", SecretName{"other"}}};
    for (int i = 0; i < 2; ++i)
        CHECK(messages(f.run(call)) == "secret.missing: no other");
    CHECK(f.fetched == 1);
    CHECK(!fs::exists(f.dir / "started"));
}

TEST_CASE("runner: secret output has no name in any folder, not even while the program runs") {
    Fixture f("r-secret-output");
    ToolCall call{{f.tool("ls -R logs > names; echo '{\"pw\":\"x\"}'")}};
    call.cwd = f.dir;
    call.capture = ToolCall::Capture::json;
    call.secret_output = true;
    const auto result = f.run(call);
    CHECK(*result.json == Json{{"pw", "x"}});
    CHECK(result.stdout_log.empty());
    CHECK(dump(f.dir / "logs").find("stdout") == std::string::npos);
    CHECK(text_of(f.dir / "names").find("plan.stdout") == std::string::npos);
    CHECK(text_of(f.dir / "names").find("plan.stderr") != std::string::npos);
}

TEST_CASE("runner: a stamp is written after success only, with digests of what is there then") {
    Fixture f("r-stamp");
    ToolCall call{{f.tool("printf locked > lock; exit $CODE")}};
    call.cwd = f.dir;
    call.env = {{"CODE", "1"}};
    call.stamp = Stamp{f.dir / "cache/init", "key", {f.dir / "lock", f.dir / "none"}};
    CHECK(!f.run(call).ok);
    CHECK(!fs::exists(f.dir / "cache/init"));
    call.env = {{"CODE", "0"}};
    CHECK(f.run(call).ok);
    const auto wanted = fmt::format("key\n{}  {}\n-  {}\n", sha256("locked"),
                                    (f.dir / "lock").string(), (f.dir / "none").string());
    CHECK(text_of(f.dir / "cache/init") == wanted);
    CHECK(stamp_text(*call.stamp) == wanted);
    call.stamp->path = "/proc/no/such/place";
    const auto result = f.run(call);
    CHECK(result.ok);
    CHECK(result.diagnostics.at(0).level == Level::warning);
}

TEST_CASE("runner: calls with the same exclusive word never overlap, others do") {
    Fixture f("r-exclusive");
    const auto tool = f.tool("mkdir \"$1\" || exit 1; sleep 0.05; rmdir \"$1\"");
    f.runner = make_runner(f.options, f.interrupt, f.redactor);
    std::atomic<int> good{0};
    const auto start = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, word = std::string(i < 3 ? "a" : "b"), i] {
                ToolCall call{{tool, word}, f.dir};
                call.exclusive = word;
                good += f.runner->run(fmt::format("s{}", i), {"s", "t", call}).ok;
            });
        }
    }
    CHECK(good == 6);
    CHECK(std::chrono::steady_clock::now() - start >= 150ms);
}

TEST_CASE("runner: memory is shared out; a call that is too big runs alone") {
    Fixture f("r-memory");
    f.options.memory_mb = 100;
    const auto tool = f.tool(
        "mkdir \"$1\" && touch \"$1/$2\"; sleep 0.03; ls | grep -c '^m[0-9]$';"
        "rm -r \"$1\"");
    f.runner = make_runner(f.options, f.interrupt, f.redactor);
    std::atomic<int> crowded{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, i] {
                ToolCall call{{tool, fmt::format("m{}", i), "x"}, f.dir};
                call.capture = ToolCall::Capture::text;
                call.memory_mb = i == 0 ? 500 : 50;
                const auto result = f.runner->run(fmt::format("s{}", i), {"s", "t", call});
                const int together = std::stoi(result.output);
                crowded += together > (i == 0 ? 1 : 2);
            });
        }
    }
    CHECK(crowded == 0);
}

TEST_CASE("runner: an interrupted call says so, and nothing new starts after it") {
    Fixture f("r-interrupt");
    const auto ready = f.dir / "ready";
    std::jthread user([&] {
        test::appears(ready);
        f.interrupt.request(SIGINT);
    });
    ToolCall call{
        {f.tool("trap 'echo Stopping >&2; exit 1' INT; touch ready\n"
                "while :; do sleep 0.02; done")}};
    call.cwd = f.dir;
    const auto first = f.run(call);
    CHECK(first.interrupted);
    CHECK(first.ran);
    CHECK(messages(first) ==
          "tool.interrupted: terraform plan of shop@dev/main was interrupted (exit code 1): "
          "Stopping");
    const auto second = f.run(call);
    CHECK(second.interrupted);
    CHECK(!second.ran);
    CHECK(!second.ok);
    CHECK(messages(f.run(Probe{"tcp://127.0.0.1:1"})) ==
          "tool.interrupted: terraform plan of shop@dev/main was not started: interrupted");
    CHECK(f.run(WriteFiles{f.dir / "w", {{"f", "x"}}, {}, {}}).ok);
}

TEST_CASE("runner: a deadline that passed is a failure even if the tool then ends well") {
    Fixture f("r-deadline");
    ToolCall call{{f.tool("trap 'exit 0' INT; while :; do sleep 0.02; done")}};
    call.deadline = 100ms;
    const auto result = f.run(call);
    CHECK(result.timed_out);
    CHECK(!result.ok);
    CHECK(messages(result) ==
          "tool.timeout: terraform plan of shop@dev/main took too long and was stopped (exit code "
          "0)");
}

TEST_CASE("runner: file steps and probes report like calls do") {
    Fixture f("r-files");
    REQUIRE(write_file(f.dir / "a.json", "{", 0600));
    CHECK(messages(f.run(ReadJson{f.dir / "a.json"})).starts_with("file.damaged: "));
    const auto missing = f.run(ReadJson{f.dir / "none.json"});
    CHECK(missing.ok);
    CHECK(*missing.json == Json());
    CHECK(f.run(CopyFile{f.dir / "a.json", f.dir / "b.json"}).ok);
    CHECK(text_of(f.dir / "b.json") == "{");
    const auto probe = f.run(Probe{"tcp://127.0.0.1:1", 200, 10ms});
    CHECK(!probe.ok);
    CHECK(messages(probe).starts_with("probe.failed: "));
}

TEST_CASE("runner: a step that is skipped on purpose is ok and did not run; so is any dry one") {
    Fixture f("r-skip");
    f.run(ReadJson{"x"});
    const Step step{"init", "terraform", ToolCall{{f.tool("touch ran")}, f.dir}, false,
                    "no change"};
    const auto dry = make_dry_runner();
    for (auto* runner : {f.runner.get(), dry.get()}) {
        const auto result = runner->run("s", step);
        CHECK(result.ok);
        CHECK(!result.ran);
        CHECK(result.name == "init");
    }
    CHECK(!fs::exists(f.dir / "ran"));
}

TEST_CASE("runner: a subject cannot lead out of the log folder") {
    Fixture f("r-out");
    f.run(ReadJson{"x"});
    const Step step{"plan", "terraform", ToolCall{{"true"}}};
    for (const auto* subject : {"../x", "/x", "a/../../x"})
        CHECK_THROWS_AS(f.runner->run(subject, step), InternalError);
}

}  // namespace runner_test
