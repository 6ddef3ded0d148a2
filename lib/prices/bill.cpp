#include "prices/bill.h"

#include <fmt/core.h>

#include <algorithm>

namespace agentops::prices {

Range& Range::operator+=(const Range& other) {
    low += other.low;
    likely += other.likely;
    high += other.high;
    return *this;
}

Usage Usage::of(std::string item, double quantity, std::string assumed) {
    return {std::move(item), {quantity, quantity, quantity}, std::move(assumed)};
}

void Bill::add(Bill other) {
    lines.insert(lines.end(), other.lines.begin(), other.lines.end());
    usd += other.usd;
    unpriced.insert(unpriced.end(), other.unpriced.begin(), other.unpriced.end());
    std::sort(unpriced.begin(), unpriced.end());
    unpriced.erase(std::unique(unpriced.begin(), unpriced.end()), unpriced.end());
}

Bill make_bill(const Book& book, std::string_view region, const std::vector<Usage>& usages) {
    Bill bill;
    for (const auto& usage : usages) {
        Bill one;
        const auto* price = book.find(region, usage.item);
        const auto& quantity = usage.quantity;
        const double usd = price != nullptr ? price->usd : 0;
        one.usd = {quantity.low * usd, quantity.likely * usd, quantity.high * usd};
        one.lines = {{usage, price, one.usd}};
        if (price == nullptr) one.unpriced = {usage.item};
        bill.add(std::move(one));
    }
    return bill;
}

std::string to_text(const Range& usd) {
    if (fmt::format("{:.2f}", usd.low) == fmt::format("{:.2f}", usd.high))
        return fmt::format("{:.2f} USD/month", usd.likely);
    return fmt::format("{:.2f} to {:.2f} USD/month", usd.low, usd.high);
}

}  // namespace agentops::prices
