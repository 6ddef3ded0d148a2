#include "cmd/figures.h"

#include <fmt/core.h>

#include <cmath>

#include "base/text.h"
#include "report/progress.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

using record::Figure;
using record::Quantity;
using record::Spells;
using record::Topic;

double seconds(std::chrono::milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

Json record_of(const Quantity& quantity) {
    Json record = {{"n", quantity.n},
                   {"value", nullptr},
                   {"low", nullptr},
                   {"high", nullptr},
                   {"unit", quantity.unit}};
    if (quantity.value) record["value"] = *quantity.value;
    if (quantity.interval) {
        record["low"] = quantity.interval->low;
        record["high"] = quantity.interval->high;
    }
    return record;
}

std::string percent(double share) {
    return fmt::format("{:.1f} %", 100 * share);
}

/// Three digits that count, as nobody can tell more from a few runs.
std::string number(double value) {
    return fmt::format("{:.3g}", value);
}

std::string seconds_text(double seconds) {
    return report::duration_text(
        std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(seconds * 1000))));
}

/// A figure's cells but for its name.
struct Cells {
    std::string n = "0", value = "-", interval = "-";
    std::vector<std::string> besides = {};
};

Cells cells_of(const Share& share) {
    Cells cells;
    cells.n = fmt::format("{} of {}", share.hits, share.n);
    if (share.n == 0) return cells;
    cells.value = percent(share.value());
    const auto [low, high] = share.interval();
    cells.interval = fmt::format("{} to {}", percent(low), percent(high));
    return cells;
}

Cells cells_of(const Spells& spells) {
    Cells cells;
    cells.n = std::to_string(spells.n);
    if (spells.unknown > 0)
        cells.besides.push_back(fmt::format("{} of unknown length", spells.unknown));
    if (spells.n == 0) return cells;
    cells.value = report::duration_text(spells.mean);
    if (spells.mean95)
        cells.interval = fmt::format("{} to {}", seconds_text(spells.mean95->low),
                                     seconds_text(spells.mean95->high));
    if (spells.n > 1)
        cells.besides.push_back(fmt::format("p50 {}, p95 {}", report::duration_text(spells.p50),
                                            report::duration_text(spells.p95)));
    return cells;
}

Cells cells_of(const Quantity& quantity) {
    Cells cells;
    cells.n = std::to_string(quantity.n);
    if (!quantity.value) return cells;
    cells.value = number(*quantity.value);
    if (!quantity.unit.empty()) cells.value += " " + quantity.unit;
    if (quantity.interval)
        cells.interval = fmt::format("{} to {}", number(quantity.interval->low),
                                     number(quantity.interval->high));
    return cells;
}

bool is_nothing(const Figure& figure) {
    if (const auto* quantity = std::get_if<Quantity>(&figure.value)) return !quantity->value;
    const auto n = std::visit([](const auto& value) { return value.n; }, figure.value);
    const auto* spells = std::get_if<Spells>(&figure.value);
    return figure.besides.empty() && n + (spells != nullptr ? spells->unknown : 0) == 0;
}

void add_row(report::Rows& rows, const Figure& figure) {
    auto cells = std::visit([](const auto& value) { return cells_of(value); }, figure.value);
    static const std::map<std::string, const char*> kReasons = {
        {"open", "still open"},
        {"failed", "failed and left out"},
        {"interrupted", "interrupted"},
        {"inconclusive", "could not see everything"},
    };
    for (const auto& [why, count] : figure.besides)
        cells.besides.push_back(fmt::format("{} {}", count, kReasons.at(why)));
    rows.push_back(
        {"  " + figure.label, cells.n, cells.value, cells.interval, join(cells.besides, ", ")});
}

}  // namespace

Json record_of(const Spells& spells) {
    Json record = {{"n", spells.n},
                   {"mean_seconds", nullptr},
                   {"mean_low_seconds", nullptr},
                   {"mean_high_seconds", nullptr},
                   {"p50_seconds", nullptr},
                   {"p95_seconds", nullptr},
                   {"unknown", spells.unknown}};
    if (spells.n == 0) return record;
    record["mean_seconds"] = seconds(spells.mean);
    record["p50_seconds"] = seconds(spells.p50);
    record["p95_seconds"] = seconds(spells.p95);
    if (spells.mean95) {
        record["mean_low_seconds"] = spells.mean95->low;
        record["mean_high_seconds"] = spells.mean95->high;
    }
    return record;
}

Json record_of(const Share& share, const char* hits) {
    Json record = {{"n", share.n},
                   {hits, share.hits},
                   {"share", nullptr},
                   {"low", nullptr},
                   {"high", nullptr}};
    if (share.n == 0) return record;
    record["share"] = share.value();
    record["low"] = share.interval().low;
    record["high"] = share.interval().high;
    return record;
}

Json record_of(const std::vector<Topic>& topics) {
    auto all = Json::object();
    for (const auto& topic : topics) {
        for (const auto& figure : topic.figures) {
            auto& made = all[topic.key][figure.key];
            if (const auto* share = std::get_if<Share>(&figure.value))
                made = record_of(*share, "hits");
            else if (const auto* spells = std::get_if<Spells>(&figure.value))
                made = record_of(*spells);
            else
                made = record_of(std::get<Quantity>(figure.value));
            made["besides"] = figure.besides;
        }
    }
    return all;
}

std::string table_of(const std::vector<Topic>& topics, int width) {
    report::Rows rows{{"WHAT", "N", "VALUE", "95 % INTERVAL", "BESIDES"}};
    std::vector<std::string> empty;
    for (const auto& topic : topics) {
        const auto before = rows.size();
        for (const auto& figure : topic.figures) {
            if (is_nothing(figure)) continue;
            if (rows.size() == before) rows.push_back({topic.label, "", "", "", ""});
            add_row(rows, figure);
        }
        if (rows.size() == before) empty.push_back(topic.label);
    }
    auto text = report::table(rows, {{24}, {}, {}, {}, {8}}, width);
    if (!empty.empty()) text += "\nnothing on record of: " + join(empty, ", ") + "\n";
    return text;
}

}  // namespace agentops::cmd
