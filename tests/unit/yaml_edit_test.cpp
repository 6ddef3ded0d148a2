#include "base/yaml_edit.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "base/fs.h"
#include "base/text.h"
#include "base/yaml.h"

namespace yaml_edit_test {

using namespace agentops;

namespace {

/// "a/b/0" as a path.
yaml::Path path_of(std::string_view text) {
    return split(text, '/');
}

/// The edited text, or the mistakes.
std::string set(std::string text, std::string_view path, std::string_view value) {
    const Source source{"x.yaml", std::move(text)};
    const auto result = yaml::set(source, path_of(path), value);
    return result ? *result : render(result.error());
}

std::string removed(std::string text, std::string_view path) {
    const Source source{"x.yaml", std::move(text)};
    const auto result = yaml::remove(source, path_of(path));
    return result ? *result : render(result.error());
}

/// "line:column code message" of the only mistake.
std::string mistake(const Result<std::string>& result) {
    if (result) return "none";
    REQUIRE(result.error().size() == 1);
    const auto& d = result.error().front();
    CHECK(!d.help.empty());
    return fmt::format("{}:{} {} {}", d.position.line, d.position.column, d.code, d.message);
}
std::string set_mistake(const std::string& text, std::string_view path, std::string_view value) {
    const Source source{"x.yaml", text};
    return mistake(yaml::set(source, path_of(path), value));
}
std::string remove_mistake(const std::string& text, std::string_view path) {
    const Source source{"x.yaml", text};
    return mistake(yaml::remove(source, path_of(path)));
}

/// What is read back from a text's scalar, as a value and in brackets.
void check_round_trip(std::string_view text, std::string_view scalar) {
    CAPTURE(scalar);
    CHECK(yaml::scalar_text(text) == scalar);
    const Source source{"x.yaml", fmt::format("a: {0}\nb: [{0}, {0}]\n", scalar)};
    const auto root = yaml::parse(source);
    REQUIRE(root);
    CHECK(root->find("a")->text == text);
    REQUIRE(root->find("b")->items.size() == 2);
    CHECK(root->find("b")->items[1].text == text);
    CHECK(root->find("b")->items[1].is_scalar());
}

const std::string kShop =
    "# A shop\n"
    "components:\n"
    "  db:\n"
    "    storage: 100 GiB  # grows\n"
    "    engine: \"postgres 16\"\n"
    "  net: {kind: network, zones: 2}\n"
    "\n"
    "# Where\n"
    "environments:\n"
    "  dev:\n"
    "  prod: {}\n";

}  // namespace

TEST_CASE("yaml edit: a scalar is replaced where it stands") {
    CHECK(set("a: 1\n", "a", "2") == "a: 2\n");
    CHECK(set("a:   1   # one\n\n# end\n", "a", "\"x: y\"") == "a:   \"x: y\"   # one\n\n# end\n");
    CHECK(set("a: 'it''s' # c\nb: 1", "a", "true") == "a: true # c\nb: 1");
    CHECK(set("a: \"x \\\" # y\" # c\n", "a", "z") == "a: z # c\n");
    CHECK(set("é: {ü: ö, 日本: 本}\n", "é/日本", "x") == "é: {ü: ö, 日本: x}\n");
    CHECK(set("a: one\n  two\n\n  three # c\nb: 1\n", "a", "x") == "a: x # c\nb: 1\n");
    CHECK(set("a:\n  # about it\n  1 # c\nb: 2\n", "a", "x") ==
          "a:\n  # about it\n  x # c\nb: 2\n");
    CHECK(set("---\na: 1\n...\n", "a", "2") == "---\na: 2\n...\n");
    CHECK(set("a: http://x:1/#y # c\n", "a", "b") == "a: b # c\n");
}

TEST_CASE("yaml edit: a scalar in brackets is replaced") {
    CHECK(set("a: {b: it's, c: [1, {d: 2}]} # x\n", "a/c/1/d", "3") ==
          "a: {b: it's, c: [1, {d: 3}]} # x\n");
    CHECK(set("{\"a\":1, 'b':'}'}\n", "a", "x") == "{\"a\": x, 'b':'}'}\n");
    CHECK(set("{\"a\":1, 'b':'}'}\n", "b", "[]") == "{\"a\":1, 'b': []}\n");
    CHECK(set("a: {\n  b: 1, # }\n  c: 2  # two\n}\n", "a/c", "x") ==
          "a: {\n  b: 1, # }\n  c: x  # two\n}\n");
    CHECK(set("a: [x, y,]\n", "a/1", "z") == "a: [x, z,]\n");
    CHECK(set("a: [b: c, d]\n", "a/0/b", "x") == "a: [b: x, d]\n");
}

TEST_CASE("yaml edit: a collection or a block scalar gives way to a value") {
    CHECK(set("a: [1, # one\n  2] # c\nb: 1\n", "a", "x") == "a: x # c\nb: 1\n");
    CHECK(set("a: # c\n  b: 1\n\n  # in it\n  c: 2\n  # in it\n# d\nd: 3\n", "a", "[x, y]") ==
          "a: [x, y] # c\n# d\nd: 3\n");
    CHECK(set("a:\n- x\n- y", "a", "{k: v}") == "a: {k: v}");
    CHECK(set("a: |+ # c\n  text: x\n  # text\n\nb: 1\n", "a", "x") == "a: x # c\nb: 1\n");
    CHECK(set("a: >2-\n   text\n\n# d\nb: 1\n", "a", "x") == "a: x\n\n# d\nb: 1\n");
    CHECK(set("a: |\nb: 1\n", "a", "x") == "a: x\nb: 1\n");
    CHECK(set("- a: 1\n  b: 2\n- c\n", "0", "x") == "- x\n- c\n");
    CHECK(set("-\n  a: 1\n- c\n", "0", "x") == "- x\n- c\n");
}

TEST_CASE("yaml edit: what was left out is filled in") {
    CHECK(set("a: # c\nb: 1\n", "a", "x") == "a: x # c\nb: 1\n");
    CHECK(set("a: ~ # c\nb:\n  null\n", "a", "x") == "a: x # c\nb:\n  null\n");
    CHECK(set("a: ~ # c\nb:\n  null\n", "b", "x") == "a: ~ # c\nb:\n  x\n");
    CHECK(set("{a:, b, c: ~}\n", "a", "x") == "{a: x, b, c: ~}\n");
    CHECK(set("{a:, b, c: ~}\n", "b", "x") == "{a:, b: x, c: ~}\n");
    CHECK(set("- # a-b\n- x\n", "0", "y") == "- y # a-b\n- x\n");
    CHECK(set("a:\n  -", "a/0", "y") == "a:\n  - y");
}

TEST_CASE("yaml edit: a member is added behind the last one") {
    CHECK(set("a: 1\n", "b", "2") == "a: 1\nb: 2\n");
    CHECK(set("a: 1 # c", "b", "2") == "a: 1 # c\nb: 2");
    CHECK(set("x:\n  a: 1\n  # commented: out\n\n# y\ny: 2\n", "x/b", "3") ==
          "x:\n  a: 1\n  # commented: out\n  b: 3\n\n# y\ny: 2\n");
    CHECK(set("x:\n  a: |+\n    text\n\ny: 2\n", "x/b", "3") ==
          "x:\n  a: |+\n    text\n\n  b: 3\ny: 2\n");
    CHECK(set("x:\n- a: {b: 1,\n    c: 2} # c\n- d\n", "x/0/e", "3") ==
          "x:\n- a: {b: 1,\n    c: 2} # c\n  e: 3\n- d\n");
    CHECK(set("a:\n    b:\n      c:\n      - d\n", "a/x", "y") ==
          "a:\n    b:\n      c:\n      - d\n    x: y\n");
    CHECK(set("a: 1\n...\n", "b", "2") == "a: 1\nb: 2\n...\n");
    CHECK(set("a: 1\n", "b: c", "2") == "a: 1\n\"b: c\": 2\n");
    CHECK(set("a: 1\n", "on", "web") == "a: 1\non: web\n");
}

TEST_CASE("yaml edit: a member is added in brackets") {
    CHECK(set("a: {b: 1}\n", "a/c", "2") == "a: {b: 1, c: 2}\n");
    CHECK(set("a: { b: 1 } # x\n", "a/c", "[d]") == "a: { b: 1, c: [d] } # x\n");
    CHECK(set("a: {b: 1,}\n", "a/c", "2") == "a: {b: 1, c: 2,}\n");
    CHECK(set("a: {}\nb: { }\n", "a/c", "2") == "a: {c: 2}\nb: { }\n");
    CHECK(set("a: {}\nb: { }\n", "b/c", "2") == "a: {}\nb: {c: 2}\n");
    CHECK(set("a: { # why\n  }\n", "a/c", "2") == "a: {c: 2 # why\n  }\n");
    CHECK(set("a: {\n  b: 1, # one\n  c: {d: 2}  # two\n}\n", "a/e", "3") ==
          "a: {\n  b: 1, # one\n  c: {d: 2}, e: 3  # two\n}\n");
    CHECK(set("a: {b:}\n", "a/c", "2") == "a: {b:, c: 2}\n");
}

TEST_CASE("yaml edit: missing maps on the way are written in brackets") {
    CHECK(set("a: 1\n", "b/c/d", "2") == "a: 1\nb: {c: {d: 2}}\n");
    CHECK(set("a: {}\n", "a/b/c", "2") == "a: {b: {c: 2}}\n");
    CHECK(set("a: null # c\nb: 1\n", "a/b/c", "2") == "a: {b: {c: 2}} # c\nb: 1\n");
    CHECK(set("a: # c\n  # d\nb: 1\n", "a/b", "2") == "a: {b: 2} # c\n  # d\nb: 1\n");
    CHECK(set("- \n- x\n", "0/b", "2") == "- {b: 2} \n- x\n");
    CHECK(set("~\n", "b", "2") == "{b: 2}\n");
}

TEST_CASE("yaml edit: overlays of environments") {
    CHECK(set("environments: {dev: {components: {db: {storage: 20 GiB}}}}\n",
              "environments/dev/components/db/storage",
              "40 GiB") == "environments: {dev: {components: {db: {storage: 40 GiB}}}}\n");
    CHECK(set("environments: {dev: {components: {db: {storage: 20 GiB}}}}\n",
              "environments/dev/components/web/count", "1") ==
          "environments: {dev: {components: {db: {storage: 20 GiB}, web: {count: 1}}}}\n");
    auto expected = kShop;
    expected.replace(expected.find("  dev:"), 6, "  dev: {components: {db: {storage: 20 GiB}}}");
    CHECK(set(kShop, "environments/dev/components/db/storage", "20 GiB") == expected);
    CHECK(removed(expected, "environments/dev/components/db/storage") ==
          set(kShop, "environments/dev/components/db", "{}"));
    CHECK(set(kShop, "environments/test/rules/protect", "null") ==
          kShop + "  test: {rules: {protect: null}}\n");
    CHECK(set("environments:\n  dev:\n    components:\n      db:\n        storage: 20 GiB # small\n"
              "  prod: {}\n",
              "environments/dev/components/web", "{count: 1}") ==
          "environments:\n  dev:\n    components:\n      db:\n        storage: 20 GiB # small\n"
          "      web: {count: 1}\n  prod: {}\n");
}

TEST_CASE("yaml edit: a member is removed with its lines") {
    CHECK(removed("a: 1\nb: 2 # c\nc: 3\n", "b") == "a: 1\nc: 3\n");
    CHECK(removed("a: 1\nb: 2", "b") == "a: 1");
    CHECK(removed("# top\na: 1\n\n# about b\nb:\n  c: |\n    x\n  # end\n\nd: 3\n", "b") ==
          "# top\na: 1\n\n# about b\n\nd: 3\n");
    CHECK(removed("a: one\n  two # c\nb: 2\n", "a") == "b: 2\n");
    CHECK(removed("- a: 1 # c\n  # about b\n  b: 2\n", "0/a") == "- # about b\n  b: 2\n");
    CHECK(removed("- a: 1\n  b: 2\n", "0/b") == "- a: 1\n");
}

TEST_CASE("yaml edit: a map with nothing left") {
    CHECK(removed("a: # c\n  # about b\n  b: 1 # d\nc: 2\n", "a/b") ==
          "a: {} # c\n  # about b\nc: 2\n");
    CHECK(removed("a:\n  b:\n    c: 1\n  d: 2\n", "a/b/c") == "a:\n  b: {}\n  d: 2\n");
    CHECK(removed("a:\n  b: 1", "a/b") == "a: {}");
    CHECK(removed("# x\na: 1 # c\n", "a") == "# x\n{}\n");
    CHECK(removed("- a: 1 # c\n- b\n", "0/a") == "- {}\n- b\n");
    CHECK(removed("a:\n- x\n", "a/0") == "a: []\n");
}

TEST_CASE("yaml edit: a member is removed from brackets") {
    CHECK(removed("a: {b: 1, c: 2, d: 3} # x\n", "a/b") == "a: {c: 2, d: 3} # x\n");
    CHECK(removed("a: {b: 1, c: 2, d: 3}\n", "a/c") == "a: {b: 1, d: 3}\n");
    CHECK(removed("a: { b: 1, c: \"}, \" }\n", "a/c") == "a: { b: 1 }\n");
    CHECK(removed("a: { b: {c: 2} }\n", "a/b") == "a: {}\n");
    CHECK(removed("a: {b: 1,}\n", "a/b") == "a: {}\n");
    CHECK(removed("a: {b: 1, c: 2,}\n", "a/c") == "a: {b: 1,}\n");
    CHECK(removed("a: {b, c:}\n", "a/c") == "a: {b}\n");
    const std::string lines = "a: {\n  b: 1, # one\n  c: 2, # two\n  d: 3  # three\n  }\n";
    CHECK(removed(lines, "a/b") == "a: {\n  c: 2, # two\n  d: 3  # three\n  }\n");
    CHECK(removed(lines, "a/d") == "a: {\n  b: 1, # one\n  c: 2, # two\n  }\n");
    CHECK(removed("a: {b: 1, # one\n  c: 2}\n", "a/b") == "a: { # one\n  c: 2}\n");
    CHECK(removed("a: {b: 1, # one\n  c: 2}\n", "a/c") == "a: {b: 1, # one\n  }\n");
    CHECK(removed("a: {b: 1\n  , c: 2\n  }\n", "a/c") == "a: {b: 1\n  }\n");
}

TEST_CASE("yaml edit: items of lists") {
    CHECK(removed("a: [x, y, z]\n", "a/1") == "a: [x, z]\n");
    CHECK(removed("a: [b: c, d]\n", "a/0") == "a: [d]\n");
    CHECK(removed("a:\n  - x # c\n  -\n    b: 1\n  - z\n", "a/1") == "a:\n  - x # c\n  - z\n");
    CHECK(removed("- - x\n  - y\n-\n", "0/0") == "- - y\n-\n");
    CHECK(removed("- - x\n  - y\n-\n", "1") == "- - x\n  - y\n");
    CHECK(set("- - x\n  - y\n-\n", "0/1", "z") == "- - x\n  - z\n-\n");
    CHECK(set_mistake("a: [x]\n", "a/1", "y") == "1:4 yaml.edit the list has no item '1'");
    CHECK(set_mistake("a: [x]\n", "a/-1", "y") == "1:4 yaml.edit the list has no item '-1'");
}

TEST_CASE("yaml edit: line endings stay") {
    CHECK(set("a: 1 # c\r\nb: 2\r\n", "a", "x") == "a: x # c\r\nb: 2\r\n");
    CHECK(set("a: 1\r\nb:\r\n  c: 2\r\n\r\n", "b/d", "3") ==
          "a: 1\r\nb:\r\n  c: 2\r\n  d: 3\r\n\r\n");
    CHECK(set("a: 1\r\nb: 2", "c", "3") == "a: 1\r\nb: 2\r\nc: 3");
    CHECK(set("a: |\r\n  x\r\nb: 2\r\n", "a", "y") == "a: y\r\nb: 2\r\n");
    CHECK(removed("a: 1\r\nb: 2\r\nc: 3", "c") == "a: 1\r\nb: 2");
    CHECK(removed("a:\r\n  b: 2\r\n", "a/b") == "a: {}\r\n");
}

TEST_CASE("yaml edit: what cannot be edited") {
    CHECK(set_mistake("a: {b: 1}\n", "a/b/c", "2") ==
          "1:8 yaml.edit there is a text here, so it has no 'c'");
    CHECK(remove_mistake("a: {b: 1}\n", "a/c") == "1:4 yaml.edit there is no 'a.c'");
    CHECK(remove_mistake("a:\n", "a/c") == "1:1 yaml.edit there is no 'a.c'");
    CHECK(set_mistake("a: {b: 1}\n", "a/b", "x, y: z") ==
          "1:8 yaml.edit 'x, y: z' is not one value on one line");
    CHECK(set_mistake("a: {b: 1}\n", "a/b", "x, y") ==
          "1:8 yaml.edit 'a.b' cannot be edited here without changing more");
    CHECK(set_mistake("a: [b: c]\n", "a/0/d", "1") ==
          "1:5 yaml.edit 'a.0.d' cannot be edited here without changing more");
    CHECK(remove_mistake("a: |+\n  x\n\nb: 1\n\n", "b") ==
          "4:4 yaml.edit 'b' cannot be edited here without changing more");
    CHECK(set_mistake("a: 1\na: 2\n", "a", "3") == "2:1 yaml.duplicate-key duplicate key 'a'");
    const Source source{"x.yaml", "a: 1\n"};
    CHECK(mistake(yaml::set(source, {}, "1")) == "1:1 yaml.edit a path of 0 keys");
    CHECK(mistake(yaml::remove(source, {})) == "1:1 yaml.edit a path of 0 keys");
    CHECK(mistake(yaml::set(source, yaml::Path(32, "x"), "1")) ==
          "1:1 yaml.edit a path of 32 keys");
    CHECK(mistake(yaml::set(source, yaml::Path(30, "x"), "1")) == "none");
}

TEST_CASE("yaml edit: a value is one value on one line") {
    for (const auto* value : {"", " x", "x ", "x # c", "x\n", "x\nb: 1", "x\r", "b: c", "- x", "|",
                              "> x", "&a x", "[x", "\"x", "}", "x: ", "# c", "? x"}) {
        CAPTURE(value);
        CHECK(starts_with(set_mistake("a: 1\nc: 2\n", "a", value), "1:4 yaml.edit '"));
    }
    for (const auto* value : {"x", "-1", "100 GiB", "\"a: b\"", "'it''s'", "[]", "{k: [v, {w: 1}]}",
                              "null", "~", "it's", "a, b", "${a.b}"}) {
        CAPTURE(value);
        CHECK(set("a: 1\nc: 2\n", "a", value) == fmt::format("a: {}\nc: 2\n", value));
    }
}

TEST_CASE("yaml edit: a text as a scalar, plain") {
    for (const auto* text : {"x", "100 GiB", "4 d", "ubuntu-24.04", "10.20.0.0/16", "127.0.0.1",
                             "v1.5", "it's", "http://x:1/#y", "a - b", "100 %", "./x", "/etc/x",
                             "é 日本", "a:b", "x#y", "truer", "."}) {
        check_round_trip(text, text);
    }
}

TEST_CASE("yaml edit: a text as a scalar, quoted") {
    for (const auto* text : {"",       " ",    " x",    "x ",         "true",
                             "False",  "YES",  "no",    "on",         "y",
                             "null",   "Null", "~",     "5",          "-5",
                             "+5",     "1.5",  ".5",    "010",        "0x1f",
                             "1_000",  "1e3",  "10:30", "2026-01-31", "2026-01-31 10:00:00Z",
                             ".inf",   ".NaN", "x: y",  "x:",         "x #y",
                             "#x",     "- x",  "-",     "--- x",      "...",
                             "? x",    ": x",  "a, b",  "[x]",        "{x}",
                             "${a.b}", "x?y",  "&x",    "*x",         "!x",
                             "|",      ">",    "'x'",   "%x",         "@x",
                             "`x",     "<<",   "=",     "~/x"}) {
        check_round_trip(text, fmt::format("\"{}\"", text));
    }
    check_round_trip("a \"b\" \\c", "a \"b\" \\c");
    check_round_trip("\"b\" \\c", "\"\\\"b\\\" \\\\c\"");
    check_round_trip("a\nb\tc\n", "\"a\\nb\\tc\\n\"");
    check_round_trip("a\u2028b\u202Ec\uFEFF", "\"a\\u2028b\\u202Ec\\uFEFF\"");
    CHECK(yaml::scalar_text("\x1b[0m\x7f\r\u0085") == "\"\\x1b[0m\\x7f\\x0d\\u0085\"");
    CHECK(yaml::scalar_text("\xFF") == "\"\xFF\"");
}

TEST_CASE("yaml edit: a text as a key") {
    CHECK(yaml::key_text("on") == "on");
    CHECK(yaml::key_text("8080") == "8080");
    CHECK(yaml::key_text("null") == "\"null\"");
    CHECK(yaml::key_text("<<") == "\"<<\"");
    CHECK(yaml::key_text("a: b") == "\"a: b\"");
}

namespace {

/// Calls back for each node below the root, with its path.
template <class Visit>
void walk(const yaml::Node& node, const yaml::Path& path, const Visit& visit) {
    const auto below = [&](const yaml::Node& child, const std::string& step) {
        auto longer = path;
        longer.push_back(step);
        visit(child, longer);
        walk(child, longer, visit);
    };
    for (std::size_t i = 0; i < node.items.size(); ++i)
        below(node.items[i], std::to_string(i));
    for (const auto& member : node.members)
        below(member.value, member.key);
}

const yaml::Node* at(const yaml::Node& root, const yaml::Path& path) {
    const auto* node = &root;
    for (const auto& step : path) {
        if (node == nullptr) return nullptr;
        node = node->is_sequence() ? &node->items.at(std::stoul(step)) : node->find(step);
    }
    return node;
}

std::string edited(const Result<std::string>& result) {
    REQUIRE_MESSAGE(result, render(result.error()));
    return *result;
}

/// A scalar set to another value reads as that one, and set back gives the first text.
void check_set(const Source& source, const yaml::Node& node, const yaml::Path& path) {
    const Source other{"y.yaml", edited(yaml::set(source, path, "\"new: value\""))};
    const auto root = yaml::parse(other);
    REQUIRE(root);
    CHECK(at(*root, path)->text == "new: value");
    const auto text = node.position.source_line().substr(
        static_cast<std::size_t>(node.position.column - 1), static_cast<std::size_t>(node.width));
    if (text != "|") CHECK(edited(yaml::set(other, path, text)) == source.text);
}

std::size_t size_at(const Source& source, const yaml::Path& path) {
    const auto root = yaml::parse(source);
    REQUIRE(root);
    const auto* node = at(*root, path);
    return node == nullptr ? 0 : node->items.size() + node->members.size();
}

/// What is removed is gone, and alone.
void check_remove(const Source& source, const yaml::Path& path) {
    const Source other{"y.yaml", edited(yaml::remove(source, path))};
    const yaml::Path parent{path.begin(), path.end() - 1};
    CHECK(size_at(other, parent) + 1 == size_at(source, parent));
}

/// A member added to a map and removed again gives the first text.
void check_add(const Source& source, const yaml::Node& map, yaml::Path path) {
    path.insert(path.end(), {"new key", "deep"});
    const Source other{"y.yaml", edited(yaml::set(source, path, "[v, w]"))};
    path.pop_back();
    if (!map.members.empty()) CHECK(edited(yaml::remove(other, path)) == source.text);
}

}  // namespace

TEST_CASE("yaml edit: every value of the examples can be set and removed") {
    int scalars = 0;
    const auto examples = fs::path(std::getenv("AGENTOPS_SOURCE")) / "examples";
    for (const auto& entry : fs::recursive_directory_iterator(examples)) {
        if (!entry.path().string().ends_with(".intent.yaml")) continue;
        const Source source{entry.path().string(), read_file(entry.path()).value()};
        CAPTURE(source.path);
        const auto root = yaml::parse(source);
        REQUIRE(root);
        check_add(source, *root, {});
        walk(*root, {}, [&](const yaml::Node& node, const yaml::Path& path) {
            CAPTURE(join(path, "/"));
            if (node.is_map()) check_add(source, node, path);
            check_remove(source, path);
            if (!node.is_scalar()) return;
            ++scalars;
            check_set(source, node, path);
        });
    }
    CHECK(scalars > 100);
}

}  // namespace yaml_edit_test
