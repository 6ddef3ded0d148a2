#include "base/yaml.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/fs.h"

namespace yaml_test {

using namespace agentops;

namespace {

/// "line:column+width code, ..." of all mistakes.
std::string mistakes(std::string text) {
    const Source source{"x.yaml", std::move(text)};
    const auto result = yaml::parse(source);
    if (result) return "";
    std::string found;
    for (const auto& d : result.error()) {
        CHECK(!d.help.empty());
        found += fmt::format("{}{}:{}+{} {}", found.empty() ? "" : ", ", d.position.line,
                             d.position.column, d.width, d.code);
    }
    return found;
}

/// The whole tree in one line: {key=value, ...}, [item, ...], 'quoted', plain, ~; each with its
/// line:column+width.
std::string show(const yaml::Node& node) {
    std::string text;
    for (const auto& item : node.items)
        text += (text.empty() ? "" : ", ") + show(item);
    for (const auto& [key, position, value] : node.members) {
        text += fmt::format("{}{}@{}:{}={}", text.empty() ? "" : ", ", key, position.line,
                            position.column, show(value));
    }
    if (node.is_null()) text = "~";
    if (node.is_map()) text = "{" + text + "}";
    if (node.is_sequence()) text = "[" + text + "]";
    if (node.is_scalar()) text = node.quoted ? "'" + node.text + "'" : node.text;
    return fmt::format("{}@{}:{}+{}", text, node.position.line, node.position.column, node.width);
}

std::string shown(std::string text) {
    const Source source{"x.yaml", std::move(text)};
    const auto result = yaml::parse(source);
    if (!result) return render(result.error());
    return show(*result);
}

std::string first_text(std::string text) {
    const Source source{"x.yaml", std::move(text)};
    const auto result = yaml::parse(source);
    if (!result) return render(result.error());
    return result->members.at(0).value.text;
}

}  // namespace

TEST_CASE("yaml: a tree with positions and widths") {
    CHECK(shown("a: 1\nb: [x, \"y z\"]\n") ==
          "{a@1:1=1@1:4+1, b@2:1=[x@2:5+1, 'y z'@2:8+5]@2:4+1}@1:1+1");
    CHECK(shown("é: ü # c\nb:\n  - {k: 'it''s'}\n") ==
          "{é@1:1=ü@1:5+2, b@2:1=[{k@3:6='it's'@3:9+7}@3:5+1]@3:3+1}@1:1+1");
    CHECK(shown("text") == "text@1:1+4");
    CHECK(shown("---\na: b") == "{a@2:1=b@2:4+1}@2:1+1");
    CHECK(shown("a: b\n...\n# end\n") == "{a@1:1=b@1:4+1}@1:1+1");
}

TEST_CASE("yaml: nothing, null and ~ are null; quoted they are text") {
    CHECK(shown("a:\nb: ~\nc: null\nd: 'null'\n") ==
          "{a@1:1=~@1:1+1, b@2:1=~@2:4+1, c@3:1=~@3:4+4, d@4:1='null'@4:4+6}@1:1+1");
    CHECK(shown("a:\nnull2: x\n") == "{a@1:1=~@1:1+1, null2@2:1=x@2:8+1}@1:1+1");
    CHECK(shown("-\n- x\n") == "[~@1:1+1, x@2:3+1]@1:1+1");
    CHECK(shown("~") == "~@1:1+1");
}

TEST_CASE("yaml: scalars keep their bytes") {
    CHECK(first_text("a: |\n  x\n  y\n") == "x\ny\n");
    CHECK(first_text("a: |+\n  x\n\n") == "x\n\n");
    CHECK(first_text("a: |\r\n  x\r\n") == "x\n");
    CHECK(first_text("a: |\n  all:\n  \techo 'don\"t' # & * ! [ {\n") ==
          "all:\n\techo 'don\"t' # & * ! [ {\n");
    CHECK(first_text("a: >-\n  x\n  y\n") == "x y");
    CHECK(first_text("a: it's \"so\" & *no* !x a,b [c] {d} | > 5% @ `\n") ==
          "it's \"so\" & *no* !x a,b [c] {d} | > 5% @ `");
    CHECK(first_text("a: one\n  'two\n  & three\n") == "one 'two & three");
    CHECK(first_text("a: \"one\n  two\\\n  three\"\n") == "one twothree");
    CHECK(first_text("a: \"\\\"\\u00e9\\n\\t\"\n") == "\"é\n\t");
    CHECK(first_text("a: http://x:1/#y\n") == "http://x:1/#y");
    CHECK(first_text("a: {b: 1}\n") == "");
}

TEST_CASE("yaml: find") {
    const Source source{"x.yaml", "a: {b: c}\n"};
    const auto root = yaml::parse(source);
    REQUIRE(root);
    REQUIRE(root->find("a") != nullptr);
    CHECK(root->find("a")->find("b")->text == "c");
    CHECK(root->find("x") == nullptr);
    CHECK(yaml::describe(*root) == "map");
}

TEST_CASE("yaml: duplicate keys, all of them") {
    CHECK(mistakes("a: 1\nb: {x: 1, x: 2}\na: 2\n\"a\": 3\n") ==
          "2:11+1 yaml.duplicate-key, 3:1+1 yaml.duplicate-key, "
          "4:1+3 yaml.duplicate-key");
    const Source source{"x.yaml", "a: 1\nb: 2\na: 3\n"};
    CHECK(render(yaml::parse(source).error()) ==
          "error[yaml.duplicate-key]: duplicate key 'a'\n"
          " --> x.yaml:3:1\n"
          "  |\n"
          "3 | a: 3\n"
          "  | ^\n"
          "  = help: the key was first set at line 1 column 1; keep one of them\n");
}

TEST_CASE("yaml: anchors, aliases, tags and merge keys, all of them") {
    CHECK(mistakes("a: &x 1\nb: *x\nc: !!str 2\nd: [!foo y, &z 3]\n<<: *x\na: 2\n") ==
          "1:4+2 yaml.anchor, 2:4+2 yaml.anchor, 3:4+5 yaml.tag, 4:5+4 yaml.tag, "
          "4:13+2 yaml.anchor, 5:1+2 yaml.merge-key, 5:5+2 yaml.anchor, "
          "6:1+1 yaml.duplicate-key");
    CHECK(mistakes("a: &a [*a]\n") == "1:4+2 yaml.anchor, 1:8+2 yaml.anchor");
}

TEST_CASE("yaml: an unknown alias; text that starts with a star") {
    CHECK(mistakes("a: *nope\n") == "1:4+5 yaml.anchor");
    CHECK(mistakes("cron: * * * * *\n") == "1:7+9 yaml.anchor");
    CHECK(mistakes("hosts: [*.example.com]\n") == "1:9+13 yaml.anchor");
}

TEST_CASE("yaml: an unclosed quote is reported where it opens") {
    CHECK(mistakes("a: \"unterminated") == "1:4+13 yaml.unclosed-quote");
    CHECK(mistakes("a: 'x\nb: 2\nc: 3\n") == "1:4+2 yaml.unclosed-quote");
    CHECK(mistakes("a: \"x\nb: \"y\"\nc: 3\n") == "1:4+2 yaml.unclosed-quote");
    CHECK(mistakes("a: {b: \"x}\nc: 1\n") == "1:8+3 yaml.unclosed-quote");
    CHECK(mistakes("a: \"x\n---\nb: 1\n") == "1:4+2 yaml.unclosed-quote, 2:1+3 yaml.documents");
    CHECK(mistakes("a: \"x\nb:\n  - 'y\n  - z\n") ==
          "1:4+2 yaml.unclosed-quote, 3:5+2 yaml.unclosed-quote");
    CHECK(mistakes("a: 'it's'\n") == "1:8+2 yaml.syntax");
}

TEST_CASE("yaml: tabs in the indentation, all of them; elsewhere a tab is text") {
    CHECK(mistakes("a:\n\tb: 1\n\t\tc: 2\n  d: 1\n") == "2:1+1 yaml.tab, 3:1+2 yaml.tab");
    CHECK(mistakes("a:\n  -\tb: 1\n") == "2:4+1 yaml.tab");
    CHECK(mistakes("a: \"x\ty\"\n\t\nb:\t1\n").empty());
}

TEST_CASE("yaml: exactly one document") {
    CHECK(mistakes("a: 1\n---\nb: 2\n") == "2:1+3 yaml.documents");
    CHECK(mistakes("---\n---\n") == "2:1+3 yaml.documents");
    CHECK(mistakes("a: 1\n...\ngarbage: [\n") == "3:1+1 yaml.documents");
    CHECK(mistakes("%YAML 1.1\n---\na: 1\n") == "1:1+9 yaml.directive");
    CHECK(mistakes("# nothing\n\n") == "0:0+1 yaml.empty");
    CHECK(mistakes("") == "0:0+1 yaml.empty");
    CHECK(mistakes("---\n") == "0:0+1 yaml.empty");
    CHECK(mistakes("agentops-end-of-input\n---\nagentops-end-of-input\n") ==
          "2:1+3 yaml.documents");
}

TEST_CASE("yaml: brackets") {
    CHECK(mistakes("a: {b: 1\nc: 2\n") == "1:4+1 yaml.syntax");
    CHECK(mistakes("a: [{b: 1\n") == "1:4+1 yaml.syntax, 1:5+1 yaml.syntax");
    CHECK(mistakes("a: [1}\n") == "1:6+1 yaml.syntax");
    CHECK(mistakes("a: ]\n") == "1:4+1 yaml.syntax");
    CHECK(mistakes("[a],") == "1:4+1 yaml.syntax");
    CHECK(mistakes("a: [b, ,c]\n") == "1:8+1 yaml.syntax");
    CHECK(mistakes("a: [b, c,]\nd: {e:, f}\n") == "");
    CHECK(mistakes("a: {b: x?y=1}\n") == "1:9+1 yaml.syntax");
    CHECK(mistakes(",") == "1:1+1 yaml.syntax");
}

TEST_CASE("yaml: other mistakes have a position") {
    CHECK(mistakes("a: b: c\n") == "1:5+1 yaml.syntax");
    CHECK(mistakes("a: 1\n  b: 2\n") == "2:4+1 yaml.syntax");
    CHECK(mistakes("a: 1\nfoo\nb: 2\n") == "2:1+3 yaml.syntax");
    CHECK(mistakes("a: @x y\n") == "1:4+4 yaml.syntax");
    CHECK(mistakes("a: \"\\q\"\n") == "1:5+2 yaml.syntax");
    CHECK(mistakes("a: \"\\ud83d\\ude00\"\n") == "1:5+6 yaml.syntax");
    CHECK(mistakes("[a]: 1\n") == "1:1+1 yaml.key");
    CHECK(mistakes(": 1\n") == "1:1+1 yaml.key");
    CHECK(mistakes("a: 1\na: 2\nb: c: d\n") == "2:1+1 yaml.duplicate-key, 3:5+1 yaml.syntax");
}

TEST_CASE("yaml: encoding") {
    CHECK(mistakes("\xEF\xBB\xBF"
                   "a: 1\n") == "1:1+3 yaml.encoding");
    CHECK(mistakes(std::string("a\0:\0", 4)) == "1:1+1 yaml.encoding");
    CHECK(mistakes("\xFF\xFE"
                   "a") == "1:1+1 yaml.encoding");
    CHECK(mistakes("a: \xFF\nb: x\x07\n") == "1:4+1 yaml.encoding, 2:5+1 yaml.encoding");
    CHECK(mistakes("a: 1\rb: 2\n") == "1:5+1 yaml.encoding");
    CHECK(mistakes("a: \xC2\x85\n") == "1:4+1 yaml.encoding");
    CHECK(mistakes("a: cafe\xCC\x81 x\n") == "1:7+3 yaml.encoding");
    CHECK(mistakes("a: \"\\e[31m\"\n") == "1:4+8 yaml.encoding");
    CHECK(mistakes("a: \"e\\u0301\"\n") == "1:4+9 yaml.encoding");
    CHECK(mistakes("# " + std::string(kMaxInputBytes, 'x')) == "0:0+1 yaml.size");
}

TEST_CASE("yaml: limits") {
    std::string deep;
    for (int i = 0; i < 33; ++i)
        deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    CHECK(mistakes(std::string(32, '[') + std::string(32, ']')).empty());
    CHECK(mistakes(std::string(1 << 20, '[')) == "1:33+1 yaml.depth");
    CHECK(mistakes(deep + std::string(33, ' ') + "b: 1\n") == "33:33+1 yaml.depth");
    std::string many = "a:\n";
    for (int i = 0; i < 100'000; ++i)
        many += "- x\n";
    CHECK(mistakes(many).ends_with(" yaml.nodes"));
    std::string flow = "[";
    for (int i = 0; i < 300'000; ++i)
        flow += "x,";
    CHECK(mistakes(flow + "]").ends_with(" yaml.nodes"));
}

TEST_CASE("yaml: diagnostics of one file are bounded") {
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += fmt::format("k{}: &x 1\n", i);
    const Source source{"x.yaml", text};
    CHECK(yaml::parse(source).error().size() == 100);
}

}  // namespace yaml_test
