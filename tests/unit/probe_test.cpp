#include "run/probe.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "run/fd.h"
#include "tests/unit/tools.h"

namespace probe_test {

using namespace agentops;
using namespace agentops::run;
using namespace std::chrono_literals;

namespace {

/// Answers each connection on 127.0.0.1 with the next of `answers`, and keeps what was asked.
class Server {
public:
    explicit Server(std::vector<std::string> answers) : answers_(std::move(answers)) {
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
    std::string url(const std::string& path) const {
        return fmt::format("http://127.0.0.1:{}{}", port, path);
    }
    /// What the first connection asked for.
    std::string asked() {
        thread_.join();
        return asked_;
    }

    int port = 0;

private:
    void serve() {
        for (const auto& answer : answers_) {
            const Fd peer(::accept(socket_.get(), nullptr, nullptr));
            char buffer[1024];
            const auto n = ::recv(peer.get(), buffer, sizeof buffer, 0);
            if (asked_.empty() && n > 0) asked_.assign(buffer, static_cast<std::size_t>(n));
            ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }

    std::vector<std::string> answers_;
    Fd socket_{::socket(AF_INET, SOCK_STREAM, 0)};
    std::string asked_;
    std::jthread thread_;
};

Status probe(const Probe& step, const Environment& env = {}) {
    const Interrupt interrupt;
    return run_probe(step, env, interrupt);
}

std::string message(const Status& status) {
    return status ? "" : status.error().front().code + ": " + status.error().front().message;
}

constexpr const char* kOk = "HTTP/1.1 200 OK\r\n\r\nhello";

}  // namespace

TEST_CASE("probe: a request line, a host, and the wanted status") {
    Server server({kOk});
    CHECK(probe({server.url("/a?b=c#frag"), 200, 1s}));
    CHECK(server.asked() == fmt::format("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                                        "User-Agent: agentops\r\nAccept: */*\r\n"
                                        "Connection: close\r\n\r\n",
                                        server.port));
}

TEST_CASE("probe: it tries again until the answer is right") {
    Server server({"HTTP/1.1 503 Busy\r\n\r\n", "", kOk});
    CHECK(probe({server.url(""), 200, 2s}));
}

TEST_CASE("probe: the last reason is told") {
    Server server({"HTTP/1.1 404 Not Found\r\n\r\n"});
    const auto url = server.url("/x");
    CHECK(message(probe({url, 200, 50ms})) ==
          "probe.failed: " + url +
              " did not answer as wanted within 0.05 s: answered 404, not 200");
    Server odd({"SSH-2.0-OpenSSH\r\n"});
    CHECK(message(probe({odd.url("/"), 200, 50ms})).ends_with(": did not answer with HTTP"));
}

TEST_CASE("probe: tcp only connects") {
    int port = 0;
    {
        Server server({""});
        port = server.port;
        CHECK(probe({fmt::format("tcp://127.0.0.1:{}", port), 200, 1s}));
    }
    CHECK(message(probe({fmt::format("tcp://127.0.0.1:{}", port), 200, 50ms}))
              .ends_with(": Connection refused"));
}

TEST_CASE("probe: addresses that could smuggle something are refused") {
    for (const auto* url : {"http://a b/", "http://h/\r\nX: y", "ftp://h/", "h", "http://u:p@h/",
                            "tcp://h", "http:///x", "https://", "http://h/\xff"}) {
        CHECK_MESSAGE(message(probe({url, 200, 50ms})).starts_with("probe.url: "), url);
    }
}

TEST_CASE("probe: https goes through curl, with the address as one argument") {
    const auto dir = test::folder("curl-bin");
    test::script("curl-bin/curl", "echo \"$@\" > curl.args; printf 204");
    const Environment env{{"PATH", dir.string() + ":/usr/bin:/bin"}};
    CHECK(probe({"https://127.0.0.1:1/x", 204, 1s}, env));
    CHECK(test::text_of("curl.args").ends_with("--url https://127.0.0.1:1/x\n"));
    CHECK(message(probe({"https://127.0.0.1:1/x", 200, 50ms}, env))
              .ends_with("answered 204, not 200"));
    CHECK(message(probe({"https://127.0.0.1:1/x", 200, 50ms})).starts_with("tool.missing: "));
}

TEST_CASE("probe: an interrupt ends the waiting at once") {
    Interrupt interrupt;
    std::jthread user([&] {
        std::this_thread::sleep_for(30ms);
        interrupt.request(SIGINT);
    });
    const auto start = std::chrono::steady_clock::now();
    CHECK(message(run_probe({"tcp://127.0.0.1:1", 200, 20s}, {}, interrupt))
              .starts_with("tool.interrupted: "));
    CHECK(std::chrono::steady_clock::now() - start < 1s);
}

}  // namespace probe_test
