#include "run/process.h"

// Asio of Boost 1.74 needs <utility> before it in C++20.
#include <utility>
//
#include <boost/version.hpp>
#if BOOST_VERSION >= 108800
#include <boost/process/v1/child.hpp>
#include <boost/process/v1/extend.hpp>
#include <boost/process/v1/posix.hpp>
namespace bp = boost::process::v1;
#else
#include <boost/process/child.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
namespace bp = boost::process;
#endif

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <optional>
#include <system_error>

#include "base/text.h"
#include "run/fd.h"

namespace agentops::run {

namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

std::string install_hint(const std::string& name) {
    if (name == "terraform") {
        return "install it (https://developer.hashicorp.com/terraform/install) or set "
               "terraform.binary in agentops.yaml";
    }
    if (name == "tofu") {
        return "install it (https://opentofu.org/docs/intro/install) or set terraform.binary in "
               "agentops.yaml";
    }
    if (starts_with(name, "ansible")) return "install it: apt install ansible-core";
    return fmt::format("install '{}' or put its folder on PATH", name);
}

tl::unexpected<Diagnostics> missing(const std::string& name) {
    const auto program = std::filesystem::path(name).filename().string();
    return fail(error("tool.missing",
                      fmt::format("the program '{}' was not found", escape_terminal(name)), {},
                      install_hint(escape_terminal(program))));
}

tl::unexpected<Diagnostics> not_started(const std::string& what, int number) {
    return fail(
        error("tool.not-started", fmt::format("cannot start '{}': {}", escape_terminal(what),
                                              std::generic_category().message(number))));
}

bool is_program(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

/// Relative PATH entries are passed over: they would find programs planted in a project.
Result<std::string> find_program(const std::string& name, const Environment& env) {
    if (name.find('/') != std::string::npos) {
        if (::access(name.c_str(), F_OK) != 0) return missing(name);
        return std::filesystem::absolute(name).string();
    }
    const auto path = env.find("PATH");
    if (path == env.end()) return missing(name);
    for (const auto& folder : split(path->second, ':')) {
        if (!starts_with(folder, "/")) continue;
        if (auto program = folder + "/" + name; is_program(program)) return program;
    }
    return missing(name);
}

/// A null-ended array of pointers as exec wants it, with the texts it points to.
class Strings {
public:
    explicit Strings(std::vector<std::string> texts) : texts_(std::move(texts)) {
        for (auto& text : texts_) {
            if (text.find('\0') != std::string::npos) {
                throw InternalError("a NUL in an argument or variable");
            }
            pointers_.push_back(text.data());
        }
        pointers_.push_back(nullptr);
    }
    Strings(const Strings&) = delete;
    Strings& operator=(const Strings&) = delete;
    char** data() { return pointers_.data(); }

private:
    std::vector<std::string> texts_;
    std::vector<char*> pointers_;
};

std::vector<std::string> to_lines(const Environment& env) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : env)
        lines.push_back(name + "=" + value);
    return lines;
}

/// All signals wait while this lives, so that none of our handlers runs in the forked child.
class SignalsHeld {
public:
    SignalsHeld() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

private:
    sigset_t before_;
};

/// A child that starts with SIGINT ignored (nohup, `&` in a script) would never stop for us.
void reset_signals() {
    for (int signal = 1; signal < NSIG; ++signal)
        ::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Between fork and exec: async-signal-safe calls only.
void prepare_child(int cwd, const std::vector<int>& inherited) {
    // A session, not only a group: Ctrl-C and the terminal's hang-up reach us alone, and a tool
    // that opens /dev/tty to ask for a password fails at once where it would stop for ever.
    ::setsid();
    ::umask(077);
    if (cwd >= 0 && ::fchdir(cwd) != 0) ::_exit(127);
#ifdef SYS_close_range
    constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC, which older headers lack
    ::syscall(SYS_close_range, 3u, ~0u, kCloseOnExec);
#endif
    for (const int fd : inherited)
        ::fcntl(fd, F_SETFD, 0);
    reset_signals();
}

/// Starts the program and forgets Boost's child, whose destructor would kill it.
Result<pid_t> spawn(const ProcessSpec& spec, const std::string& program, int input, int cwd) {
    Strings argv(spec.argv);
    Strings env(to_lines(spec.env));
    pid_t failed = -1;
    std::error_code reason;
    // Boost 1.74 makes a pipe that is not close-on-exec at first: one start at a time.
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    const SignalsHeld held;
    bp::child child(
        bp::extend::on_setup =
            [&](auto& exec) {
                exec.exe = program.c_str();
                exec.cmd_line = argv.data();
                exec.env = env.data();
            },
        bp::posix::fd.bind(0, input), bp::posix::fd.bind(1, spec.stdout_fd),
        bp::posix::fd.bind(2, spec.stderr_fd),
        bp::extend::on_exec_setup = [&](auto&) { prepare_child(cwd, spec.inherited_fds); },
        bp::extend::on_error = [&](auto& exec, const std::error_code&) { failed = exec.pid; },
        reason);
    const pid_t pid = child.id();
    child.detach();
    if (!reason) return pid;
    if (failed > 0) ::waitpid(failed, nullptr, 0);
    return not_started(program, reason.value());
}

/// Waits for one child and passes on what it must hear.
class Watch {
public:
    Watch(pid_t pid, const Patience& patience, const Interrupt& interrupt)
        : pid_(pid),
          patience_(patience),
          interrupt_(interrupt),
          start_(SteadyClock::now()),
          deadline_(start_ + std::min<milliseconds>(patience.deadline, std::chrono::hours(9000))),
          pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

    ProcessEnd wait() {
        while (!ended()) {
            sleep();
            if (patience_.tick) patience_.tick();
            stop_when_due();
        }
        // The leader is a zombie still, so its number cannot be anybody else's: those it left
        // behind in its group can be ended safely.
        if (kill_at_) ::kill(-pid_, SIGKILL);
        reap();
        end_.took = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - start_);
        return end_;
    }

private:
    bool ended() const {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
            throw InternalError("a child process was lost");
        }
        return info.si_pid == pid_;
    }

    void reap() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFSIGNALED(status))
            end_.signal = WTERMSIG(status);
        else
            end_.exit_code = WEXITSTATUS(status);
    }

    /// Until the child ends, an interrupt comes, or it is time to look again.
    void sleep() const {
        auto until = end_.timed_out ? SteadyClock::time_point::max() : deadline_;
        if (kill_at_ && !killed_) until = std::min(until, *kill_at_);
        until = std::min(until, SteadyClock::now() + pause());
        const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now()).count();
        // Once an interrupt came its descriptor stays readable: from then on count() is polled.
        pollfd fds[] = {{pidfd_.get(), POLLIN, 0},
                        {interrupt_.count() > 0 ? -1 : interrupt_.fd(), POLLIN, 0}};
        ::poll(fds, 2, static_cast<int>(std::max<milliseconds::rep>(left, 0)));
    }

    milliseconds pause() const {
        if (!pidfd_.valid()) return milliseconds(20);  // Linux before 5.3 cannot wait for it
        if (patience_.tick || patience_.had_enough || interrupt_.count() > 0)
            return milliseconds(100);
        return std::chrono::minutes(10);
    }

    void stop_when_due() {
        const auto now = SteadyClock::now();
        if (!end_.timed_out && now >= deadline_) {
            end_.timed_out = true;
            kill_by(now + patience_.after_deadline);
        }
        const int requests = std::min(interrupt_.count(), 2);
        if (requests > 0) end_.interrupted = true;
        if (requests == 2 && !hurried_) {
            hurried_ = true;
            kill_by(now + patience_.after_second);
        }
        const bool gently = patience_.stop_gently != nullptr;
        if (gently && requests > 0 && !asked_) {
            asked_ = true;
            patience_.stop_gently();
        }
        const int due = std::max(requests - (gently ? 1 : 0), end_.timed_out ? 1 : 0);
        for (; sent_ < due; ++sent_)
            ::kill(-pid_, SIGINT);
        if (!kill_at_ && patience_.had_enough && patience_.had_enough()) kill_by(now);
        if (kill_at_ && !killed_ && now >= *kill_at_) {
            killed_ = true;
            ::kill(-pid_, SIGKILL);
        }
    }

    void kill_by(SteadyClock::time_point when) {
        kill_at_ = kill_at_ ? std::min(*kill_at_, when) : when;
    }

    pid_t pid_;
    const Patience& patience_;
    const Interrupt& interrupt_;
    SteadyClock::time_point start_, deadline_;
    Fd pidfd_;
    std::optional<SteadyClock::time_point> kill_at_;
    bool asked_ = false;
    bool hurried_ = false;
    bool killed_ = false;
    int sent_ = 0;
    ProcessEnd end_;
};

}  // namespace

Result<ProcessEnd> run_process(const ProcessSpec& spec, const Patience& patience,
                               const Interrupt& interrupt) {
    if (spec.argv.empty()) throw InternalError("a program without a name");
    TRY(const auto program, find_program(spec.argv[0], spec.env));
    const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing.valid()) return not_started(program, errno);
    Fd cwd;
    if (!spec.cwd.empty()) {
        cwd = Fd(::open(spec.cwd.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!cwd.valid()) return not_started(program + "' in '" + spec.cwd.string(), errno);
    }
    TRY(const pid_t pid,
        spawn(spec, program, spec.stdin_fd >= 0 ? spec.stdin_fd : nothing.get(), cwd.get()));
    return Watch(pid, patience, interrupt).wait();
}

}  // namespace agentops::run
