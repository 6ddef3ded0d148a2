#include "run/probe.h"

#include <fmt/core.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <system_error>

#include "base/text.h"
#include "run/fd.h"

namespace agentops::run {

namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;
using Moment = SteadyClock::time_point;

constexpr milliseconds kLongestAttempt = std::chrono::seconds(10);
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause = std::chrono::seconds(2);

struct Url {
    std::string scheme, host, port, target = "/";
};

/// Printable ASCII only: anything else could end the request line and start another.
bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<Url> parse_url(std::string_view text) {
    Url url;
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos || !is_plain(text)) return {};
    url.scheme = text.substr(0, scheme);
    if (url.scheme != "http" && url.scheme != "https" && url.scheme != "tcp" && url.scheme != "ssh")
        return {};
    text.remove_prefix(scheme + 3);
    text = text.substr(0, text.find('#'));
    const auto path = std::min(text.find_first_of("/?"), text.size());
    if (path < text.size())
        url.target = (text[path] == '?' ? "/" : "") + std::string(text.substr(path));
    auto host = text.substr(0, path);
    if (host.find('@') != std::string_view::npos) return {};
    if (const auto colon = host.rfind(':');
        colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
        url.port = host.substr(colon + 1);
        host = host.substr(0, colon);
    } else if (url.scheme == "http") {
        url.port = "80";
    }
    if (starts_with(host, "[") && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    url.host = host;
    if (url.host.empty() || (url.port.empty() && url.scheme != "https")) return {};
    return url;
}

milliseconds left_until(Moment moment) {
    const auto left = std::chrono::ceil<milliseconds>(moment - SteadyClock::now());
    return std::max(left, milliseconds(0));
}

/// One attempt over a socket. Each call returns why it failed, or "".
class Connection {
public:
    Connection(const Interrupt& interrupt, Moment until) : interrupt_(interrupt), until_(until) {}

    std::string open(const Url& url) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        const int code = ::getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
        if (code != 0) return ::gai_strerror(code);
        const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
        std::string why = "no address";
        for (auto* a = found; a != nullptr && !why.empty(); a = a->ai_next)
            why = connect(*a);
        return why;
    }

    std::string send(std::string_view text) {
        while (!text.empty()) {
            if (!ready(POLLOUT)) return "no answer in time";
            const auto n = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (n < 0) return reason(errno);
            text.remove_prefix(static_cast<std::size_t>(n));
        }
        return {};
    }

    /// The first line of the answer, as far as it came.
    std::string first_line() {
        constexpr std::size_t kLongest = 1024;
        std::string line;
        char buffer[256];
        while (line.size() < kLongest && line.find('\n') == std::string::npos && ready(POLLIN)) {
            const auto n = ::recv(socket_.get(), buffer, sizeof buffer, 0);
            if (n <= 0) break;
            line.append(buffer, static_cast<std::size_t>(n));
        }
        return line.substr(0, line.find('\r'));
    }

private:
    static std::string reason(int number) { return std::generic_category().message(number); }

    std::string connect(const addrinfo& a) {
        socket_ = Fd(::socket(a.ai_family, a.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket_.valid()) return reason(errno);
        if (::connect(socket_.get(), a.ai_addr, a.ai_addrlen) == 0) return {};
        if (errno != EINPROGRESS) return reason(errno);
        if (!ready(POLLOUT)) return "no answer in time";
        int number = 0;
        socklen_t size = sizeof number;
        ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &number, &size);
        return number == 0 ? "" : reason(number);
    }

    bool ready(short events) {
        pollfd fds[] = {{socket_.get(), events, 0}, {interrupt_.fd(), POLLIN, 0}};
        int n = 0;
        do {
            n = ::poll(fds, 2, static_cast<int>(left_until(until_).count()));
        } while (n < 0 && errno == EINTR);
        return n > 0 && fds[0].revents != 0 && interrupt_.count() == 0;
    }

    const Interrupt& interrupt_;
    Moment until_;
    Fd socket_;
};

std::string compare_status(int status, int wanted) {
    if (status == wanted) return {};
    return fmt::format("answered {}, not {}", status, wanted);
}

/// "HTTP/1.1 200 OK" -> 200
std::optional<int> parse_status(std::string_view line) {
    const auto space = line.find(' ');
    if (!starts_with(line, "HTTP/") || space == std::string_view::npos) return {};
    int status = 0;
    const auto digits = line.substr(space + 1, 3);
    const auto end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, status).ptr != end || digits.size() != 3) return {};
    return status;
}

/// One try at `url`; an empty text is success.
using Attempt = std::function<Result<std::string>(Moment until)>;

Result<std::string> try_tcp(const Url& url, const Interrupt& interrupt, Moment until) {
    return Connection(interrupt, until).open(url);
}

Result<std::string> try_ssh(const Url& url, const Interrupt& interrupt, Moment until) {
    Connection connection(interrupt, until);
    if (auto why = connection.open(url); !why.empty()) return why;
    return starts_with(connection.first_line(), "SSH-") ? "" : "did not answer with SSH";
}

Result<std::string> try_http(const Url& url, int wanted, const Interrupt& interrupt, Moment until) {
    Connection connection(interrupt, until);
    if (auto why = connection.open(url); !why.empty()) return why;
    const bool v6 = url.host.find(':') != std::string::npos;
    const auto request = fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}{}\r\nUser-Agent: agentops\r\nAccept: */*\r\n"
        "Connection: close\r\n\r\n",
        url.target, v6 ? "[" + url.host + "]" : url.host, url.port == "80" ? "" : ":" + url.port);
    if (auto why = connection.send(request); !why.empty()) return why;
    const auto status = parse_status(connection.first_line());
    return status ? compare_status(*status, wanted) : "did not answer with HTTP";
}

Result<std::string> try_https(const Probe& probe, const Environment& env,
                              const Interrupt& interrupt, Moment until) {
    TRY(const auto out, memory_file());
    TRY(const auto err, memory_file());
    const auto seconds = static_cast<double>(left_until(until).count()) / 1000;
    ProcessSpec spec;
    // -q comes first: no ~/.curlrc.
    spec.argv = {"curl",         "-q",         "--silent",
                 "--show-error", "--globoff",  "--proto",
                 "=https",       "--max-time", fmt::format("{:.3f}", std::max(seconds, 0.001)),
                 "--output",     "/dev/null",  "--write-out",
                 "%{http_code}", "--url",      probe.url};
    spec.env = env;
    spec.stdout_fd = out.get();
    spec.stderr_fd = err.get();
    TRY(const auto end, run_process(spec, {.deadline = 2 * kLongestAttempt}, interrupt));
    if (end.exit_code == 0 && end.signal == 0) {
        const auto text = read_at(out.get(), 0, 16);
        int status = 0;
        std::from_chars(text.data(), text.data() + text.size(), status);
        return compare_status(status, probe.status);
    }
    const auto words = read_at(err.get(), 0, 1000);
    return fmt::format("curl ended with {}: {}", end.signal != 0 ? end.signal : end.exit_code,
                       trim(words));
}

Status repeat(const Probe& probe, const Attempt& attempt, const Interrupt& interrupt) {
    const auto end = SteadyClock::now() + probe.within;
    auto gap = kFirstPause;
    for (;;) {
        const auto now = SteadyClock::now();
        TRY(const auto why, attempt(std::min(end, now + kLongestAttempt)));
        if (why.empty()) return {};
        if (interrupt.count() > 0) {
            return fail(error("tool.interrupted", fmt::format("the check of {} was interrupted",
                                                              escape_terminal(probe.url))));
        }
        if (left_until(end) <= gap) {
            return fail(error(
                "probe.failed",
                fmt::format("{} did not answer as wanted within {} s: {}",
                            escape_terminal(probe.url),
                            static_cast<double>(probe.within.count()) / 1000, escape_terminal(why)),
                {}, "see whether the service runs and can be reached from here"));
        }
        interrupt.pause(gap);
        gap = std::min(gap * 2, kLongestPause);
    }
}

}  // namespace

Status run_probe(const Probe& probe, const Environment& env, const Interrupt& interrupt) {
    const auto url = parse_url(probe.url);
    if (!url) {
        return fail(error("probe.url",
                          fmt::format("'{}' cannot be checked", escape_terminal(probe.url)), {},
                          "write http://HOST/PATH, https://HOST/PATH or tcp://HOST:PORT, without "
                          "user names and spaces"));
    }
    const auto attempt = [&](Moment until) -> Result<std::string> {
        if (url->scheme == "tcp") return try_tcp(*url, interrupt, until);
        if (url->scheme == "ssh") return try_ssh(*url, interrupt, until);
        if (url->scheme == "http") return try_http(*url, probe.status, interrupt, until);
        return try_https(probe, env, interrupt, until);
    };
    return repeat(probe, attempt, interrupt);
}

}  // namespace agentops::run
