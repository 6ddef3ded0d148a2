#include "base/instant.h"

#include <charconv>
#include <string>

#include "base/text.h"

namespace agentops {

namespace {

/// A number of exactly these digits.
std::optional<int> number(std::string_view digits) {
    int value = 0;
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    const bool whole = read.ec == std::errc() && read.ptr == end && value >= 0 &&
                       digits.front() != '-' && digits.front() != '+';
    return whole ? std::optional(value) : std::nullopt;
}

/// ".123" as milliseconds; what is finer is left out.
std::optional<std::chrono::milliseconds> fraction(std::string_view text) {
    if (text.empty()) return std::chrono::milliseconds(0);
    if (text.front() != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
    std::string digits(text.substr(1));
    if (!number(digits)) return std::nullopt;
    digits.resize(3, '0');
    return std::chrono::milliseconds(*number(digits));
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
    if (text.size() < kForm.size() + 1 || text.back() != 'Z') return std::nullopt;
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return std::nullopt;
    }
    const auto part = [&](std::size_t at, std::size_t length) {
        return *number(text.substr(at, length));
    };
    const auto day = year(part(0, 4)) / month(static_cast<unsigned>(part(5, 2))) /
                     std::chrono::day(static_cast<unsigned>(part(8, 2)));
    const auto ms = fraction(text.substr(kForm.size(), text.size() - kForm.size() - 1));
    const int hour = part(11, 2), minute = part(14, 2), second = part(17, 2);
    if (!day.ok() || !ms || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return sys_days(day) + hours(hour) + minutes(minute) + seconds(second) + *ms;
}

std::optional<std::chrono::milliseconds> parse_span(std::string_view text) {
    using namespace std::chrono;
    constexpr std::pair<std::string_view, milliseconds> kUnits[] = {
        {"ms", milliseconds(1)}, {"s", seconds(1)}, {"min", minutes(1)},
        {"m", minutes(1)},       {"h", hours(1)},   {"d", hours(24)}};
    constexpr auto kLongest = hours(24) * 36'500;
    const auto end = text.find_first_not_of("0123456789");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const auto count = whole_number(text.substr(0, end));
    const auto unit = trim(text.substr(end));
    for (const auto& [name, size] : kUnits) {
        if (count && unit == name && *count <= kLongest / size) return size * *count;
    }
    return std::nullopt;
}

}  // namespace agentops
