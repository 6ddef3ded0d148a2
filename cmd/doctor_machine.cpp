// The machine, the account and the terminal.

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>

#include "base/text.h"
#include "cmd/doctor_checks.h"

namespace agentops::cmd::doctor {

namespace {

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kProviderMiB = 1024;  ///< the AWS provider unpacked, and room to move
constexpr std::uint64_t kRunMiB = 100;        ///< a plan, its logs and copies of a state
constexpr std::uint64_t kToolMiB = 800;       ///< one plan with the AWS provider
constexpr rlim_t kOpenFiles = 256;

std::optional<std::uint64_t> to_number(std::string_view text) {
    text = trim(text);
    std::uint64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc()) return std::nullopt;
    return number;
}

/// What the machine, and the container we may be in, has left.
std::optional<std::uint64_t> available_mib() {
    std::optional<std::uint64_t> least;
    constexpr std::string_view kLine = "MemAvailable:";
    for (const auto& line : split(read_file("/proc/meminfo").value_or(""), '\n')) {
        if (!starts_with(line, kLine)) continue;
        if (const auto kib = to_number(line.substr(kLine.size()))) least = *kib / 1024;
    }
    const auto limit = to_number(read_file("/sys/fs/cgroup/memory.max").value_or(""));
    const auto used = to_number(read_file("/sys/fs/cgroup/memory.current").value_or(""));
    if (!limit || !used) return least;
    const auto left = *limit > *used ? (*limit - *used) / kMiB : 0;
    return least ? std::min(*least, left) : left;
}

}  // namespace

Diagnosis disk(const DoctorInput& in) {
    struct statvfs info {};
    if (statvfs(in.store.project().c_str(), &info) != 0) return {Health::ok, "not known"};
    const auto mib = std::uint64_t{info.f_bavail} * info.f_frsize / kMiB;
    auto message = fmt::format("{} MiB free", mib);
    if (mib >= kProviderMiB) return {Health::ok, message};
    return {mib < kRunMiB ? Health::fail : Health::warn,
            message + (mib < kRunMiB ? ": a state could be cut off" : ": one provider fills it"),
            "make room; .agentops/cache and old runs may go"};
}

Diagnosis home(const DoctorInput& in) {
    const auto home = in.env("HOME");
    std::error_code ignored;
    if (home && fs::is_directory(*home, ignored)) return {Health::ok, *home};
    return {Health::warn, home ? fmt::format("{} is no folder", *home) : "HOME is not set",
            "set HOME: tools keep credentials and configuration there"};
}

Diagnosis temporary(const DoctorInput& in) {
    if (!in.scratch.empty()) return {Health::ok, in.scratch.parent_path().string()};
    return {Health::fail, "nothing can be written there", "make room, or set TMPDIR"};
}

Diagnosis memory(const DoctorInput& /*in*/) {
    const auto mib = available_mib();
    if (!mib) return {Health::ok, "not known"};
    auto message = fmt::format("{} MiB available", *mib);
    if (*mib >= kToolMiB) return {Health::ok, message};
    return {Health::warn, message + ": a plan with the AWS provider may be killed",
            "free some, or run with -j 1"};
}

Diagnosis cores(const DoctorInput& in) {
    const auto n = sysconf(_SC_NPROCESSORS_ONLN);
    return {Health::ok, fmt::format("{}; -j is {}", n, in.session.jobs())};
}

Diagnosis open_files(const DoctorInput& /*in*/) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {Health::ok, "not known"};
    if (limit.rlim_cur == RLIM_INFINITY) return {Health::ok, "no limit"};
    if (limit.rlim_cur >= kOpenFiles) return {Health::ok, fmt::format("{}", limit.rlim_cur)};
    return {Health::warn, fmt::format("only {} at once", limit.rlim_cur), "ulimit -n 1024"};
}

Diagnosis clock_sane(const DoctorInput& in) {
    const auto now = in.session.clock().now();
    const auto shown = rfc3339(now);
    const char* fix = "set the clock: approvals, waivers and credentials depend on it";
    struct stat info {};
    const bool built = stat("/proc/self/exe", &info) == 0;
    if (built && std::chrono::system_clock::to_time_t(now) < info.st_mtim.tv_sec)
        return {Health::warn, fmt::format("{}: agentops was built later than that", shown), fix};
    const auto ids = in.store.run_ids();
    // "2026-11-23T04:..." against "20261123-04..."
    const auto today = shown.substr(0, 4) + shown.substr(5, 2) + shown.substr(8, 2);
    if (!ids.empty() && ids.back().substr(0, today.size()) > today)
        return {Health::warn, fmt::format("{}: run {} is from the future", shown, ids.back()), fix};
    return {Health::ok, shown};
}

Diagnosis terminal(const DoctorInput& in) {
    if (is_ci(in.env)) return {Health::ok, "CI: plain lines, no questions"};
    if (!is_terminal(STDOUT_FILENO)) return {Health::ok, "none: plain lines, no questions"};
    const auto options = in.session.text_options();
    return {Health::ok,
            fmt::format("{} columns, {}", options.width, options.colour ? "colour" : "no colour")};
}

Diagnosis locale(const DoctorInput& in) {
    for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const auto value = in.env(name);
        if (!value || value->empty()) continue;
        const bool utf8 =
            value->find("UTF-8") != std::string::npos || value->find("utf8") != std::string::npos;
        if (utf8) return {Health::ok, fmt::format("{}={}", name, *value)};
        return {Health::warn, fmt::format("{}={} is not UTF-8", name, *value),
                "export LC_ALL=C.UTF-8"};
    }
    return {Health::warn, "none set: some signs may not show", "export LC_ALL=C.UTF-8"};
}

}  // namespace agentops::cmd::doctor
