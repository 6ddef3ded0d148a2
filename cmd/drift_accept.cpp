#include "cmd/drift_accept.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/instant.h"
#include "base/text.h"
#include "cmd/approval.h"
#include "cmd/drift_flow.h"
#include "record/journal.h"

namespace agentops::cmd {

namespace {

using drift::Acceptance;
using drift::Sighting;

/// "2027-01-31" as it is; "14d" from today on.
std::optional<std::string> day_of(const Session& session, const std::string& text) {
    const bool relative = text.size() > 1 && text.back() == 'd';
    if (!relative) return text;
    int days = 0;
    const auto end = text.data() + text.size() - 1;
    if (std::from_chars(text.data(), end, days).ptr != end || days < 1 || days > 3650)
        return std::nullopt;
    return rfc3339(session.clock().now() + std::chrono::hours(24 * days)).substr(0, 10);
}

bool is_day(const std::string& text) {
    return text.size() == 10 && parse_rfc3339(text + "T00:00:00Z").has_value();
}

Diagnostic usage(std::string message) {
    return error("cli.usage", std::move(message), {},
                 "agentops drift accept REF --until 14d --reason TEXT");
}

class Accepting {
public:
    Accepting(Session& session, const AcceptWish& wish) : session_(session), wish_(wish) {}

    Result<std::vector<Acceptance>> entries(const Workspace& workspace) const {
        if (wish_.references.empty()) return fail(usage(wish_.mode + " wants what it is about"));
        if (!wish_.reason || wish_.reason->empty()) return fail(usage("--reason is missing"));
        if (!wish_.until) return fail(usage("--until is missing: nothing is accepted for ever"));
        const auto until = day_of(session_, *wish_.until);
        if (!until || !is_day(*until))
            return fail(
                usage(fmt::format("--until wants 2027-01-31 or 14d, got '{}'", *wish_.until)));
        if (*until < session_.today())
            return fail(usage(fmt::format("{} is over already", *until)));
        TRY(const auto open, open_sightings(workspace));
        std::vector<Acceptance> made;
        for (const auto& reference : wish_.references) {
            TRY(auto entry, entry_for(reference, open));
            entry.until = *until;
            made.push_back(std::move(entry));
        }
        return made;
    }

private:
    static Result<std::vector<Sighting>> open_sightings(const Workspace& workspace) {
        std::vector<Sighting> all;
        for (const auto& stack : workspace.stacks) {
            TRY(const auto memory, drift::Memory::read(memory_file(workspace, stack.id)));
            const auto open = memory.open();
            all.insert(all.end(), open.begin(), open.end());
        }
        return all;
    }

    /// A difference, or a whole object when it is ignored or gone.
    Result<Acceptance> entry_for(const std::string& reference,
                                 const std::vector<Sighting>& open) const {
        Acceptance entry;
        entry.mode = wish_.mode;
        entry.reason = *wish_.reason;
        entry.owner = wish_.owner.value_or(current_user());
        std::vector<std::string> known;
        for (const auto& sighting : open) {
            const auto whole = sighting.unit + ":" + sighting.address;
            const auto exact = drift::reference_of(sighting);
            known.push_back(exact);
            const bool object = reference == whole && wish_.mode == "ignore";
            if (reference != exact && !object) continue;
            entry.unit = sighting.unit;
            entry.address = sighting.address;
            if (!object && !sighting.path.empty()) entry.path = sighting.path;
            if (wish_.mode == "accept" && entry.path) entry.actual = sighting.actual;
            return entry;
        }
        const auto near = did_you_mean(reference, known);
        return fail(error("drift.unknown-reference",
                          fmt::format("no check has seen '{}' drift", reference), {},
                          near ? fmt::format("did you mean '{}'?", *near)
                               : "agentops drift --json names each `reference`"));
    }

    Session& session_;
    const AcceptWish& wish_;
};

}  // namespace

ExitCode accept_drift(Session& session, const AcceptWish& wish) {
    auto workspace = load_workspace(session);
    if (!workspace) return session.fail_with(workspace.error());
    auto entries = Accepting(session, wish).entries(**workspace);
    if (!entries) return session.fail_with(entries.error());
    const auto file = acceptance_file(**workspace);
    auto report = session.new_report();
    // A file that cannot be read must not grow.
    if (auto read = drift::read_acceptances(file, session.sources()); !read)
        return session.fail_with(read.error());
    for (const auto& entry : *entries) {
        if (auto added = drift::add_acceptance(file, entry); !added)
            return session.fail_with(added.error());
        const Json data = {
            {"unit", entry.unit},  {"address", entry.address}, {"path", entry.path.value_or("")},
            {"mode", entry.mode},  {"reason", entry.reason},   {"owner", entry.owner},
            {"until", entry.until}};
        if (auto kept = record::append_journal((*workspace)->store, session.clock(), "",
                                               "drift.accepted", data);
            !kept)
            return session.fail_with(kept.error());
    }
    report.verdict =
        fmt::format("{} {} until {}: {}", count_of(entries->size(), "difference"),
                    wish.mode == "accept" ? "accepted" : "ignored", entries->front().until,
                    relative_to(file, (*workspace)->project.root));
    return session.finish(std::move(report));
}

}  // namespace agentops::cmd
