// What the runner does for machines: secrets in files, waiting for ssh, stopping a playbook.

#include <arpa/inet.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "run/fd.h"
#include "run/runner.h"
#include "tests/unit/tools.h"

namespace runner_hosts_test {

using namespace agentops;
using namespace agentops::run;
using namespace std::chrono_literals;
using test::text_of;

namespace {

/// Says `banner` to everyone who connects; with "" it says nothing and hangs up.
class Server {
public:
    explicit Server(std::string banner) : banner_(std::move(banner)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_.get(), generic, size) == 0);
        REQUIRE(::getsockname(socket_.get(), generic, &size) == 0);
        REQUIRE(::listen(socket_.get(), 8) == 0);
        port = ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~Server() { ::shutdown(socket_.get(), SHUT_RDWR); }

    int port = 0;

private:
    void serve() {
        while (true) {
            const Fd peer(::accept(socket_.get(), nullptr, nullptr));
            if (!peer.valid()) return;
            ::send(peer.get(), banner_.data(), banner_.size(), MSG_NOSIGNAL);
        }
    }

    std::string banner_;
    Fd socket_{::socket(AF_INET, SOCK_STREAM, 0)};
    std::jthread thread_;
};

struct Fixture {
    explicit Fixture(const std::string& name) : dir(test::folder(name)) {
        options.log_dir = dir / "logs";
        options.environment = {{"PATH", "/usr/bin:/bin"}};
        options.secrets = [this](const std::string& secret) -> Result<std::string> {
            ++fetched;
            if (secret == "pw") return std::string("hunter2");
            return fail(error("secret.missing", "no " + secret));
        };
    }
    StepResult run(decltype(Step::action) action) {
        if (!runner) runner = make_runner(options, interrupt, redactor);
        return runner->run("shop/web", {"play", "ansible-playbook", std::move(action)});
    }
    Json reach(std::vector<ReachHosts::Endpoint> hosts, std::chrono::milliseconds within = 50ms) {
        const auto result = run(ReachHosts{std::move(hosts), within});
        CHECK(result.ok);
        CHECK(result.diagnostics.empty());
        return result.json ? *result.json : Json();
    }

    fs::path dir;
    RunnerOptions options;
    Interrupt interrupt;
    Redactor redactor;
    std::unique_ptr<Runner> runner;
    int fetched = 0;
};

/// A port that nobody listens on.
int closed_port() {
    return Server("").port;
}

}  // namespace

TEST_CASE("runner: secrets are laid in private files, once fetched, and masked from then on") {
    Fixture f("h-secrets");
    const WriteFiles step{f.dir / "run",
                          {{"v.json", R"({"pw": ""})", 0600, {{"/pw", "pw"}}},
                           {"keys/pw", "", 0600, {{"", "pw"}}},
                           {"plain", "p", 0600, {}}}};
    REQUIRE(f.run(step).ok);
    CHECK(Json::parse(text_of(f.dir / "run/v.json")) == Json{{"pw", "hunter2"}});
    CHECK(text_of(f.dir / "run/keys/pw") == "hunter2\n");
    CHECK(text_of(f.dir / "run/plain") == "p");
    CHECK((fs::status(f.dir / "run/keys/pw").permissions() & fs::perms::mask) == fs::perms(0600));
    CHECK(f.fetched == 1);
    CHECK(f.redactor.apply(std::string("it is hunter2")) == "it is (secret)");
}

TEST_CASE("runner: without the secret no file is written") {
    Fixture f("h-no-secret");
    const auto result = f.run(
        WriteFiles{f.dir / "run", {{"plain", "p", 0600, {}}, {"key", "", 0600, {{"", "x"}}}}});
    CHECK(!result.ok);
    CHECK(result.diagnostics.at(0).message == "no x");
    CHECK(!fs::exists(f.dir / "run/plain"));
}

TEST_CASE("runner: machines are there when their ssh says so") {
    Fixture f("h-reach");
    const Server ssh("SSH-2.0-OpenSSH_9.2\r\n"), other("HTTP/1.1 400\r\n"), silent("");
    const int closed = closed_port();
    const auto reached = f.reach({{"ok", "127.0.0.1", ssh.port},
                                  {"other", "127.0.0.1", other.port},
                                  {"silent", "127.0.0.1", silent.port},
                                  {"refused", "127.0.0.1", closed}});
    const auto late = [](int port, const char* why) {
        return fmt::format("ssh://127.0.0.1:{} did not answer as wanted within 0.05 s: {}", port,
                           why);
    };
    CHECK(reached == Json{{"ok", ""},
                          {"other", late(other.port, "did not answer with SSH")},
                          {"silent", late(silent.port, "did not answer with SSH")},
                          {"refused", late(closed, "Connection refused")}});
}

TEST_CASE("runner: a machine that comes up later is waited for") {
    Fixture f("h-later");
    const int port = closed_port();
    std::jthread boot([&] {
        std::this_thread::sleep_for(100ms);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        const Fd socket(::socket(AF_INET, SOCK_STREAM, 0));
        const int on = 1;
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(socket.get(), 1) == 0);
        const Fd peer(::accept(socket.get(), nullptr, nullptr));
        ::send(peer.get(), "SSH-2.0-x\r\n", 11, MSG_NOSIGNAL);
    });
    CHECK(f.reach({{"web", "127.0.0.1", port}}, 5s) == Json{{"web", ""}});
}

TEST_CASE("runner: nobody to wait for") {
    Fixture f("h-nobody");
    CHECK(f.reach({}) == Json::object());
}

TEST_CASE("runner: an interrupt ends the waiting") {
    Fixture f("h-interrupt");
    std::jthread user([&] {
        std::this_thread::sleep_for(30ms);
        f.interrupt.request(SIGINT);
    });
    const auto result = f.run(ReachHosts{{{"web", "127.0.0.1", closed_port()}}, 20s});
    CHECK(result.interrupted);
    CHECK(result.took < 2s);
}

TEST_CASE("runner: the first interrupt makes the stop file, and the program ends when it can") {
    Fixture f("h-stop");
    ToolCall call{{test::script((f.dir / "play").string(),
                                "trap 'echo INT' INT; touch ready\n"
                                "while [ ! -e stop ]; do sleep 0.02; done; echo well")}};
    call.cwd = f.dir;
    call.stop_file = f.dir / "stop";
    std::jthread user([&] {
        test::appears(f.dir / "ready");
        f.interrupt.request(SIGINT);
    });
    const auto result = f.run(call);
    CHECK(result.interrupted);
    CHECK(result.exit_code == 0);
    CHECK(text_of(result.stdout_log) == "well\n");
}

}  // namespace runner_hosts_test
