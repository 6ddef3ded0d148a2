#include "base/fields.h"

#include <doctest/doctest.h>

namespace fields_test {

using namespace agentops;

namespace {

struct Inner {
    std::string name;
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("name", name, "what it is called");
    }
};

struct Outer {
    std::int64_t count = 7;
    std::optional<bool> flag;
    Located<double> ratio{0.5, {}};
    std::vector<std::string> tags{"default"};
    OrderedMap<Inner> inner;
    template <class V>
    void visit(V& v) {
        v.required("count", count, "how many");
        v.optional("flag", flag, "whether");
        v.optional("ratio", ratio, "how much");
        v.optional("tags", tags, "words");
        v.optional("inner", inner, "things by name");
    }
};

struct Decoded {
    Outer value;
    std::string mistakes;
};

Decoded decoded(Sources& sources, const std::string& text) {
    Decoded result;
    Diagnostics found;
    Decoding context{found, "test"};
    const auto root = yaml::parse(sources.add("a.yaml", text)).value();
    const bool ok = decode(root, result.value, context);
    CHECK(ok == found.empty());
    for (const auto& d : found)
        result.mistakes += d.position.text() + " " + d.code + ": " + d.message + "\n";
    return result;
}

std::string mistakes(const std::string& text) {
    Sources sources;
    return decoded(sources, text).mistakes;
}

}  // namespace

TEST_CASE("a struct decodes from a map, with positions and order kept") {
    Sources sources;
    const auto [value, found] = decoded(sources,
                                        "count: 3\nflag: true\nratio: 0.25\ntags: [a, \"1\"]\n"
                                        "inner:\n  z: {name: one}\n  a: {name: two}\n");
    CHECK(found == "");
    CHECK(value.count == 3);
    CHECK(value.flag == true);
    CHECK(value.ratio.value == 0.25);
    CHECK(value.ratio.position.text() == "a.yaml:3:8");
    CHECK(value.tags == std::vector<std::string>{"a", "1"});
    REQUIRE(value.inner.size() == 2);
    CHECK(value.inner[0].first == "z");
    CHECK(value.inner[1].second.name == "two");
    CHECK(value.inner[1].second.position.text() == "a.yaml:7:6");
}

TEST_CASE("what is not written keeps its default; a written list replaces it") {
    Sources sources;
    const auto absent = decoded(sources, "count: 1\n").value;
    CHECK(!absent.flag.has_value());
    CHECK(absent.tags == std::vector<std::string>{"default"});
    CHECK(decoded(sources, "count: 1\ntags: []\n").value.tags.empty());
}

TEST_CASE("all mistakes are told at once") {
    CHECK(mistakes("cuont: 1\nflag: maybe\ntags: {}\ninner: {x: {nam: y}}\n") ==
          "a.yaml:1:1 test.missing-key: missing key 'count'\n"
          "a.yaml:2:7 test.type: expected true or false, got text\n"
          "a.yaml:3:7 test.type: expected a list, got map\n"
          "a.yaml:4:12 test.missing-key: missing key 'name'\n"
          "a.yaml:4:13 test.unknown-key: unknown key 'nam'\n"
          "a.yaml:1:1 test.unknown-key: unknown key 'cuont'\n");
}

TEST_CASE("a quoted number is a text, a plain yes is neither") {
    CHECK(mistakes("count: \"3\"\n") ==
          "a.yaml:1:8 test.type: expected a whole number, got text\n");
    CHECK(mistakes("count: 1.5\n") == "a.yaml:1:8 test.type: expected a whole number, got text\n");
    CHECK(mistakes("count: 010\n") ==
          "a.yaml:1:8 test.ambiguous: '010' means different numbers to different YAML readers\n");
    CHECK(mistakes("count: 1\nflag: yes\n") ==
          "a.yaml:2:7 test.type: expected true or false, got 'yes'\n");
    CHECK(mistakes("count: 1\ntags: [off]\n") ==
          "a.yaml:2:8 test.ambiguous: 'off' means different things to different YAML readers\n");
    CHECK(mistakes("count: 1\ntags: [\"off\"]\n") == "");
    CHECK(mistakes("count: 99999999999999999999\n") ==
          "a.yaml:1:8 test.type: expected a whole number, got text\n");
}

TEST_CASE("the schema follows from the same visit") {
    const Json inner = {
        {"type", "object"},
        {"additionalProperties", false},
        {"properties", {{"name", {{"type", "string"}, {"description", "what it is called"}}}}},
        {"required", {"name"}}};
    CHECK(schema_of<Inner>() == inner);
    const auto outer = schema_of<Outer>();
    CHECK(outer["required"] == Json{"count"});
    CHECK(outer["properties"]["count"] == Json{{"type", "integer"}, {"description", "how many"}});
    CHECK(outer["properties"]["flag"] == Json{{"type", "boolean"}, {"description", "whether"}});
    CHECK(outer["properties"]["ratio"] == Json{{"type", "number"}, {"description", "how much"}});
    CHECK(outer["properties"]["inner"] == Json{{"type", "object"},
                                               {"additionalProperties", inner},
                                               {"description", "things by name"}});
}

}  // namespace fields_test
