#include "cmd/knowledge.h"

#include <fmt/core.h>

#include <set>

#include "base/instant.h"
#include "base/text.h"

namespace agentops::cmd {

namespace {

constexpr std::size_t kMaxKnowledge = std::size_t(1) << 30;
constexpr const char* kRelative = "paths are relative to the project";

Result<const Source*> read_source(Session& session, const intent::Project& project,
                                  const Located<std::string>& file, const char* help = kRelative) {
    const auto text = project.tree->read(project.root / file.value, kMaxKnowledge);
    if (!text)
        return fail(error("project.missing-file",
                          fmt::format("{} cannot be read", escape_terminal(file.value)),
                          file.position, help));
    return &session.sources().add(file.value, *text);
}

std::optional<std::int64_t> days_between(const std::string& day, const std::string& later) {
    const auto from = parse_rfc3339(day + "T00:00:00Z"), to = parse_rfc3339(later + "T00:00:00Z");
    if (!from || !to) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::hours>(*to - *from).count() / 24;
}

/// The oldest price of the regions that the project's stacks are in.
const prices::Price* oldest(const Workspace& workspace) {
    std::set<std::string_view> regions;
    for (const auto& stack : workspace.stacks)
        regions.insert(stack.target.region.value.value);
    const prices::Price* found = nullptr;
    for (const auto* price : workspace.prices.all()) {
        const bool used = regions.count(price->region) > 0;
        if (used && (found == nullptr || price->date < found->date)) found = price;
    }
    return found;
}

void warn_of_age(const Session& session, Workspace& workspace) {
    const auto& settings = workspace.project.settings.prices;
    const auto* price = oldest(workspace);
    if (price == nullptr) return;
    const auto days = days_between(price->date, session.today());
    if (!days || std::chrono::hours(24 * *days) <= settings.max_age.value.value) return;
    workspace.remarks.push_back(warning(
        "prices.old",
        fmt::format("the price of {} in {} is {} days old", price->item, price->region, *days),
        settings.max_age.position, "agentops prices import FILE takes newer ones"));
}

/// What the project's own agents say wins over every book.
void ask_for_prices(Workspace& workspace) {
    if (!workspace.council->sits(Stage::prices)) return;
    const auto counsel = workspace.council->ask(
        Stage::prices, "", {{"prices", prices_slot(workspace.prices)}}, workspace.remarks);
    for (const auto& [agent, reply] : counsel) {
        prices::Book said;
        for (auto price : reply.prices) {
            price.source = fmt::format("{}: {}", agent, price.source);
            said.add(std::move(price));
        }
        workspace.prices.lay_over(std::move(said));
    }
}

}  // namespace

Result<catalog::Observed> read_observed(Session& session, const intent::Project& project,
                                        const intent::TelemetryQuery& from) {
    TRY(const auto* source,
        read_source(session, project, from.file,
                    from.prometheus ? "agentops telemetry --fetch gets it" : kRelative));
    return catalog::read_telemetry(*source);
}

Status read_knowledge(Session& session, Workspace& workspace) {
    const auto& settings = workspace.project.settings;
    workspace.prices = prices::Book::builtin();
    if (settings.prices.book) {
        TRY(const auto* source, read_source(session, workspace.project, *settings.prices.book));
        TRY(auto own, prices::Book::parse(*source));
        workspace.prices.lay_over(std::move(own));
    }
    for (const auto& [component, source] : settings.telemetry) {
        TRY(auto observed, read_observed(session, workspace.project, source.from));
        workspace.observed[component] = {observed, source.from.file.value};
    }
    ask_for_prices(workspace);
    warn_of_age(session, workspace);
    return {};
}

}  // namespace agentops::cmd
