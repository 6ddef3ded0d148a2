#include "cmd/adopt.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/line_diff.h"
#include "base/shell_word.h"
#include "base/text.h"
#include "cmd/adopt_search.h"
#include "terraform/attributes.h"

namespace agentops::cmd {

namespace {

constexpr const char* kSensitive = "(sensitive)";

/// An intent file that is edited.
struct EditedFile {
    fs::path path;
    std::string name;  ///< as shown
    std::string before, after;
};

/// What a reference names.
struct Place {
    std::string unit, address, path;
};

class Adoption {
public:
    Adoption(Session& session, const Prepared& prepared, DriftCheck& check)
        : session_(session), prepared_(prepared), check_(check) {}

    /// Finds edits; nothing is written yet.
    void search() {
        for (const auto& stack : check_.report.stacks) {
            const auto goals = goals_of(stack);
            if (!goals.empty()) edit_stack(*find_stack(stack.id), goals);
        }
    }

    bool found() const { return !adopted_.empty(); }

    Status write() const {
        for (const auto& [path, file] : files_)
            TRY_DO(write_file(file.path, file.after, mode_of(file.path)));
        return {};
    }

    void take_back() const {
        for (const auto& [path, file] : files_)
            std::ignore = write_file(file.path, file.before, mode_of(file.path));
    }

    std::string diff() const {
        std::string text;
        for (const auto& [path, file] : files_)
            text += unified_diff(file.before, file.after, file.name);
        return text;
    }

    /// A line for each object with differences that the intent cannot say.
    std::vector<std::string> remarks() const {
        std::map<std::string, std::vector<std::string>> objects;
        std::map<std::string, std::string> reasons;
        for (const auto& [reference, why] : refused_) {
            const auto& place = places_.at(reference);
            const auto object = place.unit + ":" + place.address;
            objects[object].push_back(reference.substr(object.size()));
            reasons.emplace(object, why);
        }
        std::vector<std::string> lines;
        for (const auto& [object, paths] : objects) {
            const bool one = paths.size() == 1;
            lines.push_back(fmt::format(
                "cannot be adopted: {}{}: {}; to leave it: {}", object,
                one ? paths.front() : fmt::format(" ({} attributes)", paths.size()),
                reasons.at(object), ignore_command(one ? object + paths.front() : object)));
        }
        return lines;
    }

    Json record() const {
        auto edits = Json::array(), refused = Json::array();
        for (const auto& [path, file] : files_)
            edits.push_back(
                {{"file", file.name}, {"diff", unified_diff(file.before, file.after, file.name)}});
        for (const auto& [reference, why] : refused_)
            refused.push_back(
                {{"reference", reference}, {"reason", why}, {"next", ignore_command(reference)}});
        return {{"edits", std::move(edits)},
                {"adopted", adopted_},
                {"not_adopted", std::move(refused)}};
    }

    /// Objects of which every difference was adopted, by unit: their states may take over.
    std::map<std::string, Aim> aims() const {
        std::map<std::string, Aim> aims;
        for (const auto& stack : check_.report.stacks) {
            for (const auto& resource : *stack.resources) {
                const auto& differences = resource.differences;
                const bool whole =
                    resource.drifted() &&
                    std::all_of(differences.begin(), differences.end(), [&](const auto& one) {
                        return one.seen && is_adopted(drift::reference_of(*one.seen));
                    });
                auto& aim = aims[resource.verdict.unit];
                aim.refresh_only = true;
                if (whole) aim.targets.push_back(resource.verdict.address);
            }
        }
        return aims;
    }

    /// A new look at the stacks: what of the adopted would not stay.
    Diagnostics unproven(const DriftCheck& proof) const {
        Diagnostics found;
        for (const auto& reference : adopted_) {
            const auto& [unit, address, path] = places_.at(reference);
            const auto verdict = proof.verdicts.find(unit);
            const bool proven =
                verdict != proof.verdicts.end() && stays(verdict->second, address, path);
            if (!proven)
                found.push_back(
                    error("drift.adopt-unproven",
                          fmt::format("after the edit a plan would still change {}", reference), {},
                          "the intent was left as it was; edit it by hand, or " +
                              ignore_command(reference)));
        }
        return found;
    }

private:
    static std::string ignore_command(const std::string& reference) {
        return fmt::format("agentops drift ignore {} --until 14d --reason ...",
                           shell_word(reference));
    }

    static unsigned mode_of(const fs::path& path) {
        std::error_code ignored;
        return static_cast<unsigned>(fs::status(path, ignored).permissions()) & 0777u;
    }

    /// Gone from the plan, or there and not to be changed. Only a look that was whole can say.
    static bool stays(const drift::UnitVerdict& verdict, const std::string& address,
                      const std::string& path) {
        if (!verdict.checked) return false;
        return std::none_of(
            verdict.resources.begin(), verdict.resources.end(), [&](const auto& resource) {
                if (resource.address != address) return false;
                const auto& drifts = resource.attributes;
                return path.empty()
                           ? resource.planned != Action::no_op
                           : std::any_of(drifts.begin(), drifts.end(),
                                         [&](const auto& one) { return one.path == path; });
            });
    }

    bool is_adopted(const std::string& reference) const {
        return std::find(adopted_.begin(), adopted_.end(), reference) != adopted_.end();
    }

    const intent::Stack* find_stack(const std::string& id) const {
        for (const auto* stack : prepared_.selection) {
            if (stack->id == id) return stack;
        }
        throw InternalError("a stack that was not selected: " + id);
    }

    std::vector<AdoptGoal> goals_of(const report::StackReport& stack) {
        std::vector<AdoptGoal> goals;
        for (const auto& resource : *stack.resources) {
            if (!resource.drifted()) continue;
            for (const auto& difference : resource.differences) {
                if (difference.accepted || !difference.seen) continue;
                auto goal = goal_of(resource.verdict, difference);
                const auto why = why_not(resource.verdict, difference);
                if (why.empty())
                    goals.push_back(std::move(goal));
                else
                    refused_.emplace_back(goal.reference, why);
            }
        }
        return goals;
    }

    AdoptGoal goal_of(const drift::ResourceVerdict& verdict,
                      const report::DifferenceReport& difference) {
        AdoptGoal goal;
        goal.reference = drift::reference_of(*difference.seen);
        places_[goal.reference] = {verdict.unit, verdict.address, difference.drift.path};
        goal.component = verdict.origin.component;
        goal.address = verdict.address;
        goal.path = difference.drift.path;
        goal.gone = verdict.status == drift::Status::deleted;
        goal.actual = value_of(verdict, goal.path);
        return goal;
    }

    Json value_of(const drift::ResourceVerdict& verdict, const std::string& path) const {
        const auto unit = check_.reality.find(verdict.unit);
        if (unit == check_.reality.end()) return nullptr;
        const auto object = unit->second.find(verdict.address);
        return object == unit->second.end() ? Json() : tf::value_at(object->second, path);
    }

    std::string why_not(const drift::ResourceVerdict& verdict,
                        const report::DifferenceReport& difference) {
        const auto& drift = difference.drift;
        const auto job = std::find_if(check_.units.jobs.begin(), check_.units.jobs.end(),
                                      [&](const auto& one) { return one.id() == verdict.unit; });
        if (job == check_.units.jobs.end()) return "its unit was not looked at";
        if (job->ansible() != nullptr)
            return "what is on a machine is not read back; edit what the playbook makes of it";
        if (job->unit().existing) return "its root module is its own source";
        const auto& computed = computed_of(*job);
        if (computed && computed->covers(verdict.type, drift.path))
            return "only its provider sets it";
        if (drift.actual == kSensitive || drift.expected == kSensitive)
            return "its value is secret";
        return "";
    }

    /// Read once for each unit: it has every type of the providers.
    const std::shared_ptr<const drift::ComputedOnly>& computed_of(const UnitJob& job) {
        const auto [known, fresh] = computed_.try_emplace(job.id());
        if (fresh) known->second = computed_only(*prepared_.workspace, job.terraform()->unit);
        return known->second;
    }

    void edit_stack(const intent::Stack& stack, const std::vector<AdoptGoal>& goals) {
        const auto path = prepared_.workspace->project.root / stack.source->path;
        auto& file = files_[path.string()];
        if (file.path.empty())
            file = {path, stack.source->path, stack.source->text, stack.source->text};
        Reality reality;
        for (const auto& [unit, objects] : check_.reality) {
            if (starts_with(unit, stack.id + "/")) reality.insert(objects.begin(), objects.end());
        }
        auto edit = find_edit(session_, *prepared_.workspace, stack, file.after, goals, reality);
        file.after = std::move(edit.text);
        adopted_.insert(adopted_.end(), edit.adopted.begin(), edit.adopted.end());
        refused_.insert(refused_.end(), edit.refused.begin(), edit.refused.end());
    }

    Session& session_;
    const Prepared& prepared_;
    DriftCheck& check_;
    std::map<std::string, EditedFile> files_;
    std::vector<std::string> adopted_;
    std::vector<std::pair<std::string, std::string>> refused_;
    std::map<std::string, std::shared_ptr<const drift::ComputedOnly>> computed_;  // by unit
    std::map<std::string, Place> places_;                                         ///< by reference
};

std::vector<std::string> ids_of(const Selection& selection) {
    std::vector<std::string> ids;
    for (const auto* stack : selection)
        ids.push_back(stack->id);
    return ids;
}

/// The same stacks again, as their files are now, and a look at them that nobody remembers.
Result<std::pair<Prepared, DriftCheck>> look_again(Session& session, const Prepared& prepared,
                                                   const DriftCheck& before) {
    TRY(auto again, prepare(session, ids_of(prepared.selection), false));
    const auto folder = prepared.workspace->store.run(before.run) / "proof";
    auto proof = check_drift(session, *again.workspace, again.walk,
                             {.run_dir = folder, .run = before.run, .remember = false});
    return std::pair(std::move(again), std::move(proof));
}

}  // namespace

ExitCode adopt_drift(Session& session, const Prepared& prepared, DriftCheck check) {
    if (check.drifted == 0) return session.finish(std::move(check.report));
    Adoption adoption(session, prepared, check);
    adoption.search();
    check.report.extra["adoption"] = adoption.record();
    for (auto& remark : adoption.remarks())
        check.report.remarks.push_back(std::move(remark));
    if (!adoption.found()) {
        check.report.next = {"agentops drift --revert"};
        return session.finish(std::move(check.report));
    }
    if (auto written = adoption.write(); !written) return session.fail_with(written.error());
    if (!session.globals().json) session.print(session.redactor().apply(adoption.diff()) + "\n");
    auto again = look_again(session, prepared, check);
    const auto wrong = again ? adoption.unproven(again->second) : again.error();
    if (!wrong.empty()) {
        adoption.take_back();
        append(check.report.diagnostics, wrong);
        check.report.verdict = "nothing was adopted";
        return session.finish(std::move(check.report));
    }
    const auto aims = adoption.aims();
    if (aims_at_nothing(aims)) {
        check.report.remarks.push_back(
            "the intent was edited; the states wait until the rest of these objects is in order");
        return session.finish(std::move(check.report));
    }
    auto planned = make_plan(session, *again->first.workspace, again->first.walk,
                             {.purpose = "adopt", .aims = aims});
    return finish_repair(session, std::move(check), std::move(planned));
}

}  // namespace agentops::cmd
