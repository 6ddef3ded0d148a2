#pragma once

// What is used in a month, and what that costs.

#include "prices/book.h"

namespace agentops::prices {

/// Where usage decides: the least, what is likely, the most.
struct Range {
    double low = 0, likely = 0, high = 0;
    bool exact() const { return low == high; }
    Range& operator+=(const Range& other);
};

struct Usage {
    std::string item;     ///< "ec2/t3.micro"
    Range quantity;       ///< in a month of 730 h, in the unit of its price
    std::string assumed;  ///< where the quantity comes from, when it is assumed; else ""
    static Usage of(std::string item, double quantity, std::string assumed = "");
};

struct Line {
    Usage usage;
    const Price* price = nullptr;  ///< null: the book has none
    Range usd;                     ///< a month
};

struct Bill {
    std::vector<Line> lines;
    Range usd;                          ///< of what is priced
    std::vector<std::string> unpriced;  ///< items without a price, sorted: never silently zero
    void add(Bill other);
};
Bill make_bill(const Book& book, std::string_view region, const std::vector<Usage>& usages);

/// "143.20 USD/month", or "120.00 to 180.00 USD/month".
std::string to_text(const Range& usd);

}  // namespace agentops::prices
