#include "record/incidents.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/instant.h"
#include "base/json_access.h"

namespace agentops::record {

namespace {

void merge(std::vector<std::string>& targets, const Json& more) {
    if (!more.is_array()) return;
    for (const auto& target : more) {
        const auto name = text_of(target);
        const bool known = std::find(targets.begin(), targets.end(), name) != targets.end();
        if (!name.empty() && !known) targets.push_back(name);
    }
}

Trouble* find(Incident& incident, const Json& data) {
    const auto kind = text_of(data, "kind");
    const auto stack = text_of(data, "stack");
    const auto found = std::find_if(
        incident.troubles.begin(), incident.troubles.end(),
        [&](const Trouble& trouble) { return trouble.kind == kind && trouble.stack == stack; });
    return found == incident.troubles.end() ? nullptr : &*found;
}

void begin_trouble(Incident& incident, const JournalEntry& entry) {
    incident.restored.clear();
    auto* trouble = find(incident, entry.data);
    if (trouble == nullptr) {
        incident.troubles.push_back(
            {text_of(entry.data, "kind"), text_of(entry.data, "stack"), {}, entry.time, ""});
        trouble = &incident.troubles.back();
    }
    if (!trouble->mended.empty()) {
        trouble->since = entry.time;
        trouble->mended.clear();
    }
    merge(trouble->targets, member(entry.data, "targets"));
}

void end_trouble(Trouble& trouble, const std::string& time) {
    if (trouble.mended.empty()) trouble.mended = time;
}

class Fold {
public:
    void read(const JournalEntry& entry) {
        const auto id = text_of(entry.data, "incident");
        if (id.empty()) return;
        if (is_event(entry, "incident.opened") || is_event(entry, "incident.joined"))
            return begin_trouble(opened(id, entry.time), entry);
        const auto known = index_.find(id);
        if (known == index_.end()) return;
        auto& incident = all_[known->second];
        if (is_event(entry, "incident.mended")) mend(incident, entry);
        if (is_event(entry, "incident.restored")) restore(incident, entry.time);
    }

    std::vector<Incident> take() { return std::move(all_); }

private:
    Incident& opened(const std::string& id, const std::string& time) {
        const auto [known, is_new] = index_.emplace(id, all_.size());
        if (is_new) all_.push_back({id, time, "", {}});
        return all_[known->second];
    }

    static void mend(Incident& incident, const JournalEntry& entry) {
        if (auto* trouble = find(incident, entry.data)) end_trouble(*trouble, entry.time);
    }

    static void restore(Incident& incident, const std::string& time) {
        if (incident.open()) incident.restored = time;
        for (auto& trouble : incident.troubles)
            end_trouble(trouble, time);
    }

    std::vector<Incident> all_;
    std::map<std::string, std::size_t> index_;  ///< of `all_`, by id
};

/// Clocks of several machines differ, so a little ahead is near too. What is no time is not near.
/// Milliseconds cannot overflow, as the clock's own unit does after 292 years.
bool is_near(const std::string& since, const std::string& now, std::chrono::minutes window) {
    using std::chrono::floor, std::chrono::milliseconds;
    const auto from = parse_rfc3339(since);
    const auto to = parse_rfc3339(now);
    return from && to && abs(floor<milliseconds>(*to) - floor<milliseconds>(*from)) <= window;
}

/// With a trouble that fits; null when there is none.
const Incident* newest_open(const std::vector<Incident>& all,
                            const std::function<bool(const Trouble&)>& fits) {
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Incident& incident) {
        return incident.open() &&
               std::any_of(incident.troubles.begin(), incident.troubles.end(), fits);
    });
    return found == all.rend() ? nullptr : &*found;
}

}  // namespace

std::vector<Incident> fold_incidents(const std::vector<JournalEntry>& entries) {
    Fold fold;
    for (const auto& entry : entries)
        fold.read(entry);
    return fold.take();
}

const Incident* find_related(const std::vector<Incident>& all, const std::string& stack,
                             const std::set<std::string>& neighbours, const std::string& now,
                             std::chrono::minutes window) {
    const auto* own = newest_open(all, [&](const Trouble& one) { return one.stack == stack; });
    if (own != nullptr) return own;
    return newest_open(all, [&](const Trouble& one) {
        return neighbours.count(one.stack) == 1 && is_near(one.since, now, window);
    });
}

}  // namespace agentops::record
