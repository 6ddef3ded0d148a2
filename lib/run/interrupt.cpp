#include "run/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/result.h"

namespace agentops::run {

namespace {

// A signal handler gets nothing but a number, so the one installed object must be found by a
// global. It is the only one in the program.
std::atomic<Interrupt*> g_installed{nullptr};

static_assert(std::atomic<int>::is_always_lock_free, "handlers may only use lock-free atomics");

void on_signal(int signal) {
    const int saved = errno;
    if (auto* interrupt = g_installed.load()) interrupt->request(signal);
    errno = saved;
}

void set_handler(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
    struct sigaction current {};
    return sigaction(signal, nullptr, &current) == 0 && current.sa_handler == SIG_IGN;
}

}  // namespace

Interrupt::Interrupt() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw InternalError("cannot make an eventfd");
}

Interrupt::~Interrupt() {
    auto* self = this;
    if (g_installed.compare_exchange_strong(self, nullptr)) {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            set_handler(signal, SIG_DFL);
    }
    ::close(fd_);
}

void Interrupt::install() {
    Interrupt* none = nullptr;
    if (!g_installed.compare_exchange_strong(none, this)) {
        throw InternalError("signals are caught already");
    }
    set_handler(SIGINT, on_signal);
    set_handler(SIGTERM, on_signal);
    if (!is_ignored(SIGHUP)) set_handler(SIGHUP, on_signal);
    set_handler(SIGPIPE, SIG_IGN);
}

int Interrupt::count() const {
    return count_.load();
}

int Interrupt::signal() const {
    return signal_.load();
}

int Interrupt::fd() const {
    return fd_;
}

void Interrupt::pause(std::chrono::milliseconds time) const {
    pollfd source{fd_, POLLIN, 0};
    ::poll(&source, 1, static_cast<int>(time.count()));
}

// Runs inside signal handlers: atomics and write() only.
void Interrupt::request(int signal) {
    int none = 0;
    signal_.compare_exchange_strong(none, signal == SIGHUP ? SIGTERM : signal);
    count_.fetch_add(1);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

}  // namespace agentops::run
