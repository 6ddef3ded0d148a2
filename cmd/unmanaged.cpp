#include "cmd/unmanaged.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "cmd/known_states.h"
#include "run/schedule.h"

namespace agentops::cmd {

namespace {

/// Stacks in one place: they are asked about together.
struct Group {
    drift::Place place;
    Selection stacks;
    bool global = false;  ///< it answers for all regions
};

drift::Place place_of(const intent::Stack& stack) {
    const auto& target = stack.target;
    return {target.region.value.value,
            target.endpoint ? target.endpoint->value.value : std::string()};
}

std::vector<Group> groups_of(const Selection& stacks) {
    std::vector<Group> groups;
    std::set<std::string> endpoints;
    for (const auto* stack : stacks) {
        const auto place = place_of(*stack);
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& known) { return known.place == place; });
        if (group == groups.end())
            group = groups.insert(group, {place, {}, endpoints.insert(place.endpoint).second});
        group->stacks.push_back(stack);
    }
    return groups;
}

/// The stack of each VPC. One that manages it comes before one that only uses it.
std::map<std::string, std::string> networks_of(const Group& group, const KnownStates& states) {
    std::map<std::string, std::string> networks;
    for (const auto* stack : group.stacks) {
        const auto known = states.by_stack.find(stack->id);
        if (known == states.by_stack.end()) continue;
        for (const auto& vpc : known->second.networks()) {
            const bool is_first = networks.emplace(vpc, stack->id).second;
            if (!is_first && known->second.has("aws_vpc", vpc)) networks[vpc] = stack->id;
        }
    }
    return networks;
}

Diagnostic not_listed(const std::string& what, const Diagnostics& why) {
    const auto reason = why.empty() ? Diagnostic() : why.front();
    return warning("drift.not-listed", fmt::format("{} not listed: {}", what, reason.message), {},
                   reason.help);
}

/// Asks about one place and reads the answers.
class Inquiry {
public:
    Inquiry(const Group& group, std::string program, run::Runner& runner)
        : group_(group),
          program_(std::move(program)),
          subject_(group.stacks.front()->id + "/unmanaged"),
          runner_(runner) {}

    void run(Session& session, const KnownStates& states, UnmanagedAnswer& answer) {
        const auto identity = runner_.run(subject_, drift::identity_step(program_, group_.place));
        if (identity.ok) ask(session);
        if (!identity.ok || session.interrupt().count() > 0) {
            answer.diagnostics.push_back(
                not_listed("what nobody manages in " + region() + " is", reason_of(identity)));
            return;
        }
        read(states, answer);
    }

private:
    const std::string& region() const { return group_.place.region; }

    /// An interruption hits every listing alike.
    static Diagnostics reason_of(const run::StepResult& identity) {
        if (!identity.ok) return identity.diagnostics;
        return {error("tool.interrupted", "interrupted")};
    }

    bool is_asked(const drift::Listing& listing) const { return !listing.global || group_.global; }

    void ask(Session& session) {
        const auto& listings = drift::listings();
        results_.resize(listings.size());
        run::parallel_for(listings.size(), session.jobs(), [&](std::size_t i) {
            if (!is_asked(listings[i])) return;
            const auto step = drift::listing_step(listings[i], program_, group_.place);
            results_[i] = runner_.run(subject_, step);
        });
    }

    void read(const KnownStates& states, UnmanagedAnswer& answer) const {
        const auto& listings = drift::listings();
        const auto networks = networks_of(group_, states);
        drift::Survey survey(states.all, networks);
        for (std::size_t i = 0; i < listings.size(); ++i) {
            if (!is_asked(listings[i])) continue;
            if (auto found = read_one(survey, listings[i], results_[i])) {
                ++answer.listed;
                std::move(found->begin(), found->end(), std::back_inserter(answer.found));
            } else {
                const auto what = fmt::format("{} in {} was", listings[i].type, region());
                answer.diagnostics.push_back(not_listed(what, found.error()));
            }
        }
    }

    static Result<std::vector<drift::Unmanaged>> read_one(drift::Survey& survey,
                                                          const drift::Listing& listing,
                                                          const run::StepResult& result) {
        if (result.ok) return survey.read(listing, result.output);
        survey.miss(listing);
        return fail(result.diagnostics);
    }

    const Group& group_;
    std::string program_, subject_;
    run::Runner& runner_;
    std::vector<run::StepResult> results_;  ///< by listing
};

/// Without a state a stack's networks are not known, and all that is there seems to be nobody's.
void report_stateless(const Selection& stacks, const UnitSet& units, const KnownStates& states,
                      Diagnostics& out) {
    for (const auto* stack : stacks) {
        const bool has_units =
            std::any_of(units.jobs.begin(), units.jobs.end(), [&](const UnitJob& job) {
                return job.unit().stack == stack->id && job.terraform() != nullptr;
            });
        if (!has_units || states.by_stack.count(stack->id) == 1) continue;
        out.push_back(warning(
            "drift.no-state",
            fmt::format("no state of {} could be read: its networks are not looked at", stack->id),
            {}, "apply it first, or look at the other warnings"));
    }
}

}  // namespace

UnmanagedAnswer find_unmanaged(Session& session, const Workspace& workspace,
                               const Selection& stacks, const UnitSet& units, run::Runner& runner) {
    UnmanagedAnswer answer;
    const auto program = find_program("aws");
    if (!program) {
        answer.diagnostics.push_back(warning("drift.not-listed",
                                             "what nobody manages is not listed: there is no aws "
                                             "command on PATH",
                                             {}, "install the AWS command line interface"));
        return answer;
    }
    const auto states = read_known_states(session, workspace, units, runner);
    answer.diagnostics = states.diagnostics;
    report_stateless(stacks, units, states, answer.diagnostics);
    for (const auto& group : groups_of(stacks))
        Inquiry(group, program->string(), runner).run(session, states, answer);
    return answer;
}

}  // namespace agentops::cmd
