#include "base/json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace json_test {

using namespace agentops;

namespace {

std::string message_of(std::string_view text) {
    const auto result = parse_json(text, "the plan", "plan.json");
    if (result) return "no error";
    REQUIRE(result.error().size() == 1);
    CHECK(result.error()[0].code == "plan.json");
    return result.error()[0].message;
}

}  // namespace

TEST_CASE("json: reads and writes, keys sorted") {
    const auto value = parse_json(R"({"b": [1, "é"], "a": null})", "it");
    REQUIRE(value);
    CHECK(dump_json(*value) == R"({"a":null,"b":[1,"é"]})");
    CHECK(dump_json(*value, 2) == "{\n  \"a\": null,\n  \"b\": [\n    1,\n    \"é\"\n  ]\n}");
    CHECK(dump_json(Json("a\xFFz")) == "\"a\xEF\xBF\xBDz\"");
}

TEST_CASE("json: mistakes name the byte and never the text, which may be secret") {
    CHECK(
        message_of(R"({"a": hunter2})") ==
        "the plan is not valid JSON: syntax error while parsing value - invalid literal (byte 7)");
    CHECK(message_of("") ==
          "the plan is not valid JSON: syntax error while parsing value - unexpected end of input; "
          "expected '[', '{', or a literal (byte 1)");
    CHECK(message_of("[1] x").find("(byte 5)") != std::string::npos);
    CHECK(message_of("[1e999]") == "the plan is not valid JSON: a number is out of range");
    CHECK(message_of(std::string(100'000, '[')) ==
          "the plan is not valid JSON: nested deeper than 512 (byte 513)");
    CHECK(parse_json("\"" + std::string(1000, '[') + "\\\"\"", "it").has_value());
    CHECK(parse_json("1 2", "it").error()[0].code == "input.json");
}

TEST_CASE("json: a diagnostic's record") {
    const Source source{"x.yaml", "a\n"};
    CHECK(dump_json(to_json(error("a.b", "wrong", {&source, 1, 2}, "do"))) ==
          R"({"code":"a.b","help":"do","message":"wrong",)"
          R"("position":{"column":2,"file":"x.yaml","line":1},"severity":"error"})");
    CHECK(dump_json(to_json(note("a.b", "so"))) ==
          R"({"code":"a.b","help":"","message":"so","position":null,"severity":"note"})");
    CHECK(dump_json(to_json(Position{&source, 0, 0})) ==
          R"({"column":null,"file":"x.yaml","line":null})");
}

TEST_CASE("digest: SHA-256 of text and of the canonical JSON") {
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256(std::string("abc")) == sha256(std::string_view("abc")));
    CHECK(sha256(Json{{"b", 1}, {"a", 2}}) == sha256(R"({"a":2,"b":1})"));
}

}  // namespace json_test
