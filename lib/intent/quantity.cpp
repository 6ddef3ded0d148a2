#include "intent/quantity.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include "base/text.h"
#include "intent/ascii.h"

namespace agentops::intent {

namespace {

constexpr int kMostCount = 1'000'000;

struct Unit {
    std::string_view name;
    double factor;
};

/// One kind of quantity: what it is called, what a bare number gets in the help, its units with the
/// largest first.
struct Scale {
    std::string_view noun;
    std::string_view usual;
    std::span<const Unit> units;
};

constexpr double kKi = 1024;
constexpr double kK = 1000;
constexpr Unit kByteUnits[] = {{"TiB", kKi* kKi* kKi* kKi},
                               {"TB", kK* kK* kK* kK},
                               {"GiB", kKi* kKi* kKi},
                               {"GB", kK* kK* kK},
                               {"MiB", kKi* kKi},
                               {"MB", kK* kK},
                               {"KiB", kKi},
                               {"kB", kK},
                               {"B", 1}};
constexpr Unit kTimeUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr Unit kPercentUnits[] = {{"%", 1}};
constexpr Unit kRateUnits[] = {{"rps", 1}};
constexpr Unit kMoneyUnits[] = {{"USD/month", 1}, {"USD/hour", 730}, {"USD/year", 1.0 / 12}};

constexpr Scale kBytes{"size", "GiB", kByteUnits};
constexpr Scale kTime{"duration", "s", kTimeUnits};
constexpr Scale kPercent{"percentage", "%", kPercentUnits};
constexpr Scale kRate{"rate", "rps", kRateUnits};
constexpr Scale kMoney{"price", "USD/month", kMoneyUnits};

/// Whole numbers above it are no longer exact in a double.
constexpr double kMaxExact = 9007199254740992.0;

constexpr std::string_view kNumberPattern = "(0|[1-9][0-9]*)(\\.[0-9]+)?";

/// Length of the number at the start of a text, by kNumberPattern; 0 when there is none.
std::size_t number_length(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n]))
        ++n;
    if (n == 0 || (n > 1 && text.front() == '0')) return 0;
    std::size_t fraction = n + 1;
    while (fraction < text.size() && is_digit(text[fraction]))
        ++fraction;
    return n < text.size() && text[n] == '.' && fraction > n + 1 ? fraction : n;
}

std::vector<std::string> unit_names(const Scale& scale) {
    std::vector<std::string> names;
    for (const auto& unit : scale.units)
        names.emplace_back(unit.name);
    return names;
}

const Unit* find_unit(const Scale& scale, std::string_view name) {
    for (const auto& unit : scale.units) {
        if (unit.name == name) return &unit;
    }
    return nullptr;
}

std::string example(const Scale& scale, std::string_view number, std::string_view unit) {
    const auto all = join(unit_names(scale), ", ");
    return scale.units.size() == 1 ? fmt::format("write `{} {}`", number, unit)
                                   : fmt::format("write `{} {}` (units: {})", number, unit, all);
}

/// The unit that was probably meant: `gib` or `G` for GiB, `minutes` for min, `USD` for USD/month.
std::optional<std::string> nearest_unit(const Scale& scale, std::string_view word) {
    if (scale.units.size() == 1) return std::string(scale.usual);
    for (const auto& unit : scale.units) {
        const auto name = lower(unit.name);
        if (starts_with(name, lower(word)) || starts_with(lower(word), name))
            return std::string(unit.name);
    }
    return did_you_mean(word, unit_names(scale));
}

/// The value in the scale's base unit, or nothing after a report.
std::optional<double> read(const yaml::Node& node, const Scale& scale, Decoding& context) {
    const auto mistake = [&](std::string_view slug, std::string message, std::string help) {
        context.fail(node, slug, std::move(message), std::move(help));
        return std::nullopt;
    };
    if (!node.is_scalar())
        return mistake("type", fmt::format("expected a {}, got {}", scale.noun, describe(node)),
                       example(scale, "10", scale.usual));
    const std::string_view text = node.text;
    const auto digits = number_length(text);
    if (digits == 0)
        return mistake("quantity", fmt::format("'{}' is not a {}", text, scale.noun),
                       example(scale, "10", scale.usual));
    const auto number = text.substr(0, digits);
    auto rest = text.substr(digits);
    if (rest.empty())
        return mistake("unit", fmt::format("'{}' has no unit", text),
                       example(scale, number, scale.usual));
    if (rest.front() == ' ') rest.remove_prefix(1);
    const auto* unit = find_unit(scale, rest);
    if (unit == nullptr) {
        const auto near = nearest_unit(scale, rest);
        return mistake("unit", fmt::format("'{}' is not a unit of a {}", rest, scale.noun),
                       near ? example(scale, number, *near)
                            : fmt::format("known units: {}", join(unit_names(scale), ", ")));
    }
    double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    value *= unit->factor;
    if (value > kMaxExact)
        return mistake("quantity", fmt::format("'{}' is too large", text), "write a smaller one");
    return value;
}

/// As read(), for quantities that are whole numbers of their smallest unit.
std::optional<std::int64_t> read_whole(const yaml::Node& node, const Scale& scale,
                                       Decoding& context) {
    const auto value = read(node, scale, context);
    if (!value) return std::nullopt;
    const auto whole = std::llround(*value);
    // 0.1 GiB is no whole number of bytes: rounding it would be a guess.
    if (std::abs(*value - static_cast<double>(whole)) > 1e-6) {
        context.fail(
            node, "quantity",
            fmt::format("'{}' is not a whole number of {}", node.text, scale.units.back().name),
            "write it in a smaller unit");
        return std::nullopt;
    }
    return whole;
}

Json schema(const Scale& scale) {
    const auto units = join(unit_names(scale), "|");
    return {{"type", "string"},
            {"pattern", fmt::format("^{} ?({})$", kNumberPattern, units)},
            {"examples", Json::array({fmt::format("10 {}", scale.usual)})}};
}

/// The shortest spelling; of equally short ones the larger unit.
std::string shortest(std::int64_t value, const Scale& scale) {
    std::string best;
    for (const auto& unit : scale.units) {
        const auto factor = static_cast<std::int64_t>(unit.factor);
        if (value % factor != 0 || (value == 0 && factor != 1)) continue;
        auto text = fmt::format("{} {}", value / factor, unit.name);
        if (best.empty() || text.size() < best.size()) best = std::move(text);
    }
    return best;
}

std::string decimal(double value, std::string_view unit) {
    // Twelve digits hide what conversion between hours and years leaves behind.
    return fmt::format("{:.12g} {}", value, unit);
}

bool exists(std::string_view date) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (date.size() != 10 || date[4] != '-' || date[7] != '-') return false;
    for (std::size_t i = 0; i < date.size(); ++i) {
        if (i != 4 && i != 7 && !is_digit(date[i])) return false;
    }
    std::from_chars(date.data(), date.data() + 4, year);
    std::from_chars(date.data() + 5, date.data() + 7, month);
    std::from_chars(date.data() + 8, date.data() + 10, day);
    return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                       std::chrono::day(day))
        .ok();
}

}  // namespace

std::int64_t Bytes::gib_rounded_up() const {
    constexpr std::int64_t kGib = std::int64_t{1} << 30;
    return value / kGib + (value % kGib == 0 ? 0 : 1);
}

bool decode_value(const yaml::Node& node, Bytes& value, Decoding& context) {
    const auto bytes = read_whole(node, kBytes, context);
    if (bytes) value.value = *bytes;
    return bytes.has_value();
}

bool decode_value(const yaml::Node& node, Duration& value, Decoding& context) {
    const auto milliseconds = read_whole(node, kTime, context);
    if (milliseconds) value.value = std::chrono::milliseconds(*milliseconds);
    return milliseconds.has_value();
}

bool decode_value(const yaml::Node& node, Percent& value, Decoding& context) {
    const auto percent = read(node, kPercent, context);
    if (percent) value.value = *percent;
    return percent.has_value();
}

bool decode_value(const yaml::Node& node, Rate& value, Decoding& context) {
    const auto rate = read(node, kRate, context);
    if (rate) value.value = *rate;
    return rate.has_value();
}

bool decode_value(const yaml::Node& node, Money& value, Decoding& context) {
    const auto money = read(node, kMoney, context);
    if (money) value.usd_per_month = *money;
    return money.has_value();
}

bool decode_value(const yaml::Node& node, Count& value, Decoding& context) {
    std::int64_t number = 0;
    if (!decode_value(node, number, context)) return false;
    if (number < 1 || number > kMostCount)
        return context.fail(node, "range", fmt::format("{} is out of range", number),
                            fmt::format("write a whole number from 1 to {}", kMostCount));
    value.value = static_cast<int>(number);
    return true;
}

bool decode_value(const yaml::Node& node, Date& value, Decoding& context) {
    if (!decode_value(node, value.value, context)) return false;
    if (exists(value.value)) return true;
    return context.fail(node, "date", fmt::format("'{}' is not a day", value.value),
                        "write a day that exists as YYYY-MM-DD, e.g. 2027-01-31");
}

Json value_schema(const Bytes*) {
    return schema(kBytes);
}
Json value_schema(const Duration*) {
    return schema(kTime);
}
Json value_schema(const Percent*) {
    return schema(kPercent);
}
Json value_schema(const Rate*) {
    return schema(kRate);
}
Json value_schema(const Money*) {
    return schema(kMoney);
}
Json value_schema(const Count*) {
    return {{"type", "integer"}, {"minimum", 1}, {"maximum", kMostCount}};
}
Json value_schema(const Date*) {
    return {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}};
}

std::string to_text(Bytes value) {
    return shortest(value.value, kBytes);
}
std::string to_text(Duration value) {
    return shortest(value.value.count(), kTime);
}
std::string to_text(Percent value) {
    return decimal(value.value, "%");
}
std::string to_text(Rate value) {
    return decimal(value.value, "rps");
}
std::string to_text(Money value) {
    return decimal(value.usd_per_month, "USD/month");
}

}  // namespace agentops::intent
