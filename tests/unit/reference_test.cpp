#include "intent/reference.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace reference_test {

using namespace agentops;
using namespace agentops::intent;

namespace {

yaml::Node scalar(const std::string& text) {
    yaml::Node node;
    node.type = yaml::Type::scalar;
    node.text = text;
    return node;
}

/// The parts of a text, references in angle brackets.
std::string cut(const std::string& text) {
    std::vector<std::string> parts;
    for (const auto& part : parse_template(scalar(text)).parts) {
        const auto* reference = std::get_if<Reference>(&part);
        parts.push_back(reference ? "<" + reference->text() + ">" : std::get<std::string>(part));
    }
    return join(parts, "|");
}

/// Where the references of a file stand: line:column+width.
std::vector<std::string> places(const std::string& text) {
    Sources sources;
    std::vector<std::string> result;
    const auto root = yaml::parse(sources.add("a.yaml", text));
    for (const auto& reference : references_in(root.value()))
        result.push_back(reference.position.text() + "+" + std::to_string(reference.width));
    return result;
}

}  // namespace

TEST_CASE("the five forms are references") {
    CHECK(cut("${db.endpoint}") == "<${db.endpoint}>");
    CHECK(cut("${shop:db.endpoint}") == "<${shop:db.endpoint}>");
    CHECK(cut("${param.a_b-c}") == "<${param.a_b-c}>");
    CHECK(cut("${secret.db_password}") == "<${secret.db_password}>");
    CHECK(cut("${env.HOME}") == "<${env.HOME}>");
    CHECK(cut("${legacy.subnets.0.id}") == "<${legacy.subnets.0.id}>");
    CHECK(cut("a${x.y}b${x.z}") == "a|<${x.y}>|b|<${x.z}>");
    CHECK(cut("$${x.y}}") == "$|<${x.y}>|}");
}

TEST_CASE("everything else is data") {
    for (const auto* text : {"",
                             "${",
                             "${}",
                             "${db}",
                             "${db.}",
                             "${.x}",
                             "${ db.x }",
                             "${Db.x}",
                             "${db.x",
                             "$(db.x)",
                             "${file(\"/etc/passwd\")}",
                             "%{ if true }",
                             "{{ db.x }}",
                             "${aws:username}",
                             "${db.x[0]}",
                             "${a:b:c.d}",
                             "${A:b.c}",
                             "${db.x.}",
                             "${db..x}",
                             "${db.0}",
                             "${param.X}",
                             "${env.a-b}",
                             "${secret.a.b}",
                             "${${db.x"}) {
        CAPTURE(text);
        CHECK(cut(text) == text);
    }
    CHECK(cut("${${db.x}}") == "${|<${db.x}>|}");
}

TEST_CASE("a reference has its parts") {
    const auto references = references_in(scalar("${shop:db.hosts.0.name}"));
    REQUIRE(references.size() == 1);
    CHECK(references[0].kind == RefKind::foreign);
    CHECK(references[0].intent == "shop");
    CHECK(references[0].component == "db");
    CHECK(references[0].name == "hosts");
    CHECK(references[0].path == std::vector<std::string>{"0", "name"});
}

TEST_CASE("references know where they stand") {
    CHECK(places("a: ${x.y}\n") == std::vector<std::string>{"a.yaml:1:4+6"});
    CHECK(places("a: \"b ${x.y}\"\n") == std::vector<std::string>{"a.yaml:1:7+6"});
    CHECK(places("a: \"\\t${x.y}\"\n") == std::vector<std::string>{"a.yaml:1:7+6"});
    CHECK(places("a: |\n  b\n  ${x.y} ${x.y}\n") ==
          std::vector<std::string>{"a.yaml:3:3+6", "a.yaml:3:10+6"});
    CHECK(places("a: b\n  ${x.y}\nc: [\"${x.z}\"]\n\"${k.v}\": 1\n") ==
          std::vector<std::string>{"a.yaml:2:3+6", "a.yaml:3:6+6", "a.yaml:4:1+6"});
}

TEST_CASE("plain texts") {
    CHECK(parse_template(scalar("a ${b} c")).plain() == "a ${b} c");
    CHECK(parse_template(scalar("")).is_plain());
    CHECK_THROWS_AS(parse_template(scalar("${a.b}")).plain(), InternalError);
}

TEST_CASE("names are checked") {
    const auto mistake = [](const std::string& text) -> std::string {
        Diagnostics found;
        Decoding context{found, "intent"};
        Name name;
        return decode(scalar(text), name, context) ? "" : found.at(0).help;
    };
    const std::string rule =
        "names are lower-case letters, digits and '-', start with a letter, at most 63 in all";
    CHECK(mistake("web-1") == "");
    CHECK(mistake("Web_1") == "write 'web-1': " + rule);
    for (const auto* text : {"-x", "../x", "1a", "a/b", "a b", "a\nb"})
        CHECK(mistake(text) == rule);
}

}  // namespace reference_test
