#include "cmd/machines.h"

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "ansible/events.h"
#include "ansible/known_machines.h"
#include "base/text.h"

namespace agentops::cmd {

namespace {

/// The events of a play that is over, or was cut off: a torn last line is no event.
std::vector<Json> read_lines(const fs::path& path) {
    std::vector<Json> events;
    const auto text = read_file(path);
    if (!text) return events;
    for (const auto& line : split(*text, '\n')) {
        auto event = Json::parse(line, nullptr, false);
        if (event.is_object()) events.push_back(std::move(event));
    }
    return events;
}

/// The tries before this one, oldest first.
std::vector<fs::path> earlier_tries(const fs::path& run_dir, const fs::path& now) {
    std::vector<fs::path> tries;
    std::error_code ignored;
    for (int i = 1;; ++i) {
        const auto folder = run_dir / (i == 1 ? "apply" : fmt::format("apply-{}", i));
        if (folder == now || !fs::exists(folder, ignored)) return tries;
        tries.push_back(folder);
    }
}

constexpr std::string_view kListEnd = ".machines.json";

fs::path known_hosts(const record::Store& store) {
    return store.dir() / "known_hosts";
}

}  // namespace

Status remember_machines(const record::Store& store, const AnsibleJob& job,
                         const ansible::Targets& now) {
    if (!job.unit.source) return {};
    std::set<std::string> addresses;
    for (const auto& host : now.hosts)
        addresses.insert(host.address);
    const auto name = fmt::format(".{}{}", job.unit.name, kListEnd);
    return ansible::remember_machines(store.stacks() / job.unit.stack / name, known_hosts(store),
                                      addresses);
}

Status forget_machines(const record::Store& store, const std::string& stack) {
    std::vector<fs::path> lists;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(store.stacks() / stack, ignored)) {
        if (entry.path().native().ends_with(kListEnd)) lists.push_back(entry.path());
    }
    for (const auto& list : lists)
        TRY_DO(ansible::remember_machines(list, known_hosts(store), {}));
    return {};
}

const run::StepResult* applying_step(const UnitJob& job, const graph::Board& board) {
    return board.get(job.ansible() != nullptr ? slots::play_done : slots::apply_done);
}

bool went_well(const UnitJob& job, const run::StepResult& applied) {
    if (job.ansible() == nullptr) return applied.ok;
    const auto events = ansible::read_events(applied.events, false);
    return events.complete && std::all_of(events.hosts.begin(), events.hosts.end(), [](auto& host) {
               return host.second.end == ansible::HostEnd::ok;
           });
}

void add_machines(const run::StepResult& played, report::UnitReport& report) {
    const auto events = ansible::read_events(played.events, false);
    report.counts = {};
    std::map<std::string, report::ChangeReport> planned;
    for (auto& change : report.changes)
        planned[change.change.address] = std::move(change);
    report.changes.clear();
    for (const auto& change : events.changes) {
        auto& made = report.changes.emplace_back(std::move(planned[change.address]));
        made.change = change;
        report.counts.add(change.action);
    }
    std::size_t bad = 0;
    for (const auto& [name, host] : events.hosts) {
        report.hosts.push_back(
            {name, std::string(to_text(host.end)), host.changed, host.task, host.message});
        bad += host.end == ansible::HostEnd::ok ? 0 : 1;
    }
    if (bad > 0)
        report.note = fmt::format("{} of {} failed", bad, count_of(events.hosts.size(), "machine"));
}

void take_progress(const fs::path& run_dir, const fs::path& now, UnitJob& job) {
    auto* playbook = job.ansible();
    if (playbook == nullptr) return;
    for (const auto& folder : earlier_tries(run_dir, now)) {
        const auto lines = read_lines(folder / job.unit().stack / job.unit().name / "play.stdout");
        for (const auto& [name, host] : ansible::read_events(lines, false).hosts) {
            const bool done = host.end == ansible::HostEnd::ok && host.owed.empty();
            if (done) playbook->finished.insert(name);
            if (done) playbook->context.owed.erase(name);
            if (!host.owed.empty()) playbook->context.owed.insert(name);
        }
    }
}

}  // namespace agentops::cmd
