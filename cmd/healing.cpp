#include "cmd/healing.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cmd/apply_flow.h"
#include "cmd/approval.h"
#include "drift/heal.h"
#include "record/journal.h"

namespace agentops::cmd {

namespace {

using drift::ConditionType;
using drift::HealChoice;

const intent::Stack* stack_of(const Prepared& prepared, const std::string& id) {
    for (const auto* stack : prepared.selection) {
        if (stack->id == id) return stack;
    }
    throw InternalError("a stack that was not selected: " + id);
}

bool covers(const intent::Heal& policy, const std::string& component) {
    return policy.only.empty() ||
           std::any_of(policy.only.begin(), policy.only.end(),
                       [&](const auto& name) { return name.value.value == component; });
}

drift::HealPolicy policy_of(const intent::Heal& heal) {
    return {heal.mode.value.value == "auto", heal.cool_down.value.value, heal.window.value.value,
            static_cast<int>(heal.max_times.value)};
}

/// One repair of one stack.
class Healing {
public:
    Healing(Session& session, const Prepared& prepared, const report::StackReport& stack, bool sure,
            drift::StackCondition& condition)
        : sure_(sure),
          session_(session),
          prepared_(prepared),
          intent_(*stack_of(prepared, stack.id)),
          stack_(stack),
          condition_(condition) {}

    Status run() {
        if (!intent_.heal) return {};
        if (!sure_) {
            say("not healed: what is accepted or was seen before cannot be read");
            return {};
        }
        const auto journal = record::read_journal(store());
        const auto history = drift::heal_history(journal.entries, stack_.id);
        const auto choice =
            drift::choose(policy_of(*intent_.heal), history, wanted(), session_.clock().now());
        TRY_DO(tell_fights(choice, history));
        switch (choice.what) {
            case HealChoice::What::nothing:
                say(choice.why);
                return {};
            case HealChoice::What::propose:
                return propose(choice, plan(choice));
            case HealChoice::What::apply:
                return apply(choice);
        }
        throw InternalError("a choice out of range");
    }

private:
    const record::Store& store() const { return prepared_.workspace->store; }

    void say(const std::string& what) {
        if (!what.empty()) condition_.message += "; " + what;
    }

    std::vector<std::string> wanted() const {
        std::vector<std::string> names;
        for (const auto& resource : *stack_.resources) {
            if (!resource.drifted()) continue;
            // What a plan would not restore cannot be healed.
            if (resource.verdict.planned == Action::no_op) continue;
            if (!covers(*intent_.heal, resource.verdict.origin.component)) continue;
            names.push_back(resource.verdict.unit + ":" + resource.verdict.address);
        }
        return names;
    }

    std::string writer_of(const std::string& name) const {
        for (const auto& resource : *stack_.resources) {
            if (resource.verdict.unit + ":" + resource.verdict.address != name) continue;
            for (const auto& difference : resource.differences) {
                if (difference.seen && !difference.seen->actor.empty())
                    return difference.seen->actor;
            }
        }
        return "";
    }

    Status tell_fights(const HealChoice& choice, const drift::HealHistory& history) {
        for (const auto& name : choice.fights) {
            condition_.reason = "Fight";
            const auto writer = writer_of(name);
            say(fmt::format(
                "{} was healed {} times within {} min and drifts again{}", name,
                intent_.heal->max_times.value,
                std::chrono::duration_cast<std::chrono::minutes>(intent_.heal->window.value.value)
                    .count(),
                writer.empty() ? "" : ": " + writer + " writes it too"));
            const bool told = std::find(history.fights.begin(), history.fights.end(), name) !=
                              history.fights.end();
            if (told) continue;
            TRY_DO(record::append_journal(
                store(), session_.clock(), "", "heal.fight",
                {{"stack", stack_.id}, {"address", name}, {"writer", writer}}));
        }
        return {};
    }

    /// By unit: addresses, or the machines of a playbook.
    std::map<std::string, Aim> aims(const HealChoice& choice) const {
        std::map<std::string, Aim> aims;
        for (const auto& resource : *stack_.resources) {
            const auto& verdict = resource.verdict;
            const auto name = verdict.unit + ":" + verdict.address;
            const auto& wanted = choice.targets;
            if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
            auto target = verdict.address;
            if (const auto task = target.find(": "); task != std::string::npos) target.resize(task);
            auto& targets = aims[verdict.unit].targets;
            if (std::find(targets.begin(), targets.end(), target) == targets.end())
                targets.push_back(std::move(target));
        }
        return aims;
    }

    Planned plan(const HealChoice& choice) {
        walk_ = walk_static(session_, *prepared_.workspace, {&intent_});
        return make_plan(session_, *prepared_.workspace, walk_,
                         {.purpose = "revert", .aims = aims(choice), .quiet = true});
    }

    Status journal(std::string_view event, const HealChoice& choice, const std::string& run,
                   const std::string& status) {
        return record::append_journal(store(), session_.clock(), run, std::string(event),
                                      {{"stack", stack_.id},
                                       {"addresses", choice.targets},
                                       {"run", run},
                                       {"status", status}});
    }

    Status propose(const HealChoice& choice, const Planned& planned) {
        if (!planned.manifest) {
            say("no plan to heal it could be made");
            return {};
        }
        say(fmt::format("proposed: agentops approve {}", planned.run));
        return journal("heal.proposed", choice, planned.run, "proposed");
    }

    /// Why a plan may not be applied without a person; empty when it may.
    std::string beyond(const Planned& planned) const {
        if (!planned.manifest || planned.blocked) return "the plan is blocked";
        if (!planned.changes) return "a plan would change nothing";
        const auto& verdict = planned.verdicts.at(stack_.id);
        const auto allowed = intent_.heal->max_risk.value.value;
        const auto risk = verdict.risk;
        const bool risky = (allowed == "low" && risk > Risk::low) ||
                           (allowed == "medium" && risk > Risk::medium) ||
                           (allowed == "high" && risk > Risk::high);
        if (risky)
            return fmt::format("its risk is {}, heal.max_risk is {}", to_text(risk), allowed);
        if (!verdict.not_auto.empty()) return verdict.not_auto.front();
        const bool limited = intent_.approvals.automatic.has_value();
        if (!limited && planned.destroys + planned.replaces > 0)
            return "it destroys or replaces something";
        return "";
    }

    Status apply(const HealChoice& choice) {
        const auto planned = plan(choice);
        if (const auto why = beyond(planned); !why.empty()) {
            say("not healed: " + why);
            const bool known = !planned.manifest;
            return known ? Status() : propose(choice, planned);
        }
        const ApprovalWish wish{"agentops watch",
                                fmt::format("heal policy at {}", intent_.heal->position.text()),
                                planned.destroys,
                                planned.replaces,
                                false,
                                true};
        TRY(const auto approval, approve(session_, store(), *planned.manifest, wish));
        const Limits limits{approval.max_destroy, approval.max_replace, false};
        const auto report = apply_manifest(session_, *prepared_.workspace, walk_,
                                           {*planned.manifest, limits, false, true});
        TRY(const auto outcome, record::read_outcome(store(), planned.run));
        TRY_DO(journal("heal.applied", choice, planned.run, outcome.status));
        if (outcome.status == "applied") {
            condition_.type = ConditionType::progressing;
            condition_.reason = "Healed";
            condition_.message = fmt::format(
                "{} restored by run {}", count_of(choice.targets.size(), "object"), planned.run);
        } else {
            say(fmt::format("healing ended as {} (run {})", outcome.status, planned.run));
        }
        return {};
    }

    bool sure_;
    Session& session_;
    const Prepared& prepared_;
    const intent::Stack& intent_;
    const report::StackReport& stack_;
    drift::StackCondition& condition_;
    StaticWalk walk_;
};

}  // namespace

Status heal(Session& session, const Prepared& prepared, const report::StackReport& stack, bool sure,
            drift::StackCondition& condition) {
    return Healing(session, prepared, stack, sure, condition).run();
}

}  // namespace agentops::cmd
