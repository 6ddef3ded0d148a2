#pragma once

// A price book: what a cloud asks for one unit of something, by region. The built-in one is
// prices.csv, compiled in; a project may lay one of its own over it.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"

namespace agentops::prices {

struct Price {
    std::string region;  ///< "eu-west-1"
    std::string item;    ///< "ec2/t3.micro": service and item
    std::string unit;    ///< "hour", "GB-month", "1M-requests"
    double usd = 0;      ///< for one unit
    std::string date;    ///< YYYY-MM-DD: the day it was seen to hold
    std::string source;  ///< where
    template <class V>
    void visit(V& v) {
        v.required("region", region, "e.g. eu-west-1");
        v.required("item", item, "e.g. ec2/t3.micro");
        v.required("unit", unit, "hour, GB-month, ...");
        v.required("usd", usd, "US dollars for one unit");
        v.required("date", date, "day that it was seen to hold, YYYY-MM-DD");
        v.required("source", source, "where it comes from");
    }
};

class Book {
public:
    static const Book& builtin();

    /// CSV with the header `region,service,item,unit,usd,date,source`; a field with a comma stands
    /// in double quotes. All mistakes at once, each with its line. Codes: prices.header,
    /// prices.fields, prices.usd, prices.date, prices.duplicate.
    static Result<Book> parse(const Source& source);

    /// Null when the book has no such price.
    const Price* find(std::string_view region, std::string_view item) const;
    std::vector<const Price*> all() const;  ///< by region and item
    /// Prices of another book win over those here.
    void lay_over(Book other);
    /// As parse() reads it.
    std::string to_csv() const;
    void add(Price price);

private:
    std::map<std::string, std::map<std::string, Price, std::less<>>, std::less<>> prices_;
};

}  // namespace agentops::prices
