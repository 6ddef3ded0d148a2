#include "run/interrupt.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <csignal>

#include "base/result.h"

namespace interrupt_test {

using agentops::run::Interrupt;

namespace {

bool readable(int fd) {
    pollfd p{fd, POLLIN, 0};
    return ::poll(&p, 1, 0) == 1;
}

void (*handler_of(int signal))(int) {
    struct sigaction current {};
    sigaction(signal, nullptr, &current);
    return current.sa_handler;
}

}  // namespace

TEST_CASE("interrupt: signals are counted, the first one is remembered, the fd stays readable") {
    Interrupt interrupt;
    interrupt.install();
    CHECK(interrupt.count() == 0);
    CHECK(interrupt.signal() == 0);
    CHECK(!readable(interrupt.fd()));
    std::raise(SIGTERM);
    CHECK(interrupt.count() == 1);
    CHECK(interrupt.signal() == SIGTERM);
    std::raise(SIGINT);
    CHECK(interrupt.count() == 2);
    CHECK(interrupt.signal() == SIGTERM);
    CHECK(readable(interrupt.fd()));
    CHECK(readable(interrupt.fd()));
}

TEST_CASE("interrupt: a hang-up counts as SIGTERM") {
    Interrupt interrupt;
    interrupt.install();
    std::raise(SIGHUP);
    CHECK(interrupt.count() == 1);
    CHECK(interrupt.signal() == SIGTERM);
}

TEST_CASE("interrupt: a hang-up that was ignored stays so, as nohup wants") {
    std::signal(SIGHUP, SIG_IGN);
    Interrupt interrupt;
    interrupt.install();
    std::raise(SIGHUP);
    CHECK(interrupt.count() == 0);
    std::signal(SIGHUP, SIG_DFL);
}

TEST_CASE("interrupt: SIGPIPE is ignored, and handlers go with the object") {
    {
        Interrupt interrupt;
        interrupt.install();
        CHECK((handler_of(SIGPIPE) == SIG_IGN));
        CHECK((handler_of(SIGINT) != SIG_DFL));
        CHECK_THROWS_AS(Interrupt().install(), agentops::InternalError);
    }
    CHECK((handler_of(SIGINT) == SIG_DFL));
}

TEST_CASE("interrupt: a request is as good as a signal") {
    Interrupt interrupt;
    interrupt.request(SIGINT);
    CHECK(interrupt.count() == 1);
    CHECK(interrupt.signal() == SIGINT);
    CHECK(readable(interrupt.fd()));
}

}  // namespace interrupt_test
