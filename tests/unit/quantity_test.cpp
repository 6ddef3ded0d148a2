#include "intent/quantity.h"

#include <doctest/doctest.h>

namespace quantity_test {

using namespace agentops;
using namespace agentops::intent;

namespace {

template <class T>
std::string normal(const std::string& text) {
    yaml::Node node;
    node.type = yaml::Type::scalar;
    node.text = text;
    Diagnostics found;
    Decoding context{found, "intent"};
    T value;
    if (decode(node, value, context)) return to_text(value);
    return found.at(0).code + ": " + found.at(0).message + " | " + found.at(0).help;
}

std::int64_t gib(std::int64_t bytes) {
    return Bytes{bytes}.gib_rounded_up();
}

}  // namespace

TEST_CASE("quantities read and print in their shortest exact form") {
    CHECK(normal<Bytes>("100 GiB") == "100 GiB");
    CHECK(normal<Bytes>("1024 GiB") == "1 TiB");
    CHECK(normal<Bytes>("1.5 KiB") == "1536 B");
    CHECK(normal<Bytes>("500 GB") == "500 GB");
    CHECK(normal<Bytes>("0 GiB") == "0 B");
    CHECK(normal<Bytes>("20GiB") == "20 GiB");
    CHECK(normal<Duration>("250 ms") == "250 ms");
    CHECK(normal<Duration>("60 s") == "60 s");
    CHECK(normal<Duration>("120 s") == "2 min");
    CHECK(normal<Duration>("7 d") == "7 d");
    CHECK(normal<Duration>("0.25 s") == "250 ms");
    CHECK(normal<Percent>("99.95 %") == "99.95 %");
    CHECK(normal<Percent>("99%") == "99 %");
    CHECK(normal<Rate>("300 rps") == "300 rps");
    CHECK(normal<Rate>("0.5 rps") == "0.5 rps");
    CHECK(normal<Money>("400 USD/month") == "400 USD/month");
    CHECK(normal<Money>("0.1 USD/hour") == "73 USD/month");
    CHECK(normal<Money>("1200 USD/year") == "100 USD/month");
}

TEST_CASE("a mistake shows the fix") {
    CHECK(normal<Bytes>("100") ==
          "intent.unit: '100' has no unit | "
          "write `100 GiB` (units: TiB, TB, GiB, GB, MiB, MB, KiB, kB, B)");
    CHECK(normal<Rate>("300 gib") ==
          "intent.unit: 'gib' is not a unit of a rate | write `300 rps`");
    CHECK(normal<Duration>("5 minutes") ==
          "intent.unit: 'minutes' is not a unit of a duration | "
          "write `5 min` (units: d, h, min, s, ms)");
    CHECK(normal<Duration>("-5 s") ==
          "intent.quantity: '-5 s' is not a duration | "
          "write `10 s` (units: d, h, min, s, ms)");
    CHECK(normal<Percent>("") == "intent.quantity: '' is not a percentage | write `10 %`");
    CHECK(normal<Duration>("0.1 ms") ==
          "intent.quantity: '0.1 ms' is not a whole number of ms | write it in a smaller unit");
    CHECK(normal<Bytes>("10000000 TiB") ==
          "intent.quantity: '10000000 TiB' is too large | write a smaller one");
}

TEST_CASE("numbers in other spellings are not guessed at") {
    for (const auto* text : {"010 GiB", "1e3 GiB", "1,000 GiB", "0x10 GiB", ".5 GiB", "1. GiB",
                             "+1 GiB", "inf GiB", "1  GiB", "1 GiB ", "1 GiB/s"}) {
        CAPTURE(text);
        CHECK(normal<Bytes>(text).substr(0, 7) == "intent.");
    }
}

TEST_CASE("GiB are rounded up") {
    CHECK(gib(0) == 0);
    CHECK(gib(1) == 1);
    CHECK(gib(std::int64_t{1} << 30) == 1);
    CHECK(gib((std::int64_t{1} << 30) + 1) == 2);
}

TEST_CASE("the schema of a quantity is a text with its units") {
    CHECK(value_schema(static_cast<const Percent*>(nullptr)) ==
          Json{{"type", "string"},
               {"pattern", "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(%)$"},
               {"examples", {"10 %"}}});
}

}  // namespace quantity_test
