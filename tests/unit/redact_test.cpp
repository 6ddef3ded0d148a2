#include "run/redact.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace redact_test {

using agentops::Json;
using agentops::run::Redactor;

TEST_CASE("redact: every occurrence is masked, other text is left alone") {
    Redactor redactor;
    CHECK(redactor.empty());
    redactor.add("hunter2!");
    CHECK(!redactor.empty());
    CHECK(redactor.apply("pw=hunter2! again hunter2!, hunter") ==
          "pw=(secret) again (secret), hunter");
}

TEST_CASE("redact: secrets of fewer than 4 bytes are not masked") {
    Redactor redactor;
    redactor.add("abc");
    redactor.add("");
    CHECK(redactor.apply("abcd") == "abcd");
}

TEST_CASE("redact: the escaped forms of JSON writers are masked") {
    Redactor redactor;
    redactor.add("a\"b\\c\nd<é>&");
    CHECK(redactor.apply(R"(x a\"b\\c\nd<é>& y)") == "x (secret) y");
    CHECK(redactor.apply(R"(x a\"b\\c\nd<\u00e9>& y)") == "x (secret) y");
    CHECK(redactor.apply(R"(x a\"b\\c\nd\u003cé\u003e\u0026 y)") == "x (secret) y");
}

TEST_CASE("redact: overlapping secrets leave no end in the open") {
    Redactor redactor;
    redactor.add("abcd");
    redactor.add("cdefgh");
    CHECK(redactor.apply("-abcdefgh-") == "-(secret)-");
}

TEST_CASE("redact: a long line of a secret of many lines is masked by itself") {
    Redactor redactor;
    redactor.add("BEGIN\nMIIEvQIBADANBgkqhkiG\nEND\n");
    CHECK(redactor.apply("14:   MIIEvQIBADANBgkqhkiG BEGIN") == "14:   (secret) BEGIN");
}

TEST_CASE("redact: a secret that is part of the mask does not grow the text") {
    Redactor redactor;
    redactor.add("secret");
    CHECK(redactor.apply("secret") == "(secret)");
}

TEST_CASE("redact: strings and keys of JSON are masked at any depth") {
    Redactor redactor;
    redactor.add("hunter2");
    const Json given = {{"a", {1, "xhunter2", {{"hunter2", true}}}}, {"n", nullptr}};
    const Json wanted = {{"a", {1, "x(secret)", {{"(secret)", true}}}}, {"n", nullptr}};
    CHECK(redactor.apply(given) == wanted);
}

}  // namespace redact_test
