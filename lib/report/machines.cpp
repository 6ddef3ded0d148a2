#include "report/machines.h"

#include <fmt/core.h>

#include <map>
#include <tuple>

#include "base/text.h"
#include "report/paint.h"
#include "report/table.h"

namespace agentops::report {

namespace {

constexpr std::string_view kSeparator = ": ";

/// "Install nginx" of "web-1: Install nginx".
std::string task_of(const Change& change) {
    const auto at = change.address.find(kSeparator);
    return at == std::string::npos ? change.address : change.address.substr(at + kSeparator.size());
}

/// What must be the same on all machines for one line to speak for them.
std::string shape_of(const Change& change) {
    auto shape =
        fmt::format("{}\n{}\n{}\n", task_of(change), to_text(change.action), to_text(change.trust));
    for (const auto& attribute : change.attributes)
        shape += fmt::format("{}\n{}\n{}\n", attribute.path, attribute.before.value_or("\1"),
                             attribute.after.value_or("\1"));
    return shape;
}

}  // namespace

std::vector<ChangeReport> shared_changes(const std::vector<ChangeReport>& changes) {
    std::map<std::string, std::size_t> place;
    std::vector<ChangeReport> shared;
    std::vector<std::size_t> machines;
    for (const auto& change : changes) {
        const auto [found, is_new] = place.emplace(shape_of(change.change), shared.size());
        if (is_new) {
            shared.push_back(change);
            machines.push_back(0);
        }
        ++machines[found->second];
    }
    for (std::size_t i = 0; i < shared.size(); ++i) {
        auto& change = shared[i].change;
        if (machines[i] > 1)
            change.address =
                fmt::format("{}  ({})", task_of(change), count_of(machines[i], "machine"));
    }
    return shared;
}

std::string machine_text(const UnitReport& unit, const TextOptions& options) {
    Rows rows;
    for (const auto& host : unit.hosts) {
        if (host.status == "ok") continue;
        const auto where = host.task.empty() ? "" : fmt::format("at '{}'", host.task);
        rows.push_back({host.name, host.status, where, host.message});
    }
    std::string text;
    for (const auto& line : table_lines(rows, {{}, {}, {20}, {20}}, room(options.width, 4)))
        text += indented(4, paint(line, Tone::danger, options.colour));
    return text;
}

}  // namespace agentops::report
