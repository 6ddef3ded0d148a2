#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "ansible/artifacts.h"
#include "ansible/yaml_writer.h"
#include "base/fs.h"

namespace ansible_yaml_test {

using namespace agentops;
using namespace agentops::ansible;

namespace {

std::string written(const Value& value) {
    return to_yaml(Map{{"k", value}}).substr(std::string("---\nk: ").size());
}

void check_golden(const std::string& name, const std::string& text) {
    const auto file = fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/ansible" / name;
    if (std::getenv("AGENTOPS_ACCEPT") != nullptr) REQUIRE(write_file(file, text, 0644));
    CHECK(text == read_file(file).value_or("(no golden file)"));
}

/// Texts that YAML, Jinja or Ansible would like to read as something else.
const std::vector<std::string> kHostile{
    "",
    " ",
    "\n",
    "yes",
    "No",
    "y",
    "null",
    "~",
    "True",
    "007",
    "0644",
    "0x1F",
    "1:30",
    "1_000",
    "1.5e3",
    ".5",
    ".inf",
    "-7",
    "2026-01-01",
    "10.0.0.1",
    "=",
    "<<",
    "?",
    "- a",
    "---",
    "@at",
    "%percent",
    "!bang",
    "&anchor",
    "*alias",
    "`tick`",
    "a: b",
    "a #b",
    "ends:",
    " leading",
    "trailing ",
    "\ttab\tx\t",
    "it's",
    "say \"hi\"",
    "both ' and \"",
    "back\\slash\\",
    "\\n is not a newline, C:\\new\\'x'",
    "{\"a\":1,  \"b\":[1,2]}",
    "[1,2]",
    "{{ lookup('pipe', 'id') }}",
    "{% endraw %}{{ 1 + 1 }}{% raw %}",
    "{# gone? #}",
    "}} %} {{",
    "#jinja2:variable_start_string:'[%'\n[% 1 %]",
    "one\ntwo\n",
    "one\n\n  two\n\nthree",
    "one\n\n",
    "  indented first\nsecond\n",
    "blank at the end \nof a line\n",
    "\tkey = \"{{ value }}\"\nother = 'x'\n",
    "Gr\xc3\xbc\xc3\x9f"
    "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
    "\xe2\x80\xa8line\xc2\x85separators\xef\xbb\xbf\xe2\x80\xae",
    "bell \x07 and escape \x1b[31m",
    std::string(150, 'x') + " " + std::string(90, ' ') + std::string(90, '"'),
    std::string(130, 'y') + "\nshort\n",
};

Task copy_task(const std::string& name, Value content) {
    Task task;
    task.name = "Write " + name;
    task.module = "ansible.builtin.copy";
    task.args = {{"content", std::move(content)},
                 {"dest", Text{{Variable{"agentops_dir"}, "/" + name}}},
                 {"mode", "0644"}};
    return task;
}

/// All texts at once, so that the test of this playbook takes seconds.
std::vector<Task> collect_tasks(const Map& texts) {
    Task collect;
    collect.name = "Collect every text";
    collect.module = "ansible.builtin.set_fact";
    collect.args = {{"agentops_found", texts}};
    return {collect, copy_task("all.json", Expression{"agentops_found | to_json"})};
}

}  // namespace

TEST_CASE("a text is plain only where nothing else can be read") {
    CHECK(written("nginx") == "nginx\n");
    CHECK(written("/etc/nginx/conf.d/shop.conf") == "/etc/nginx/conf.d/shop.conf\n");
    CHECK(written("Install packages (web), at once") == "Install packages (web), at once\n");
    CHECK(written("10.0.0.1") == "10.0.0.1\n");
    CHECK(written("0644") == "\"0644\"\n");
    CHECK(written("off") == "\"off\"\n");
    CHECK(written("Y") == "\"Y\"\n");
    CHECK(written("1.5") == "\"1.5\"\n");
    CHECK(written("a: b") == "\"a: b\"\n");
    CHECK(written("") == "\"\"\n");
    CHECK(written("say \"hi\" to C:\\x's") == "'say \"hi\" to C:\\x''s'\n");
    CHECK(written("bell\x07") == "\"bell\\x07\"\n");
    CHECK(written("\xe2\x80\xa8\xe2\x80\xae") == "\"\\u2028\\u202e\"\n");
}

TEST_CASE("lines of text stay lines where that is exact") {
    CHECK(written("a\n\n  b\n") == "|\n  a\n\n    b\n");
    CHECK(written("a\nb") == "|-\n  a\n  b\n");
    CHECK(written("a\n\n") == "\"a\\n\\\n  \\n\"\n");
    CHECK(written(" a\nb\n") == "\" a\\n\\\n  b\\n\"\n");
    CHECK(written("a \n b\n") == "\"a \\n\\\n  \\ b\\n\"\n");
    CHECK(written(std::string(99, 'x')) == "\"" + std::string(94, 'x') + "\\\n  " + "xxxxx\"\n");
}

TEST_CASE("what Jinja could see is tagged, what we mean is not") {
    CHECK(written("{{ x }}") == "!unsafe \"{{ x }}\"\n");
    CHECK(written("{% x\ny\n") == "!unsafe |\n  {% x\n  y\n");
    CHECK(written("{#\"") == "!unsafe '{#\"'\n");
    CHECK(written("${x} }}") == "\"${x} }}\"\n");
    CHECK(written(Variable{"agentops_x"}) == "\"{{ agentops_x }}\"\n");
    CHECK(written(Expression{"a | b('c')"}) == "\"{{ a | b('c') }}\"\n");
}

TEST_CASE("a text with variables is one expression") {
    const Variable x{"agentops_x"};
    CHECK(written(Text{{x}}) == "\"{{ agentops_x | string }}\"\n");
    CHECK(written(Text{{"a", x, "b"}}) == "\"{{ ('a' ~ agentops_x ~ 'b') | string }}\"\n");
    CHECK(written(Text{{"a", "b"}}) == "ab\n");
    CHECK(written(Text{{x, "'\"\\"}}) ==
          "'{{ (agentops_x ~ \"''\" ~ ''\"'' ~ (''%c'' % 92)) | string }}'\n");
    CHECK(written(Text{{x, "\n"}}) == "|-\n  {{ (agentops_x ~ '\n  ') | string }}\n");
    CHECK(written(Text{{"{", "{ 1 }}", x}}) ==
          "\"{{ ('{{ 1 }}' ~ agentops_x ~ agentops_inert) | string }}\"\n");
}

TEST_CASE("maps and lists, numbers and keys") {
    const Value document = List{
        Map{{"name", "one"},
            {"on", true},
            {"0644", -5},
            {"empty", List{}},
            {"none", Value()},
            {"map", Map{{"a: b", 1.0}, {"c", Map{}}}},
            {"list", List{1e21, List{"x", "y"}, Map{{"k", "v"}, {"l", "w"}}}}},
        Map{{"name", "two"}},
    };
    CHECK(to_yaml(document, "Made by agentops.\nIn\xe2\x80\xa8 two lines.") == R"(---
# Made by agentops.
# In? two lines.
- name: one
  "on": true
  "0644": -5
  empty: []
  none: null
  map:
    "a: b": 1.0
    c: {}
  list:
    - 1.0e+21
    - - x
      - "y"
    - k: v
      l: w

- name: two
)");
    CHECK(to_yaml("text") == "---\ntext\n");
    CHECK_THROWS_AS(to_yaml(Map{{"{{ 1 }}", 1}}), InternalError);
    CHECK_THROWS_AS(to_yaml(Map{{std::string(1001, 'k'), 1}}), InternalError);
    CHECK_THROWS_AS(to_yaml("\xff"), InternalError);
}

// tests/e2e/test_ansible_text.py plays this playbook and compares what arrives.
TEST_CASE("hostile texts read as their golden playbook") {
    const std::string value = "{{ 7 * 7 }} \\ '\"\n";
    Json wanted = {{"number", "{{ 1 }}8080"}, {"json", "[1,  2]"}};
    Map texts{{"number", Text{{"{{ 1 }}", Variable{"agentops_number"}}}},
              {"json", Text{{Variable{"agentops_json"}}}}};
    for (std::size_t i = 0; i < kHostile.size(); ++i) {
        const auto& text = kHostile[i];
        texts.emplace_back("data-" + std::to_string(i), text);
        texts.emplace_back("text-" + std::to_string(i),
                           Text{{text, Variable{"agentops_text"}, text}});
        wanted["data-" + std::to_string(i)] = text;
        wanted["text-" + std::to_string(i)] = text + value + text;
    }
    Play play;
    play.name = "Write every text";
    play.hosts = "all";
    play.become = false;
    play.tasks = collect_tasks(texts);
    for (const auto* name : {"json", "data-13", "data-42", "data-43", "data-45", "data-50",
                             "data-54", "text-37", "text-41", "text-45", "text-54"}) {
        const auto entry = std::find_if(texts.begin(), texts.end(),
                                        [&](const auto& text) { return text.first == name; });
        play.tasks.push_back(copy_task(name, entry->second));
    }
    const auto variables = variables_document(
        {{"agentops_text", value}, {"agentops_number", 8080}, {"agentops_json", "[1,  2]"}});
    check_golden("texts.yml", playbook_text(play, "Every hostile text, as data and in a text."));
    check_golden("texts.json", dump_json({{"variables", variables}, {"wanted", wanted}}, 1) + "\n");
}

}  // namespace ansible_yaml_test
