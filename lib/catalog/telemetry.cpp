#include "catalog/telemetry.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::catalog {

namespace {

std::optional<double> parse_rate(std::string_view text) {
    double rate = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), rate);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(rate) || rate < 0) return std::nullopt;
    return rate;
}

Diagnostic no_rate(const Source& source, int line, std::string_view text) {
    return error("telemetry.value",
                 fmt::format("'{}' is no rate of requests", escape_terminal(std::string(text))),
                 Position{&source, line, 1}, "write requests a second: a number of at least 0");
}

Result<std::vector<double>> read_csv(const Source& source) {
    const auto lines = split(source.text, '\n');
    const auto header = split(trim(lines.front()), ',');
    const auto column = std::find(header.begin(), header.end(), "rps") - header.begin();
    if (static_cast<std::size_t>(column) == header.size())
        return fail(error("telemetry.format", "this is no telemetry", Position{&source, 1, 1},
                          "begin with the line time,rps, or give the JSON of a Prometheus range "
                          "query"));
    std::vector<double> rates;
    Diagnostics found;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (trim(lines[i]).empty()) continue;
        const auto fields = split(trim(lines[i]), ',');
        const auto text =
            static_cast<std::size_t>(column) < fields.size() ? trim(fields[column]) : "";
        if (const auto rate = parse_rate(text))
            rates.push_back(*rate);
        else
            found.push_back(no_rate(source, static_cast<int>(i) + 1, text));
    }
    if (!found.empty()) return fail(std::move(found));
    return rates;
}

Result<std::vector<double>> read_prometheus(const Source& source) {
    const auto json = Json::parse(source.text, nullptr, false);
    const auto& result = member(member(json, "data"), "result");
    if (text_of(json, "status") != "success" || !result.is_array())
        return fail(error("telemetry.format", "this is no answer of a Prometheus range query",
                          Position{&source, 1, 1},
                          "save what GET /api/v1/query_range answers, with a query that gives "
                          "requests a second"));
    std::map<double, double> by_time;
    for (const auto& series : result) {
        for (const auto& sample : member(series, "values")) {
            const auto text = text_of(item(sample, 1));
            const auto rate = parse_rate(text);
            if (!rate || !item(sample, 0).is_number()) return fail(no_rate(source, 1, text));
            by_time[item(sample, 0).get<double>()] += *rate;
        }
    }
    std::vector<double> rates;
    for (const auto& [time, rate] : by_time)
        rates.push_back(rate);
    return rates;
}

}  // namespace

Result<Observed> read_telemetry(const Source& source) {
    const bool json = starts_with(trim(source.text), "{");
    TRY(auto rates, json ? read_prometheus(source) : read_csv(source));
    if (rates.empty())
        return fail(error("telemetry.empty", "there is no sample in it", Position{&source, 1, 1},
                          "leave the file out until something was observed"));
    std::sort(rates.begin(), rates.end());
    Observed observed;
    observed.samples = rates.size();
    for (const auto rate : rates)
        observed.average += rate / static_cast<double>(rates.size());
    const auto rank = static_cast<std::size_t>(std::ceil(0.99 * static_cast<double>(rates.size())));
    observed.peak = rates[rank - 1];
    return observed;
}

}  // namespace agentops::catalog
