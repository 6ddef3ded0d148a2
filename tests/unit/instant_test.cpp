#include "base/instant.h"

#include <doctest/doctest.h>

#include <initializer_list>

namespace instant_test {

using namespace agentops;
using namespace std::chrono_literals;

TEST_CASE("a span is a whole number and a unit") {
    CHECK(parse_span("500ms") == 500ms);
    CHECK(parse_span("0s") == 0s);
    CHECK(parse_span("30 s") == 30s);
    CHECK(parse_span("5m") == 5min);
    CHECK(parse_span("5min") == 5min);
    CHECK(parse_span("12h") == 12h);
    CHECK(parse_span("36500d") == 876'000h);
}

TEST_CASE("what is no span, or longer than a hundred years, is none") {
    for (const auto* text : {"", "5", "m", "-5m", "+5m", "1.5h", "5 weeks", "5mm", "36501d",
                             "876001h", "99999999999d", "99999999999999999999ms", "m5"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_span(text));
    }
}

}  // namespace instant_test
