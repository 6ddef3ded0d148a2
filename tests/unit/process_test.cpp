#include "run/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/text.h"
#include "run/fd.h"
#include "tests/unit/tools.h"

namespace process_test {

using namespace agentops;
using namespace agentops::run;
using namespace std::chrono_literals;
using test::script;

namespace {

/// Runs a program to its end, with its output in memory.
struct Fixture {
    Interrupt interrupt;
    Fd out = *memory_file();
    Fd err = *memory_file();
    ProcessSpec spec{{}, {}, {{"PATH", "/usr/bin:/bin"}}, out.get(), err.get(), {}};
    Patience patience{.deadline = 5s};

    Result<ProcessEnd> run(std::vector<std::string> argv) {
        spec.argv = std::move(argv);
        return run_process(spec, patience, interrupt);
    }
    std::string output() const { return read_at(out.get(), 0, 1 << 24); }
};

std::string first_code(const Result<ProcessEnd>& end) {
    return end ? "" : end.error().front().code;
}

/// No process of this group lives; zombies that init has not collected yet do not count.
bool group_is_gone(const std::string& group) {
    Fixture ps;
    REQUIRE(ps.run({"ps", "-eo", "pgid=,stat="}));
    for (const auto& line : split(ps.output(), '\n')) {
        const auto words = trim(line);
        if (starts_with(words, group + " ") && words.find(" Z") == std::string::npos) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("process: arguments arrive byte for byte") {
    Fixture f;
    const auto tool = script("argv", "for a in \"$@\"; do printf '<%s>' \"$a\"; done");
    REQUIRE(f.run({tool, "a b", "-x", "", "$(id)", "line\nline", "'\"\\`;|*", "@file", "\xff"}));
    CHECK(f.output() == "<a b><-x><><$(id)><line\nline><'\"\\`;|*><@file><\xff>");
}

TEST_CASE("process: the environment is the given one and nothing else") {
    Fixture f;
    REQUIRE(setenv("AGENTOPS_CANARY", "leak", 1) == 0);
    f.spec.env = {{"PATH", "/usr/bin:/bin"}, {"A", "1 2\n3"}, {"EMPTY", ""}};
    REQUIRE(f.run({"/usr/bin/env", "-0"}));
    CHECK(f.output() == std::string("A=1 2\n3\0EMPTY=\0PATH=/usr/bin:/bin\0", 34));
}

TEST_CASE("process: folder, umask, empty input, own session") {
    Fixture f;
    f.spec.cwd = test::folder("process-elsewhere");
    const auto tool = script("where", "pwd; umask; cat; ps -o pgid=,sid= -p $$ | tr -s ' ' '\\n'");
    REQUIRE(f.run({tool}));
    const auto lines = split(f.output(), '\n');
    REQUIRE(lines.size() >= 5);
    CHECK(lines[0] == f.spec.cwd.string());
    CHECK(lines[1] == "0077");
    const auto group = lines[lines.size() - 3], session = lines[lines.size() - 2];
    CHECK(group == session);
    CHECK(group != std::to_string(getpgrp()));
}

TEST_CASE("process: only the standard streams and the named descriptors are open") {
    Fixture f;
    const Fd kept(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const Fd leaky(::open("/dev/null", O_RDONLY));  // a library forgot O_CLOEXEC
    f.spec.inherited_fds = {kept.get()};
    REQUIRE(f.run({script("fds", "ls /proc/$$/fd")}));
    const auto open = split(trim(f.output()), '\n');
    const auto holds = [&](int fd) {
        return std::find(open.begin(), open.end(), std::to_string(fd)) != open.end();
    };
    CHECK(holds(kept.get()));
    CHECK(!holds(leaky.get()));
    CHECK(!holds(f.interrupt.fd()));
}

TEST_CASE("process: signals that we ignore or block work in the child") {
    Fixture f;
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, &before);
    REQUIRE(f.run({"/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}));
    CHECK(f.output() == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("process: an exit code is told from a signal of the same number") {
    Fixture f;
    const auto exited = f.run({script("nine", "exit 9")});
    REQUIRE(exited);
    CHECK(exited->exit_code == 9);
    CHECK(exited->signal == 0);
    const auto killed = f.run({script("killed", "kill -9 $$")});
    REQUIRE(killed);
    CHECK(killed->signal == SIGKILL);
}

TEST_CASE("process: a missing program says how to get it") {
    Fixture f;
    f.spec.env["PATH"] = "/nowhere";
    const auto end = f.run({"terraform"});
    REQUIRE(!end);
    CHECK(render(end.error()) ==
          "error[tool.missing]: the program 'terraform' was not found\n"
          " = help: install it (https://developer.hashicorp.com/terraform/install) or set "
          "terraform.binary in agentops.yaml\n");
    CHECK(first_code(f.run({"/no/such/program"})) == "tool.missing");
}

TEST_CASE("process: what cannot start says why") {
    Fixture f;
    REQUIRE(write_file("plain", "text", 0600));
    CHECK(first_code(f.run({"./plain"})) == "tool.not-started");
    CHECK(first_code(f.run({script("orphan", "", "/no/such/interpreter")})) == "tool.not-started");
    f.spec.cwd = "/no/such/folder";
    CHECK(first_code(f.run({"true"})) == "tool.not-started");
    f.spec.cwd.clear();
    CHECK(first_code(f.run({"true", std::string(200'000, 'x')})) == "tool.not-started");
    CHECK_THROWS_AS(f.run({"true", std::string("a\0b", 3)}), InternalError);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no zombie was left
}

TEST_CASE("process: relative entries of PATH are passed over") {
    Fixture f;
    script("planted-tool", "echo planted");
    f.spec.env["PATH"] = ":.:/usr/bin:/bin";
    CHECK(first_code(f.run({"planted-tool"})) == "tool.missing");
    CHECK(f.run({"true"}));
}

TEST_CASE("process: one interrupt is one SIGINT") {
    Fixture f;
    const auto tool = script("polite",
                             "trap 'echo INT' INT; touch polite.ready\n"
                             "n=0; while [ $n -lt 15 ]; do sleep 0.02; n=$((n+1)); done; exit 3");
    std::jthread user([&] {
        test::appears("polite.ready");
        f.interrupt.request(SIGTERM);
    });
    const auto end = f.run({tool});
    REQUIRE(end);
    CHECK(f.output() == "INT\n");
    CHECK(end->interrupted);
    CHECK(!end->timed_out);
    CHECK(end->exit_code == 3);
}

TEST_CASE("process: the second interrupt is a second SIGINT, then SIGKILL for the whole group") {
    Fixture f;
    f.patience.after_second = 200ms;
    const auto tool =
        script("stubborn",
               "trap 'echo INT' INT; (trap '' INT; sleep 30) & echo $$ > stubborn.pid\n"
               "touch stubborn.ready; while :; do sleep 0.02; done");
    std::jthread user([&] {
        test::appears("stubborn.ready");
        f.interrupt.request(SIGINT);
        std::this_thread::sleep_for(150ms);
        f.interrupt.request(SIGINT);
    });
    const auto end = f.run({tool});
    REQUIRE(end);
    CHECK(f.output() == "INT\nINT\n");
    CHECK(end->signal == SIGKILL);
    CHECK(end->interrupted);
    CHECK(end->took >= 350ms);
    CHECK(group_is_gone(std::string(trim(test::text_of("stubborn.pid")))));
}

TEST_CASE("process: a gentle stop is asked for once; only the second interrupt is a SIGINT") {
    Fixture f;
    int asked = 0;
    f.patience.stop_gently = [&] {
        ++asked;
        test::script("gentle.stop", "");
    };
    const auto tool =
        script("gentle",
               "trap 'echo INT; exit 3' INT; touch gentle.ready\n"
               "while :; do test -e gentle.stop && echo asked && sleep 0.1; sleep 0.02; done");
    std::jthread user([&] {
        test::appears("gentle.ready");
        f.interrupt.request(SIGINT);
        test::appears("gentle.stop");
        std::this_thread::sleep_for(150ms);
        f.interrupt.request(SIGINT);
    });
    const auto end = f.run({tool});
    REQUIRE(end);
    CHECK(asked == 1);
    CHECK(starts_with(f.output(), "asked\n"));
    CHECK(f.output().find("INT\n") == f.output().size() - 4);
    CHECK(end->exit_code == 3);
    CHECK(end->interrupted);
}

TEST_CASE("process: the deadline needs no gentle stop") {
    Fixture f;
    f.patience.deadline = 100ms;
    f.patience.stop_gently = [] { FAIL("nobody interrupted it"); };
    const auto end = f.run({script("slow", "trap 'exit 4' INT; while :; do sleep 0.02; done")});
    REQUIRE(end);
    CHECK(end->timed_out);
    CHECK(end->exit_code == 4);
}

TEST_CASE("process: the deadline is one SIGINT, then SIGKILL") {
    Fixture f;
    f.patience.deadline = 100ms;
    f.patience.after_deadline = 150ms;
    const auto deaf = f.run({script("deaf", "trap 'echo INT' INT; while :; do sleep 0.02; done")});
    REQUIRE(deaf);
    CHECK(f.output() == "INT\n");
    CHECK(deaf->timed_out);
    CHECK(!deaf->interrupted);
    CHECK(deaf->signal == SIGKILL);
    const auto obedient = f.run({"sleep", "30"});
    REQUIRE(obedient);
    CHECK(obedient->timed_out);
    CHECK(obedient->signal == SIGINT);
}

TEST_CASE("process: a stopped program ends when it must") {
    Fixture f;
    f.patience.deadline = 50ms;
    f.patience.after_deadline = 50ms;
    const auto end = f.run({script("stopped", "kill -STOP $$")});
    REQUIRE(end);
    CHECK(end->signal == SIGKILL);
}

TEST_CASE("process: what a tool leaves running after a good end is not our business") {
    Fixture f;
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(f.run({script("leaver", "sleep 0.3 && touch leaver.done &")}));
    CHECK(std::chrono::steady_clock::now() - start < 250ms);
    CHECK(test::appears("leaver.done"));
}

TEST_CASE("process: ticks come while it runs") {
    Fixture f;
    int ticks = 0;
    f.patience.tick = [&] { ++ticks; };
    REQUIRE(f.run({"sleep", "0.35"}));
    CHECK(ticks >= 3);
    CHECK(ticks <= 5);
}

TEST_CASE("process: when we are killed the child goes on and finishes its work") {
    const auto tool = script("survivor", "touch survivor.ready; sleep 0.2; echo all; touch done");
    const pid_t us = ::fork();
    REQUIRE(us >= 0);
    if (us == 0) {
        Interrupt interrupt;
        const auto log = *create_log("survivor.out");
        (void)run_process({{tool}, {}, {{"PATH", "/usr/bin:/bin"}}, log.get(), log.get(), {}}, {},
                          interrupt);
        ::_exit(0);
    }
    CHECK(test::appears("survivor.ready"));
    ::kill(us, SIGKILL);
    ::waitpid(us, nullptr, 0);
    CHECK(!fs::exists("done"));
    CHECK(test::appears("done"));
    CHECK(test::text_of("survivor.out") == "all\n");
}

TEST_CASE("process: many at once start and end well") {
    Interrupt interrupt;
    std::vector<std::jthread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            Fixture f;
            const auto end = f.run({"sh", "-c", fmt::format("echo {}; exit {}", i, i)});
            good += end && end->exit_code == i && f.output() == fmt::format("{}\n", i);
        });
    }
    threads.clear();
    CHECK(good == 8);
}

TEST_CASE("process: a log is private and never written through a link") {
    REQUIRE(write_file("victim", "kept", 0600));
    fs::create_symlink("victim", "link.log");
    CHECK(!create_log("link.log"));
    CHECK(test::text_of("victim") == "kept");
    REQUIRE(create_log("own.log"));
    CHECK((fs::status("own.log").permissions() & fs::perms::mask) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

}  // namespace process_test
