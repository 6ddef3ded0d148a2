#include "catalog/telemetry.h"

#include <doctest/doctest.h>

#include "agent_fixture.h"

namespace telemetry_test {

using namespace agentops;
using catalog::read_telemetry;

TEST_CASE("telemetry: CSV, whatever other columns it has") {
    const Source source{"web.csv", "time,rps,errors\n1,10,0\n2,20,0\n3,30,1\n"};
    const auto seen = read_telemetry(source);
    REQUIRE(seen.has_value());
    CHECK(seen->average == doctest::Approx(20));
    CHECK(seen->peak == 30);
    CHECK(seen->samples == 3);
}

TEST_CASE("telemetry: series of a Prometheus range query are added up by time") {
    const Source source{"web.json",
                        R"({"status": "success", "data": {"resultType": "matrix", "result": [
        {"metric": {"pod": "a"}, "values": [[1, "10"], [2, "20"]]},
        {"metric": {"pod": "b"}, "values": [[1, "1.5"], [2, "2.5"]]}]}})"};
    const auto seen = read_telemetry(source);
    REQUIRE(seen.has_value());
    CHECK(seen->average == doctest::Approx(17));
    CHECK(seen->peak == 22.5);
    CHECK(seen->samples == 2);
}

TEST_CASE("telemetry: the peak is what one sample in a hundred exceeds") {
    std::string text = "time,rps\n";
    for (int i = 1; i <= 200; ++i)
        text += fmt::format("{},{}\n", i, i);
    const Source source{"web.csv", text};
    CHECK(read_telemetry(source)->peak == 198);
}

TEST_CASE("telemetry: what is none is told with its line") {
    const auto code = [](const char* text) {
        const Source source{"web.csv", text};
        const auto found = read_telemetry(source).error();
        return fmt::format("{} {}", found.front().code, found.front().position.line);
    };
    CHECK(code("a,b\n1,2\n") == "telemetry.format 1");
    CHECK(code("time,rps\n1,fast\n") == "telemetry.value 2");
    CHECK(code("time,rps\n1,-2\n") == "telemetry.value 2");
    CHECK(code("time,rps\n") == "telemetry.empty 1");
    CHECK(code("{\"status\": \"error\"}") == "telemetry.format 1");
}

}  // namespace telemetry_test
