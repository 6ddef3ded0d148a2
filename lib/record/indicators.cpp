#include "record/indicators.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/instant.h"
#include "base/json_access.h"
#include "record/evidence.h"
#include "record/incidents.h"

namespace agentops::record {

namespace {

using Numbers = std::vector<double>;

double seconds_between(Instant from, Instant to) {
    return std::chrono::duration<double>(to - from).count();
}

/// The sum of `over` by that of `under`, with an interval; none when that is 0.
Quantity ratio(const Numbers& over, const Numbers& under, std::string unit = {}) {
    const auto of = [&](const Indices& drawn) -> std::optional<double> {
        double above = 0, below = 0;
        for (const auto index : drawn) {
            above += over[index];
            below += under[index];
        }
        if (below <= 0) return std::nullopt;
        return above / below;
    };
    Indices all(over.size());
    std::iota(all.begin(), all.end(), 0);
    return {of(all), over.size(), bootstrap95(over.size(), of), std::move(unit)};
}

Quantity mean(const Numbers& numbers, std::string unit = {}) {
    return ratio(numbers, Numbers(numbers.size(), 1.0), std::move(unit));
}

using Besides = std::map<std::string, std::size_t>;

Figure figure(std::string key, std::string label, std::variant<Share, Spells, Quantity> value,
              Besides besides = {}) {
    std::erase_if(besides, [](const auto& beside) { return beside.second == 0; });
    return {std::move(key), std::move(label), std::move(value), std::move(besides)};
}

Topic provisioning_time(const Evidence& evidence) {
    SpellSamples total, own, plan, people, apply, single;
    std::size_t failed = 0;
    for (const auto* run : evidence.deployments()) {
        failed += run->applied() ? 0 : 1;
        if (!run->applied()) continue;
        total.add(run->started, run->ended);
        plan.add(run->started, run->planned);
        apply.add(run->begun, run->ended);
        if (run->by_person) people.add(run->planned, run->begun);
        if (run->started && run->planned && run->begun && run->ended) {
            const auto waited = run->by_person ? *run->begun - *run->planned : Instant::duration(0);
            own.add(*run->started, *run->ended - waited);
        }
        const auto done = run->operations.n - run->operations.hits;
        if (run->begun && run->ended && done > 0)
            single.add(std::chrono::duration_cast<std::chrono::milliseconds>(
                (*run->ended - *run->begun) / static_cast<long>(done)));
    }
    return {"provisioning_time",
            "Provisioning time",
            {figure("total", "from intent to proof", total.spells(), {{"failed", failed}}),
             figure("without_people", "without waiting for people", own.spells()),
             figure("plan", "to plan", plan.spells()),
             figure("people", "waiting for people", people.spells()),
             figure("apply", "to apply", apply.spells()),
             figure("per_resource", "to apply one resource", single.spells())}};
}

Topic error_rate(const Evidence& evidence, const Measures& measures) {
    Share runs, artifacts, operations, escaped;
    std::size_t going_on = 0, early = 0;
    for (const auto& run : evidence.runs()) {
        artifacts += run.validations;
        operations += run.operations;
        const bool ongoing = run.begins > run.ends.size();
        going_on += ongoing ? 1 : 0;
        if (!run.interrupted() && !ongoing) {
            ++runs.n;
            runs.hits += run.plan_failed || (run.settled() && !run.applied()) ? 1 : 0;
        }
        const bool unproven = run.settled() && run.ends.back() == "not-converged";
        if (!unproven && !run.applied()) continue;
        const auto later = unproven ? true : evidence.failed_afterwards(run, false);
        early += later ? 0 : 1;
        escaped.n += later ? 1 : 0;
        escaped.hits += later && *later ? 1 : 0;
    }
    return {"error_rate",
            "Error rate",
            {figure("runs", "runs that failed", runs, {{"open", going_on}}),
             figure("applies", "applies that failed", measures.applies,
                    {{"interrupted", measures.interrupted}}),
             figure("artifacts", "artifacts that did not validate", artifacts),
             figure("operations", "operations that failed", operations),
             figure("escaped", "applies whose fault showed only afterwards", escaped,
                    {{"open", early}})}};
}

/// What one component had and needed, for a time.
struct Stretch {
    Capacity capacity;
    Instant from, to;
};

/// From each apply of a stack to the next one, or to the journal's end, as far as it lies in the
/// span.
std::vector<Stretch> stretches(const Evidence& evidence) {
    std::vector<Stretch> found;
    std::map<std::string, std::vector<Stretch>> current;
    const auto close = [&](std::vector<Stretch>& of_stack, Instant now) {
        for (auto& stretch : of_stack) {
            stretch.from = std::max(stretch.from, evidence.options().since.value_or(stretch.from));
            stretch.to = now;
            if (stretch.to > stretch.from) found.push_back(stretch);
        }
        of_stack.clear();
    };
    for (const auto& run : evidence.runs_of_all_times()) {
        if (!run.applied() || !run.ended) continue;
        for (const auto& [stack, chapter] : run.stacks) {
            if (!evidence.selected(stack)) continue;
            close(current[stack], *run.ended);
            for (const auto& [component, capacity] : chapter.capacity)
                current[stack].push_back({capacity, *run.ended, *run.ended});
        }
    }
    for (auto& [stack, of_stack] : current)
        close(of_stack, evidence.last().value_or(Instant{}));
    return found;
}

Topic utilisation(const Evidence& evidence) {
    Numbers used, provided, needed, over, under, time, time_over, time_under;
    for (const auto& stretch : stretches(evidence)) {
        const double length = seconds_between(stretch.from, stretch.to);
        const auto& had = stretch.capacity;
        used.push_back(had.average * length);
        provided.push_back(had.provided * length);
        needed.push_back(had.needed * length);
        over.push_back(std::max(0.0, had.provided - had.needed) * length);
        under.push_back(std::max(0.0, had.needed - had.provided) * length);
        time.push_back(length);
        time_over.push_back(had.provided > had.needed ? length : 0);
        time_under.push_back(had.provided < had.needed ? length : 0);
    }
    return {"utilisation",
            "Utilisation of processors",
            {figure("used", "used of what was there", ratio(used, provided)),
             figure("over", "there and not needed at the peak, of the need", ratio(over, needed)),
             figure("under", "needed at the peak and not there, of it", ratio(under, needed)),
             figure("time_over", "share of time with too many", ratio(time_over, time)),
             figure("time_under", "share of time with too few", ratio(time_under, time))}};
}

Topic scalability(const Evidence& evidence) {
    constexpr double kLeast = 100;  // below it, what does not grow hides what does
    std::vector<Point> points;
    Numbers resources, times;
    for (const auto& run : evidence.runs()) {
        if (run.plan_failed || !run.started || !run.planned || run.resources == 0) continue;
        const Point point{static_cast<double>(run.resources),
                          seconds_between(*run.started, *run.planned)};
        resources.push_back(point.x);
        times.push_back(point.y);
        if (point.x >= kLeast) points.push_back(point);
    }
    const auto exponent = [&](const Indices& drawn) {
        std::vector<Point> some;
        for (const auto index : drawn)
            some.push_back(points[index]);
        return power_of(some);
    };
    return {"scalability",
            "Scalability",
            {figure("rate", "planned", ratio(resources, times, "resources a second")),
             figure("exponent", "p in time = b * resources^p, of 100 and more",
                    Quantity{power_of(points), points.size(), bootstrap95(points.size(), exponent),
                             ""})}};
}

Topic time_to_restore(const Measures& measures) {
    return {"time_to_restore",
            "Time to restore",
            {figure("restore", "to restore an incident (MTTR)", measures.restore,
                    {{"open", measures.open}}),
             figure("detect", "to detect drift, at most", measures.detect),
             figure("repair", "to repair a difference", measures.repair,
                    {{"open", measures.drifting}})}};
}

Topic decision_accuracy(const Evidence& evidence) {
    Share held, costs;
    std::size_t early = 0;
    for (const auto* run : evidence.applied()) {
        const auto failed = evidence.failed_afterwards(*run, true);
        for (const auto& [stack, chapter] : run->stacks) {
            if (!evidence.selected(stack)) continue;
            if (chapter.cost_held) costs += {*chapter.cost_held ? 1u : 0u, 1};
            early += failed ? 0 : chapter.made;
            if (failed)
                held += {*failed ? 0 : chapter.made - evidence.reversed(*run, stack), chapter.made};
        }
    }
    return {"decision_accuracy",
            "Decision accuracy",
            {figure("held", "decisions neither reversed nor followed by a failure", held,
                    {{"open", early}}),
             figure("costs", "costs that the plan confirmed within 10 %", costs)}};
}

Topic deployment_success(const Evidence& evidence) {
    Share first, all;
    for (const auto& run : evidence.runs()) {
        if (!run.settled()) continue;
        all += {run.applied() ? 1u : 0u, 1};
        if (run.ends.front() != "interrupted")
            first += {run.ends.front() == "applied" ? 1u : 0u, 1};
    }
    return {"deployment_success",
            "Deployment success",
            {figure("first_try", "applied at the first try", first),
             figure("in_the_end", "applied in the end, resumed or not", all)}};
}

/// What a run needed people for: the most that it did.
enum class Role { observer, approver, collaborator, operator_ };

Role role_of(const Story& run) {
    if (run.begins > 1) return Role::operator_;
    for (const auto& [stack, chapter] : run.stacks) {
        if (chapter.pinned > 0) return Role::collaborator;
    }
    return run.by_person ? Role::approver : Role::observer;
}

double weight_of(const std::string& risk) {
    return risk == "high" ? 10 : risk == "medium" ? 3 : 1;
}

/// What a run took of people that no rule wants: resumed and interrupted applies.
std::size_t unplanned_in(const Story& run) {
    const auto stops = std::count(run.ends.begin(), run.ends.end(), "interrupted");
    return (run.begins > 0 ? run.begins - 1 : 0) + static_cast<std::size_t>(stops);
}

double interventions_in(const Story& run) {
    return static_cast<double>(unplanned_in(run) + (run.by_person ? 1 : 0));
}

std::size_t accepted_drift(const Evidence& evidence) {
    const auto& entries = evidence.entries();
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [&](const auto& e) {
            return is_event(e, "drift.accepted") && evidence.in_span(parse_rfc3339(e.time)) &&
                   evidence.selected(stack_of(text_of(e.data, "unit")));
        }));
}

Topic autonomy(const Evidence& evidence) {
    Share decisions;
    Numbers alone, weights, actions, interventions;
    std::array<std::size_t, 4> roles{};
    for (const auto& run : evidence.runs()) {
        interventions.push_back(interventions_in(run));
        actions.push_back(static_cast<double>(run.operations.n - run.operations.hits));
        if (!run.applied()) continue;
        ++roles[static_cast<std::size_t>(role_of(run))];
        const bool is_alone = !run.by_person && run.begins == 1;
        for (const auto& [stack, chapter] : run.stacks) {
            if (!evidence.selected(stack)) continue;
            const auto all = chapter.made + chapter.pinned;
            const auto free = is_alone ? chapter.made : 0;
            decisions += {free, all};
            alone.push_back(static_cast<double>(free) * weight_of(chapter.risk));
            weights.push_back(static_cast<double>(all) * weight_of(chapter.risk));
        }
    }
    const auto n = std::accumulate(roles.begin(), roles.end(), std::size_t{0});
    return {"autonomy",
            "Autonomy",
            {figure("decisions", "decisions that took effect without a person", decisions),
             figure("weighted", "weighed by risk (1, 3, 10)", ratio(alone, weights)),
             figure("observer", "runs that people only watched", Share{roles[0], n}),
             figure("approver", "runs that they approved", Share{roles[1], n}),
             figure("collaborator", "runs whose properties they pinned", Share{roles[2], n}),
             figure("operator", "runs that they resumed", Share{roles[3], n}),
             figure("between", "done from one intervention to the next",
                    ratio(actions, interventions, "operations"))}};
}

Topic human_intervention(const Evidence& evidence) {
    Numbers approvals, unplanned, all, hundreds;
    SpellSamples latency;
    for (const auto& run : evidence.runs()) {
        approvals.push_back(run.by_person ? 1 : 0);
        unplanned.push_back(static_cast<double>(unplanned_in(run)));
        all.push_back(interventions_in(run));
        if (run.by_person) latency.add(run.planned, run.approved);
        double decisions = 0;
        for (const auto& [stack, chapter] : run.stacks) {
            if (evidence.selected(stack) && run.begins > 0)
                decisions += static_cast<double>(chapter.made + chapter.pinned);
        }
        hundreds.push_back(decisions / 100);
    }
    const auto accepted = accepted_drift(evidence);
    return {
        "human_intervention",
        "Human intervention",
        {figure("approvals", "approvals a run, as the rules want", mean(approvals)),
         figure("unplanned", "resumed and interrupted applies a run", mean(unplanned)),
         figure("accepted_drift", "differences accepted instead of repaired",
                Quantity{static_cast<double>(accepted), accepted, std::nullopt, ""}),
         figure("per_100_decisions", "approvals and stops for 100 decisions", ratio(all, hundreds)),
         figure("approval_latency", "to approve a plan", latency.spells())}};
}

/// Differences that were restored after the watcher healed the stack, of all that were.
Share healed(const Evidence& evidence) {
    Share share;
    std::map<std::string, bool> by_us;  // by stack: whether the last to change it was the watcher
    for (const auto& entry : evidence.entries()) {
        const auto stack = text_of(entry.data, "stack");
        if (is_event(entry, "drift.detected")) by_us[stack] = false;
        if (is_event(entry, "heal.applied"))
            by_us[stack] = text_of(entry.data, "status") == "applied";
        if (is_event(entry, "apply.finished")) {
            for (const auto& [unit, status] : member(entry.data, "units").items())
                by_us[stack_of(unit)] = false;
        }
        if (!is_event(entry, "drift.restored") || !evidence.selected(stack) ||
            !evidence.in_span(parse_rfc3339(entry.time)))
            continue;
        const auto count = member(entry.data, "differences").size();
        share += {by_us[stack] ? count : 0, count};
    }
    return share;
}

/// How much smaller the share of invalid artifacts is in the last third of the plans than in the
/// first.
Quantity learning_gain(const Evidence& evidence) {
    std::vector<Share> plans;
    for (const auto& run : evidence.runs()) {
        if (run.validations.n > 0) plans.push_back(run.validations);
    }
    Quantity gain{std::nullopt, plans.size(), std::nullopt, ""};
    const auto third = static_cast<std::ptrdiff_t>(plans.size() / 3);
    if (third == 0) return gain;
    const auto sum = [](auto from, auto to) {
        Share total;
        for (; from != to; ++from)
            total += *from;
        return total.value();
    };
    gain.value = sum(plans.begin(), plans.begin() + third) - sum(plans.end() - third, plans.end());
    return gain;
}

Topic adaptability(const Evidence& evidence, const Measures& measures) {
    return {"adaptability",
            "Adaptability",
            {figure("drift", "checks that saw drift", measures.checks,
                    {{"inconclusive", measures.inconclusive}}),
             figure("healed", "differences healed without a person", healed(evidence)),
             figure("learning_gain", "fewer invalid artifacts than at first",
                    learning_gain(evidence))}};
}

/// Incidents of applies and checks: what DORA calls a failed deployment.
Figure time_to_recover(const Evidence& evidence) {
    SpellSamples restored;
    std::size_t open = 0;
    for (const auto& incident : fold_incidents(evidence.entries())) {
        const bool counts = std::any_of(
            incident.troubles.begin(), incident.troubles.end(), [&](const auto& trouble) {
                return trouble.kind != "drift" && evidence.selected(trouble.stack);
            });
        const auto end = parse_rfc3339(incident.restored);
        if (!counts || (!incident.open() && !evidence.in_span(end))) continue;
        if (incident.open())
            ++open;
        else
            restored.add(parse_rfc3339(incident.opened), end);
    }
    return figure("recovery_time", "to recover from a failed deployment", restored.spells(),
                  {{"open", open}});
}

Topic dora(const Evidence& evidence) {
    constexpr double kDay = 86'400;
    Share failures;
    SpellSamples lead;
    std::size_t applied = 0, early = 0;
    for (const auto* run : evidence.deployments()) {
        if (run->applied()) {
            ++applied;
            lead.add(run->committed, run->ended);
        }
        const auto failed =
            run->applied() ? evidence.failed_afterwards(*run, true) : std::optional(true);
        early += failed ? 0 : 1;
        if (failed) failures += {*failed ? 1u : 0u, 1};
    }
    Quantity often{std::nullopt, applied, std::nullopt, "a day"};
    if (evidence.first() && evidence.last() && *evidence.first() <= *evidence.last()) {
        const double days =
            std::max(1.0, seconds_between(*evidence.first(), *evidence.last()) / kDay);
        const auto [low, high] = poisson95(applied);
        often.value = static_cast<double>(applied) / days;
        often.interval = Interval{low / days, high / days};
    }
    return {"dora",
            "DORA",
            {figure("deployment_frequency", "deployments", often),
             figure("lead_time", "from commit to proof", lead.spells()),
             figure("change_failure_rate", "deployments that failed, then or afterwards", failures,
                    {{"open", early}}),
             time_to_recover(evidence)}};
}

}  // namespace

std::vector<Topic> indicators(const std::vector<JournalEntry>& entries, const Measures& measures,
                              const MetricsOptions& options) {
    const Evidence evidence(entries, options);
    return {provisioning_time(evidence),
            error_rate(evidence, measures),
            utilisation(evidence),
            scalability(evidence),
            time_to_restore(measures),
            decision_accuracy(evidence),
            deployment_success(evidence),
            autonomy(evidence),
            human_intervention(evidence),
            adaptability(evidence, measures),
            dora(evidence)};
}

}  // namespace agentops::record
