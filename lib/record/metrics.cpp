#include "record/metrics.h"

#include <algorithm>
#include <set>

#include "base/instant.h"
#include "base/json_access.h"
#include "record/incidents.h"

namespace agentops::record {

namespace {

using Words = std::set<std::string>;

/// Of one apply or check: what is worse has the higher number.
enum class Verdict { none, good, undecided, bad };

/// Measures, while they are being collected.
struct Tally {
    Measures measures;
    SpellSamples restore, detect, repair;

    Measures result() const {
        auto result = measures;
        result.restore = restore.spells();
        result.detect = detect.spells();
        result.repair = repair.spells();
        return result;
    }
};

void count(Verdict verdict, Share& share, std::size_t& undecided) {
    if (verdict == Verdict::undecided) ++undecided;
    if (verdict == Verdict::good || verdict == Verdict::bad) ++share.n;
    if (verdict == Verdict::bad) ++share.hits;
}

void count_apply(Tally& tally, Verdict verdict) {
    count(verdict, tally.measures.applies, tally.measures.interrupted);
}

void count_check(Tally& tally, Verdict verdict) {
    count(verdict, tally.measures.checks, tally.measures.inconclusive);
}

bool all_in(const Words& words, const Words& known) {
    return std::includes(known.begin(), known.end(), words.begin(), words.end());
}

/// What an apply came to for one stack, by the statuses of its units. None: it did not begin there.
Verdict verdict_of(const Words& units, bool interrupted) {
    if (all_in(units, {"not-started", "skipped"})) return Verdict::none;
    if (units.count("failed") + units.count("not-converged") > 0) return Verdict::bad;
    if (all_in(units, {"applied", "destroyed", "unchanged"})) return Verdict::good;
    return interrupted || units.count("interrupted") > 0 ? Verdict::undecided : Verdict::bad;
}

/// What an apply came to as a whole.
Verdict verdict_of(const std::string& status) {
    if (status == "applied") return Verdict::good;
    return status == "interrupted" ? Verdict::undecided : Verdict::bad;
}

Verdict worst(const std::map<std::string, Verdict>& stacks) {
    auto verdict = Verdict::none;
    for (const auto& [stack, one] : stacks)
        verdict = std::max(verdict, one);
    return verdict;
}

/// By stack. Failed checks are no unit's fault: then all stacks that took part have failed.
std::map<std::string, Verdict> verdicts_of_apply(const Json& data) {
    std::map<std::string, Words> units;
    if (const auto& list = member(data, "units"); list.is_object()) {
        for (const auto& [unit, status] : list.items())
            units[stack_of(unit)].insert(text_of(status));
    }
    const auto whole = verdict_of(text_of(data, "status"));
    std::map<std::string, Verdict> verdicts;
    for (const auto& [stack, statuses] : units)
        verdicts[stack] = verdict_of(statuses, whole == Verdict::undecided);
    if (whole != Verdict::bad || worst(verdicts) == Verdict::bad) return verdicts;
    for (auto& [stack, verdict] : verdicts) {
        if (verdict == Verdict::good) verdict = Verdict::bad;
    }
    return verdicts;
}

/// A check of one stack. What could not be looked at may have drifted.
Verdict verdict_of_check(const Json& counts) {
    const auto& drifted = member(counts, "drifted");
    if (drifted.is_number() && drifted > 0) return Verdict::bad;
    return drifted == 0 && member(counts, "unknown") == 0 ? Verdict::good : Verdict::undecided;
}

/// The differences of a line, by reference.
Words references(const JournalEntry& entry) {
    Words found;
    const auto& list = member(entry.data, "differences");
    for (std::size_t i = 0; list.is_array() && i < list.size(); ++i)
        found.insert(text_of(list[i]));
    found.erase("");
    return found;
}

/// When a stack was in order, as far as the journal tells.
struct Clean {
    std::string run, last, earlier;  ///< the run that last saw it so; when; and before that run

    void mark(const JournalEntry& entry) {
        if (entry.run != run) earlier = last;
        run = entry.run;
        last = entry.time;
    }
    /// A check whose drift is all accepted reads as clean: it does not vouch for its own finding.
    const std::string& before(const std::string& other) const {
        return other == run ? earlier : last;
    }
};

class Collector {
public:
    explicit Collector(const MetricsOptions& options) : options_(options) {}

    void read(const JournalEntry& entry) {
        if (is_event(entry, "apply.started")) running_.insert(entry.run);
        if (is_event(entry, "apply.finished")) end_apply(entry);
        if (is_event(entry, "drift.checked")) check(entry);
        if (is_event(entry, "drift.detected")) detect(entry);
        if (is_event(entry, "drift.restored")) repair(entry);
    }

    void read(const Incident& incident) {
        const bool is_new = in_span(incident.opened);
        if (!is_new && !incident.open() && !in_span(incident.restored)) return;
        Words stacks;
        for (const auto& trouble : incident.troubles) {
            if (selected(trouble.stack)) stacks.insert(trouble.stack);
        }
        if (!stacks.empty() || !options_.stacks) add(all_, incident, is_new);
        for (const auto& stack : stacks)
            add(stacks_[stack], incident, is_new);
    }

    Metrics result() {
        for (const auto& [stack, since] : drifting_) {
            if (!selected(stack) || since.empty()) continue;
            stacks_[stack].measures.drifting += since.size();
            all_.measures.drifting += since.size();
        }
        Metrics metrics{all_.result(), {}, running_.size()};
        for (const auto& [stack, tally] : stacks_)
            metrics.stacks.emplace(stack, tally.result());
        return metrics;
    }

private:
    bool selected(const std::string& stack) const {
        return !stack.empty() && (!options_.stacks || options_.stacks(stack));
    }

    /// What has no time that can be read is counted all the same.
    bool in_span(const std::string& time) const {
        const auto when = parse_rfc3339(time);
        return !options_.since || !when || *when >= *options_.since;
    }

    static void add(Tally& tally, const Incident& incident, bool is_new) {
        auto& counts = tally.measures;
        ++(is_new ? counts.opened : counts.carried);
        ++(incident.open() ? counts.open : counts.restored);
        if (incident.open()) return;
        tally.restore.add(parse_rfc3339(incident.opened), parse_rfc3339(incident.restored));
    }

    void end_apply(const JournalEntry& entry) {
        running_.erase(entry.run);
        const auto whole = verdict_of(text_of(entry.data, "status"));
        auto worst_seen = options_.stacks ? Verdict::none : whole;
        for (const auto& [stack, verdict] : verdicts_of_apply(entry.data)) {
            if (whole == Verdict::good) clean_[stack].mark(entry);
            if (!selected(stack) || is_done(entry.run, stack, verdict)) continue;
            worst_seen = std::max(worst_seen, verdict);
            if (in_span(entry.time)) count_apply(stacks_[stack], verdict);
        }
        if (in_span(entry.time)) count_apply(all_, worst_seen);
    }

    /// A run that is resumed names again what it had done before.
    bool is_done(const std::string& run, const std::string& stack, Verdict verdict) {
        return !run.empty() && verdict == Verdict::good && !done_.insert({run, stack}).second;
    }

    void check(const JournalEntry& entry) {
        const auto& stacks = member(entry.data, "stacks");
        if (!stacks.is_object()) return;
        auto worst_seen = Verdict::none;
        for (const auto& [stack, counts] : stacks.items()) {
            const auto verdict = verdict_of_check(counts);
            if (verdict == Verdict::good) clean_[stack].mark(entry);
            if (!selected(stack) || !in_span(entry.time)) continue;
            worst_seen = std::max(worst_seen, verdict);
            count_check(stacks_[stack], verdict);
        }
        count_check(all_, worst_seen);
    }

    void detect(const JournalEntry& entry) {
        const auto stack = text_of(entry.data, "stack");
        for (const auto& reference : references(entry))
            drifting_[stack].emplace(reference, entry.time);
        if (!selected(stack) || !in_span(entry.time)) return;
        auto clean = parse_rfc3339(text_of(entry.data, "last_clean"));
        if (!clean) clean = parse_rfc3339(clean_[stack].before(entry.run));
        const auto found = parse_rfc3339(entry.time);
        stacks_[stack].detect.add(clean, found);
        all_.detect.add(clean, found);
    }

    void repair(const JournalEntry& entry) {
        const auto stack = text_of(entry.data, "stack");
        for (const auto& reference : references(entry)) {
            const auto since = forget(stack, reference);
            if (!selected(stack) || !in_span(entry.time)) continue;
            for (auto* tally : {&stacks_[stack], &all_}) {
                ++tally->measures.repaired;
                tally->repair.add(since, parse_rfc3339(entry.time));
            }
        }
    }

    /// When the difference was detected; none when nobody wrote that down here.
    std::optional<Instant> forget(const std::string& stack, const std::string& reference) {
        auto node = drifting_[stack].extract(reference);
        if (node.empty()) return std::nullopt;
        return parse_rfc3339(node.mapped());
    }

    const MetricsOptions& options_;
    Tally all_;
    std::map<std::string, Tally> stacks_;
    std::map<std::string, Clean> clean_;  ///< by stack
    /// By stack and reference: since when. What is detected again (with another value) while it
    /// drifts has drifted since the first time.
    std::map<std::string, std::map<std::string, std::string>> drifting_;
    std::set<std::pair<std::string, std::string>> done_;  ///< run and stack
    Words running_;                                       ///< runs
};

}  // namespace

bool Measures::empty() const {
    return opened + carried + repaired + drifting + detect.n + detect.unknown + applies.n +
               interrupted + checks.n + inconclusive ==
           0;
}

Metrics measure(const std::vector<JournalEntry>& entries, const MetricsOptions& options) {
    Collector collector(options);
    for (const auto& entry : entries)
        collector.read(entry);
    for (const auto& incident : fold_incidents(entries))
        collector.read(incident);
    return collector.result();
}

}  // namespace agentops::record
