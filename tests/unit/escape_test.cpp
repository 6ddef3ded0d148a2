#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "terraform/writer.h"

namespace escape_test {

using namespace agentops;
using namespace agentops::tf;

// What each text must become was tried with the real Terraform 1.11.4, which gave the bytes back.

TEST_CASE("text is inert in a template") {
    CHECK(escape_template("${file(\"/etc/passwd\")}") == "$${file(\"/etc/passwd\")}");
    CHECK(escape_template("%{ if true }") == "%%{ if true }");
    CHECK(escape_template("$${x} %%{y}") == "$$${x} %%%{y}");
    CHECK(escape_template("100 % of $5 {}") == "100 % of $5 {}");
    CHECK(escape_template("$") == "$");
    CHECK(escape_template("a\r\nb\n") == "a\r\nb\n");
}

TEST_CASE("a bare carriage return becomes an expression") {
    CHECK(escape_template("a\rb") == R"(a${"\r"}b)");
    CHECK(escape_template("$\r%{") == R"(${"$"}${"\r"}%%{)");
}

TEST_CASE("values become JSON, keys escaped too") {
    const Value value = Map{{"b", List{"${x}", 1, 2.5, true, Value()}},
                            {"${a}", Expr{"aws_vpc.net.id"}},
                            {"empty", Map{}}};
    CHECK(to_tf_json(value) == Json::parse(R"({
        "$${a}": "${aws_vpc.net.id}", "b": ["$${x}", 1, 2.5, true, null], "empty": {}})"));
}

TEST_CASE("a concatenation keeps its data inert and its expressions live") {
    CHECK(to_tf_json(Concat{{"arn:", Expr{"a.b"}, "/${x}"}}) == "arn:${a.b}/$${x}");
    SUBCASE("a dollar before an expression") {
        CHECK(to_tf_json(Concat{{"cost $", Expr{"a"}}}) == R"(cost ${"$"}${a})");
        CHECK(to_tf_json(Concat{{"$$", Expr{"a"}}}) == R"(${"$$"}${a})");
    }
    SUBCASE("a template that two texts make together") {
        CHECK(to_tf_json(Concat{{"$", "{x}"}}) == "$${x}");
    }
    SUBCASE("nothing") {
        CHECK(to_tf_json(Concat{}) == "");
    }
}

TEST_CASE("values become native syntax") {
    const Value value = Map{{"k\"${a}", List{"line\n\t\"q\" \\ ${x} %{y}", 1, true, Value()}},
                            {"e", Expr{"aws_vpc.net.id"}},
                            {"c", Concat{{"a\"$", Expr{"b"}}}}};
    CHECK(to_hcl(value) == R"({"k\"$${a}" = ["line\n\t\"q\" \\ $${x} %%{y}", 1, true, null], )"
                           R"("e" = aws_vpc.net.id, "c" = "a\"${"$"}${b}"})");
    CHECK(to_hcl(std::string("\x01\x7f")) == R"("\u0001\u007f")");
}

}  // namespace escape_test
