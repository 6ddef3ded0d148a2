#include <fmt/core.h>

#include <algorithm>

#include "base/fs.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/workspace.h"
#include "prices/import.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

constexpr const char* kOwnBook = "price-book.csv";  ///< when agentops.yaml names none

Json record_of(const prices::Price& price) {
    return {{"region", price.region}, {"item", price.item}, {"unit", price.unit},
            {"usd", price.usd},       {"date", price.date}, {"source", price.source}};
}

class Prices final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "prices",
            .summary = "Show the price book, or take prices from AWS's own lists",
            .description =
                "Without a word it shows the prices that count in the project's regions, with the "
                "day and the source of each. `import FILE` reads an AWS bulk price list "
                "(offers/v1.0/aws/SERVICE/current/REGION/index.json, which you fetched) and writes "
                "what it understands into the project's own book, whose prices win over the "
                "built-in ones: price-book.csv, or the file that agentops.yaml names under "
                "`prices`.",
            .examples = {{"agentops prices", "what counts here"},
                         {"agentops prices ec2/t3.micro", "items whose name has this in it"},
                         {"agentops prices import index.json", "take prices of a list"}},
            .exit_codes = {"0 shown or taken", "3 no such item, or no price list"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("ITEM", words_, "Part of an item's name; or: import FILE...");
    }

    ExitCode run(Session& session) override {
        auto workspace = load_workspace(session, {.allow_empty = true});
        if (!workspace) return session.fail_with(workspace.error());
        if (!words_.empty() && words_.front() == "import") return take(session, **workspace);
        return show(session, **workspace);
    }

private:
    ExitCode show(Session& session, const Workspace& workspace) const {
        const auto counts = [&](const prices::Price& price) {
            const auto& stacks = workspace.stacks;
            const bool here =
                stacks.empty() || std::any_of(stacks.begin(), stacks.end(), [&](const auto& stack) {
                    return stack.target.region.value.value == price.region;
                });
            return here && std::all_of(words_.begin(), words_.end(), [&](const auto& word) {
                       return price.item.find(word) != std::string::npos;
                   });
        };
        auto report = session.new_report();
        auto& records = report.extra["prices"] = Json::array();
        report::Rows rows;
        for (const auto* price : workspace.prices.all()) {
            if (!counts(*price)) continue;
            records.push_back(record_of(*price));
            rows.push_back({price->region, price->item, fmt::format("{}", price->usd),
                            "USD/" + price->unit, price->date, price->source});
        }
        if (rows.empty())
            return session.fail_with({error(
                "prices.unknown", fmt::format("there is no price of '{}'", join(words_, " ")), {},
                "agentops prices lists all; agentops prices import FILE adds some")});
        report.verdict = count_of(rows.size(), "price");
        if (!session.globals().json)
            session.print(
                report::table(rows, {{}, {}, {}, {}, {}, {10}}, session.text_options().width));
        return session.finish(std::move(report));
    }

    ExitCode take(Session& session, const Workspace& workspace) const {
        if (words_.size() < 2)
            return session.fail_with(
                {error("cli.usage", "import what?", {}, "agentops prices import index.json")});
        const auto& named = workspace.project.settings.prices.book;
        const auto file = workspace.project.root / (named ? named->value : kOwnBook);
        if (!lies_inside(file, workspace.project.root))
            return session.fail_with(
                {error("prices.outside",
                       fmt::format("{} lies outside of the project",
                                   escape_terminal(named ? named->value : kOwnBook)),
                       named ? named->position : Position{}, "name a file in the project")});
        prices::Book own;
        if (named) {
            auto before = prices::Book::parse({named->value, read_file(file).value_or("")});
            if (!before) return session.fail_with(before.error());
            own = std::move(*before);
        }
        std::size_t taken = 0, passed_over = 0;
        for (auto name = words_.begin() + 1; name != words_.end(); ++name) {
            const auto imported = read_list(*name);
            if (!imported) return session.fail_with(imported.error());
            taken += imported->taken;
            passed_over += imported->passed_over;
            own.lay_over(imported->book);
        }
        if (const auto written = write_file(file, own.to_csv(), 0644); !written)
            return session.fail_with(written.error());
        auto report = session.new_report();
        report.extra["imported"] = {{"taken", taken}, {"passed_over", passed_over}};
        report.verdict = fmt::format("{} taken into {}, {} passed over", count_of(taken, "price"),
                                     file.filename().string(), count_of(passed_over, "product"));
        if (!named)
            report.next = {fmt::format("name it in agentops.yaml: prices: {{book: {}}}", kOwnBook)};
        return session.finish(std::move(report));
    }

    static Result<prices::Imported> read_list(const std::string& name) {
        const auto text = read_file(name);
        if (!text)
            return fail(error("prices.no-list",
                              fmt::format("{} cannot be read", escape_terminal(name)), {},
                              "name a file that you fetched"));
        return prices::import_bulk(Json::parse(*text, nullptr, false), name);
    }

    std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> prices_command() {
    return std::make_unique<Prices>();
}

}  // namespace agentops::cmd
