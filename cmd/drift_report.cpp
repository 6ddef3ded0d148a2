#include "cmd/drift_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/shell_word.h"
#include "base/text.h"
#include "drift/groups.h"

namespace agentops::cmd {

namespace {

/// The sighting of one difference among those of a unit.
std::optional<drift::Sighting> sighting_of(const std::vector<drift::Sighting>& seen,
                                           const drift::ResourceVerdict& resource,
                                           const drift::AttributeDrift& difference) {
    for (const auto& one : seen) {
        if (one.address == resource.address && one.path == difference.path) return one;
    }
    return std::nullopt;
}

class Standing {
public:
    explicit Standing(StackStanding& of) : of_(of) {}

    report::StackReport take() {
        report_.id = of_.stack.id;
        report_.resources.emplace();
        for (const auto& job : of_.check.units.jobs) {
            if (job.unit().stack == of_.stack.id) add_unit(job.id(), job.tool());
        }
        for (const auto& [id, verdict] : of_.check.verdicts) {
            const bool broken =
                of_.check.units.find(id) == nullptr && starts_with(id, of_.stack.id + "/");
            if (broken) add_unit(id, "");
        }
        report_.status = status_of_stack();
        return std::move(report_);
    }

private:
    void add_unit(const std::string& id, std::string_view tool) {
        const auto& verdict = of_.check.verdicts.at(id);
        const auto seen = of_.memory.observe(verdict, of_.now, of_.check.run);
        for (const auto& one : seen) {
            if (one.is_new) of_.check.appeared.push_back(one);
        }
        report::UnitReport unit;
        unit.id = id;
        unit.tool = tool;
        unit.note = verdict.note;
        unit.counts = verdict.pending;
        unit.artifacts = verdict.artifacts;
        bool drifted = false, unknown = !verdict.checked;
        for (const auto& resource : verdict.resources) {
            auto made = report_of(resource, seen);
            count(made);
            drifted = drifted || made.drifted();
            unknown = unknown || resource.status == drift::Status::unknown;
            unit.unchanged += resource.status == drift::Status::in_sync ? 1 : 0;
            report_.resources->push_back(std::move(made));
        }
        if (unknown && verdict.resources.empty()) ++of_.check.unknown;
        for (const auto& output : verdict.outputs)
            unit.outputs.push_back({output.name, output.action, false, true, nullptr});
        unit.status = unknown                                 ? "unknown"
                      : drifted                               ? "drifted"
                      : !verdict.artifacts.empty()            ? "stale"
                      : verdict.note == "nothing is deployed" ? "not-deployed"
                                                              : "in-sync";
        report_.units.push_back(std::move(unit));
    }

    report::ResourceReport report_of(const drift::ResourceVerdict& resource,
                                     const std::vector<drift::Sighting>& seen) const {
        report::ResourceReport made;
        made.verdict = resource;
        if (!resource.drifted()) return made;
        auto differences = resource.attributes;
        if (differences.empty()) differences.emplace_back();
        for (auto& difference : differences) {
            report::DifferenceReport one;
            one.seen = sighting_of(seen, resource, difference);
            if (one.seen) one.runs_between = runs_between(*one.seen);
            if (const auto* found =
                    drift::find_acceptance(of_.accepted, resource, difference, of_.today))
                one.accepted = *found;
            else if (const auto* old =
                         drift::find_expired(of_.accepted, resource, difference, of_.today))
                one.expired = old->until;
            one.drift = std::move(difference);
            made.differences.push_back(std::move(one));
        }
        made.verdict.attributes.clear();
        return made;
    }

    std::size_t runs_between(const drift::Sighting& seen) const {
        const auto& ids = of_.run_ids;
        const auto first = std::upper_bound(ids.begin(), ids.end(), seen.first_run);
        const auto last = std::lower_bound(ids.begin(), ids.end(), seen.last_run);
        return first < last ? static_cast<std::size_t>(last - first) : 0;
    }

    void count(const report::ResourceReport& resource) const {
        auto& check = of_.check;
        switch (resource.verdict.status) {
            case drift::Status::in_sync:
                ++check.in_sync;
                break;
            case drift::Status::modified:
            case drift::Status::deleted:
                ++(resource.accepted() ? check.accepted : check.drifted);
                break;
            case drift::Status::not_checked:
                ++check.not_checked;
                break;
            case drift::Status::unknown:
                ++check.unknown;
                break;
        }
    }

    std::string status_of_stack() const {
        for (const auto* status : {"unknown", "drifted", "stale", "in-sync"}) {
            if (std::any_of(report_.units.begin(), report_.units.end(),
                            [&](const auto& unit) { return unit.status == status; }))
                return status;
        }
        return report_.units.empty() ? "in-sync" : "not-deployed";
    }

    StackStanding& of_;
    report::StackReport report_;
};

bool any_status(const report::Report& report, std::string_view status) {
    return std::any_of(report.stacks.begin(), report.stacks.end(), [&](const auto& stack) {
        return std::any_of(stack.units.begin(), stack.units.end(),
                           [&](const auto& unit) { return unit.status == status; });
    });
}

std::size_t files_of(const report::Report& report) {
    std::size_t files = 0;
    for (const auto& stack : report.stacks) {
        for (const auto& unit : stack.units)
            files += unit.artifacts.size();
    }
    return files;
}

std::string verdict_of(const DriftCheck& check) {
    std::vector<std::string> parts;
    const auto add = [&](std::size_t number, std::string_view what) {
        if (number > 0) parts.push_back(fmt::format("{} {}", number, what));
    };
    add(check.drifted, "drifted");
    add(check.unknown, "unknown");
    add(files_of(check.report), "stale or edited files");
    add(check.not_checked, "not checked");
    add(check.accepted, "accepted");
    if (parts.empty() && check.in_sync == 0) return "nothing is deployed";
    add(check.in_sync, "in sync");
    return (check.drifted + check.unknown == 0 && files_of(check.report) == 0 ? "no drift: " : "") +
           join(parts, ", ");
}

/// The first difference that nobody has accepted, as an example to copy.
const report::DifferenceReport* first_open(const report::Report& report) {
    for (const auto& stack : report.stacks) {
        for (const auto& resource : *stack.resources) {
            for (const auto& difference : resource.differences) {
                if (!difference.accepted && difference.seen) return &difference;
            }
        }
    }
    return nullptr;
}

std::string stacks_in(const report::Report& report) {
    std::vector<std::string> names;
    for (const auto& stack : report.stacks) {
        const bool drifted = std::any_of(stack.resources->begin(), stack.resources->end(),
                                         [](const auto& resource) { return resource.drifted(); });
        if (drifted) names.push_back(stack.id);
    }
    return join(names, " ");
}

void add_next(DriftCheck& check) {
    auto& report = check.report;
    if (check.drifted > 0) {
        const auto stacks = stacks_in(report);
        report.next.push_back(fmt::format("agentops drift --revert {}", stacks));
        report.next.push_back(fmt::format("agentops drift --adopt {}", stacks));
        if (const auto* example = first_open(report))
            report.next.push_back(fmt::format("agentops drift accept {} --until 14d --reason ...",
                                              shell_word(drift::reference_of(*example->seen))));
    } else if (report.counts().total() > 0) {
        report.next.push_back("agentops plan");
    }
}

void add_remarks(DriftCheck& check) {
    const auto appeared = check.appeared.size(), restored = check.restored.size();
    std::size_t open = 0;
    for (const auto& stack : check.report.stacks) {
        for (const auto& resource : *stack.resources)
            open += resource.differences.size();
    }
    if (open + restored > 0)
        check.report.remarks.push_back(
            fmt::format("since the last check: {} new, {} known, {} "
                        "restored",
                        appeared, open - std::min(open, appeared), restored));
    const auto pending = check.report.counts();
    if (pending.total() > 0)
        check.report.remarks.push_back("the intent is newer than what was applied: " +
                                       report::verdict_of(pending));
}

/// Differences of one kind on many objects are one cause.
void add_groups(DriftCheck& check) {
    std::vector<drift::Sighting> open;
    for (const auto& stack : check.report.stacks) {
        for (const auto& resource : *stack.resources) {
            for (const auto& difference : resource.differences) {
                if (!difference.accepted && difference.seen) open.push_back(*difference.seen);
            }
        }
    }
    auto list = Json::array();
    for (const auto& group : drift::group_by_cause(open)) {
        list.push_back(drift::to_json(group));
        check.report.remarks.push_back(group.text());
    }
    check.report.extra["groups"] = std::move(list);
}

}  // namespace

report::StackReport stack_standing(StackStanding& standing) {
    return Standing(standing).take();
}

void conclude_report(DriftCheck& check) {
    auto& report = check.report;
    if (check.drifted > 0 || any_status(report, "stale") || files_of(report) > 0)
        report.exit = worst(report.exit, ExitCode::changes);
    if (check.unknown > 0 || any_status(report, "unknown"))
        report.exit = worst(report.exit, ExitCode::unknown);
    add_groups(check);
    add_remarks(check);
    add_next(check);
    report.verdict = verdict_of(check);
}

}  // namespace agentops::cmd
