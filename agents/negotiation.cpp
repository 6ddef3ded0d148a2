#include "agents/negotiation.h"

#include <fmt/core.h>

#include <cmath>

#include "base/text.h"

namespace agentops {

namespace {

/// 99.95, 99.9987: as many digits as the distance from 100 % needs, and not more.
std::string percent_text(double availability) {
    const auto off = 100 * (1 - availability);
    const int digits =
        off <= 0 ? 2 : std::max(2, 1 - static_cast<int>(std::floor(std::log10(off))));
    // Downwards: nothing is promised that is not there.
    const auto scale = std::pow(10, digits);
    return fmt::format("{:.{}f} %", std::floor(100 * availability * scale) / scale, digits);
}

}  // namespace

std::string amount_text(negotiate::Measure measure, negotiate::Amount amount) {
    const auto value = static_cast<double>(amount);
    switch (measure) {
        case negotiate::Measure::cost:
            return fmt::format("{:.2f} USD/month",
                               std::ceil(value * negotiate::kCostUnit * 100) / 100);
        case negotiate::Measure::downtime:
            return percent_text(std::exp(-value * negotiate::kDowntimeUnit));
        case negotiate::Measure::latency:
            return fmt::format("{:.0f} ms", std::ceil(value * negotiate::kLatencyUnit * 1000));
        case negotiate::Measure::processors:
            return count_of(static_cast<std::size_t>(amount), "processor");
        case negotiate::Measure::dislike:
            return fmt::format("{:.2f} USD/month of wishes not met", value * negotiate::kCostUnit);
    }
    throw InternalError("measure outside the enum");
}

}  // namespace agentops
