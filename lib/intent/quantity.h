#pragma once

// Quantities carry their unit: `100 GiB`, `250 ms`, `99.95 %`, `300 rps`, `400 USD/month`.
// A bare number where a unit is due is an error that shows the fix.

#include <chrono>
#include <string>

#include "base/fields.h"

namespace agentops::intent {

/// B, KiB, MiB, GiB, TiB (binary) and kB, MB, GB, TB (decimal).
struct Bytes {
    std::int64_t value = 0;
    std::int64_t gib_rounded_up() const;
};
/// ms, s, min, h, d.
struct Duration {
    std::chrono::milliseconds value{0};
};
/// %, kept as a percentage: 99.95.
struct Percent {
    double value = 0;
};
/// rps: requests per second.
struct Rate {
    double value = 0;
};
/// USD/month (also USD/hour, USD/year; converted to a month of 730 h). Never negative.
struct Money {
    double usd_per_month = 0;
};
/// A whole number above zero.
struct Count {
    int value = 0;
};
/// A day that exists, YYYY-MM-DD: as text, which sorts by time.
struct Date {
    std::string value;
};

bool decode_value(const yaml::Node& node, Bytes& value, Decoding& context);
bool decode_value(const yaml::Node& node, Duration& value, Decoding& context);
bool decode_value(const yaml::Node& node, Percent& value, Decoding& context);
bool decode_value(const yaml::Node& node, Rate& value, Decoding& context);
bool decode_value(const yaml::Node& node, Money& value, Decoding& context);
bool decode_value(const yaml::Node& node, Count& value, Decoding& context);
bool decode_value(const yaml::Node& node, Date& value, Decoding& context);
Json value_schema(const Bytes*);
Json value_schema(const Duration*);
Json value_schema(const Percent*);
Json value_schema(const Rate*);
Json value_schema(const Money*);
Json value_schema(const Count*);
Json value_schema(const Date*);

/// Shortest exact form: "100 GiB", "250 ms", "99.95 %", "300 rps", "400 USD/month".
std::string to_text(Bytes value);
std::string to_text(Duration value);
std::string to_text(Percent value);
std::string to_text(Rate value);
std::string to_text(Money value);

}  // namespace agentops::intent
