#include "report/progress.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::report {

namespace {

using Phase = ResourceEvent::Phase;

struct Verb {
    std::string_view action, doing, done;
};

Verb verb_of(std::string_view action) {
    static constexpr Verb kVerbs[] = {{"create", "creating", "created"},
                                      {"update", "updating", "updated"},
                                      {"delete", "destroying", "destroyed"},
                                      {"read", "reading", "read"},
                                      {"refresh", "refreshing", "refreshed"}};
    const auto found = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                    [&](const Verb& verb) { return verb.action == action; });
    return found == std::end(kVerbs) ? Verb{action, "working", "done"} : *found;
}

std::optional<Phase> phase_of(std::string_view type) {
    if (type == "apply_start" || type == "refresh_start") return Phase::started;
    if (type == "apply_progress") return Phase::going_on;
    if (type == "apply_complete" || type == "refresh_complete") return Phase::completed;
    if (type == "apply_errored") return Phase::failed;
    return std::nullopt;
}

std::string words_of(Phase phase, const Verb& verb, const std::string& elapsed) {
    switch (phase) {
        case Phase::started:
            return std::string(verb.doing);
        case Phase::going_on:
            return fmt::format("still {}{}{}", verb.doing, elapsed.empty() ? "" : ", ", elapsed);
        case Phase::completed:
            return fmt::format("{}{}{}", verb.done, elapsed.empty() ? "" : " ", elapsed);
        case Phase::failed:
            return fmt::format("{} failed{}{}", verb.doing, elapsed.empty() ? "" : " after ",
                               elapsed);
    }
    return "";
}

std::string elapsed_of(const Json& hook) {
    const auto& seconds = member(hook, "elapsed_seconds");
    if (!seconds.is_number()) return "";
    const auto whole = static_cast<long>(std::clamp(seconds.get<double>(), 0.0, 1e9));
    return whole < 1 ? "" : duration_text(std::chrono::seconds(whole));
}

/// An event of a playbook: the task that runs now, or what a machine answered.
std::optional<ResourceEvent> read_play_event(const Json& event) {
    const auto type = text_of(event, "type");
    if (type == "task") return ResourceEvent{Phase::started, "task", text_of(event, "name"), false};
    if (type != "result" || member(event, "ignored") == true) return std::nullopt;
    const auto status = text_of(event, "status");
    const auto host = text_of(event, "host");
    if (status == "changed") return ResourceEvent{Phase::completed, host, "changed", false};
    if (status != "failed" && status != "unreachable")
        return ResourceEvent{Phase::completed, host, status, true};
    const auto words = text_of(event, "msg");
    return ResourceEvent{Phase::failed, host,
                         fmt::format("{}: {}", status, words.substr(0, words.find('\n'))), false};
}

}  // namespace

std::string duration_text(std::chrono::microseconds duration) {
    const auto seconds = std::chrono::duration<double>(duration).count();
    const bool even = duration % std::chrono::seconds(1) == std::chrono::microseconds(0);
    if (!even && seconds < 9.95) return fmt::format("{:.1f} s", seconds);
    const auto whole = std::lround(seconds);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::optional<ResourceEvent> read_resource_event(const Json& event) {
    const auto type = text_of(event, "type");
    if (type == "task" || type == "result") return read_play_event(event);
    const auto phase = phase_of(type);
    if (!phase) return std::nullopt;
    const auto& hook = member(event, "hook");
    const auto action = starts_with(type, "refresh") ? "refresh" : text_of(hook, "action");
    ResourceEvent found{*phase, text_of(member(hook, "resource"), "addr"),
                        words_of(*phase, verb_of(action), elapsed_of(hook)),
                        action == "refresh" || action == "read"};
    return found.address.empty() ? std::nullopt : std::optional(std::move(found));
}

std::string failure_text(const graph::NodeReport& report) {
    for (const auto& diagnostic : report.diagnostics) {
        if (diagnostic.level != Level::error) continue;
        const auto first_line = diagnostic.message.substr(0, diagnostic.message.find('\n'));
        return fmt::format("error[{}]: {}", diagnostic.code, first_line);
    }
    return "failed";
}

void Progress::expect(const std::vector<Expected>& subjects) {
    rows_.clear();
    index_.clear();
    for (const auto& [subject, nodes] : subjects)
        row(subject).expected = nodes;
}

Row& Progress::row(const std::string& subject) {
    const auto [found, is_new] = index_.emplace(subject, rows_.size());
    if (is_new) rows_.emplace_back().subject = subject;
    return rows_[found->second];
}

void Progress::start(const std::string& subject, const graph::Node& node, Instant now) {
    row(subject).running.push_back({node.name, node.is_step, now, false});
}

void Progress::finish(const graph::NodeReport& report) {
    auto& row = this->row(report.subject);
    std::erase_if(row.running, [&](const auto& running) { return running.node == report.node; });
    ++row.finished;
    if (row.running.empty()) row.resources.clear();
    if (report.status == graph::NodeStatus::failed && row.failure.empty())
        row.failure = report.node + ": " + failure_text(report);
    if (report.status == graph::NodeStatus::skipped && row.skipped.empty())
        row.skipped = report.reason;
}

void Progress::event(const std::string& subject, const ResourceEvent& event) {
    auto& row = this->row(subject);
    std::erase_if(row.resources, [&](const auto& r) { return r.address == event.address; });
    if (event.phase == Phase::started || event.phase == Phase::going_on)
        row.resources.push_back({event.address, event.words});
    if (event.phase == Phase::completed) ++(event.reads ? row.read : row.changed);
}

RowState Progress::state(const Row& row) const {
    if (!row.failure.empty()) return RowState::failed;
    if (!row.running.empty()) return RowState::running;
    if (!row.skipped.empty()) return RowState::skipped;
    return row.finished > 0 && row.finished >= row.expected ? RowState::ok : RowState::waiting;
}

std::string Progress::interrupt_text() const {
    constexpr std::size_t kNamed = 5;
    std::vector<std::string> steps;
    for (const auto& row : rows_)
        for (const auto& running : row.running)
            if (running.is_step) steps.push_back(row.subject + " " + running.node);
    if (steps.empty()) return "stopping: nothing is running";
    const auto more = steps.size() > kNamed ? steps.size() - kNamed : 0;
    steps.resize(steps.size() - more);
    return fmt::format(
        "finishing {}{}; state will be saved. Press Ctrl-C again to stop now (state may be lost)",
        join(steps, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace agentops::report
