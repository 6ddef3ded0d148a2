#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/fs.h"
#include "intent/project.h"

namespace load_test {

using namespace agentops;
using namespace agentops::intent;

namespace {

const Inputs kInputs{{{"domain", "shop.test"},
                      {"port", "8443"},
                      {"evil", "${secret.x}"},
                      {"half", "{secret.x}"},
                      {"bell", "a\ab"}},
                     [](const std::string& name) -> std::optional<std::string> {
                         if (name == "REGION") return "eu-west-1";
                         return std::nullopt;
                     }};

const std::string kHead =
    "apiVersion: agentops/v1\n"
    "intent: shop\n"
    "target: {provider: aws, region: eu-west-1}\n";

Loaded load(Sources& sources, const std::string& text) {
    return load_intent(sources.add("shop.intent.yaml", text), kInputs);
}

std::vector<fs::path> golden_cases(const fs::path& folder) {
    std::vector<fs::path> cases;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().string().ends_with(".intent.yaml")) cases.push_back(entry.path());
    }
    std::sort(cases.begin(), cases.end());
    return cases;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("every mistake of an intent reads as its golden text") {
    const fs::path folder = fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/intent";
    const bool accept = std::getenv("AGENTOPS_ACCEPT") != nullptr;
    Sources sources;
    const auto cases = golden_cases(folder);
    CHECK(cases.size() >= 40);
    for (const auto& file : cases) {
        const auto name = file.filename().string();
        const auto& source = sources.add(name, *read_file(file));
        const auto text = render(load_intent(source, kInputs).diagnostics);
        const auto expected = folder / replaced(name, ".intent.yaml", ".txt");
        if (accept) (void)write_file(expected, text, 0644);
        CAPTURE(name);
        CHECK(text == read_file(expected).value_or("(missing)"));
    }
    if (accept) MESSAGE("golden texts rewritten");
}

TEST_CASE("a whole intent") {
    Sources sources;
    const auto loaded = load(sources, R"(apiVersion: agentops/v1
intent: shop
owner: payments@example.com
target: {provider: aws, region: "${env.REGION}"}
params: {domain: {default: shop.example.com}}
objectives: {budget: 400 USD/month, availability: 99.95 %, latency_p95: 250 ms, prefer: [cost]}
components:
  net: {kind: network, zones: 2}
  db: {kind: database, in: net, password: "${secret.db_password}"}
rules: {deny: [public-database], protect: [db]}
checks: {home: {http: "https://${param.domain}/", status: 200, within: 60 s}}
approvals: {auto: {max_risk: low, max_destroy: 0, max_increase: 20 USD/month}}
)");
    REQUIRE(render(loaded.diagnostics) == "");
    REQUIRE(loaded.stacks.size() == 1);
    const auto& stack = loaded.stacks[0];
    CHECK(stack.id == "shop");
    CHECK(stack.environment == "");
    CHECK(stack.owner == "payments@example.com");
    CHECK(stack.target.region.value.value == "eu-west-1");
    CHECK(to_text(stack.objectives.budget->value) == "400 USD/month");
    CHECK(to_text(stack.objectives.latency_p95->value) == "250 ms");
    CHECK(stack.objectives.prefer.order[0].value.value == "cost");
    CHECK(stack.position.text() == "shop.intent.yaml:2:9");
    REQUIRE(stack.components.size() == 2);
    CHECK(stack.components[0].kind.value == "network");
    CHECK(stack.find("db")->position.text() == "shop.intent.yaml:9:3");
    CHECK(stack.find("db")->body.find("in")->text == "net");
    CHECK(stack.find("nothing") == nullptr);
    CHECK(stack.rules.protect[0].value.value == "db");
    CHECK(stack.checks[0].first == "home");
    CHECK(stack.checks[0].second.http->plain() == "https://shop.test/");
    CHECK(stack.approvals.automatic->max_risk->value.value == "low");
    CHECK(loaded.params == std::set<std::string>{"domain"});
}

TEST_CASE("a plain scalar stays plain when a parameter fills it") {
    Sources sources;
    const auto loaded = load(sources, kHead + R"(params: {port: {default: "443"}}
components:
  web: {kind: service, plain: 1, text: x}
  api:
    kind: service
    port: ${param.port}
    quoted: "${param.port}"
)");
    REQUIRE(render(loaded.diagnostics) == "");
    const auto& body = loaded.stacks[0].find("api")->body;
    CHECK(body.find("port")->text == "8443");
    CHECK(!body.find("port")->quoted);
    CHECK(body.find("quoted")->text == "8443");
    CHECK(body.find("quoted")->quoted);
}

TEST_CASE("other dollar signs and braces are data") {
    Sources sources;
    const std::string text = R"(${file("/etc/passwd")} ${x} %{ if true } {{ y }} ${aws:username})";
    const auto loaded =
        load(sources, kHead + "components:\n  web: {kind: service, note: '" + text + "'}\n");
    REQUIRE(render(loaded.diagnostics) == "");
    CHECK(loaded.stacks[0].find("web")->body.find("note")->text == text);
    CHECK(references_in(loaded.stacks[0].find("web")->body).empty());
}

TEST_CASE("the digest of a stack follows what went in") {
    Sources sources;
    const auto text = kHead +
                      "params: {domain: {default: a}}\ncomponents:\n  web: {kind: service, "
                      "host: \"${param.domain}\"}\n";
    const auto& source = sources.add("shop.intent.yaml", text);
    const auto digest = [&](const std::string& domain) {
        return load_intent(source, {{{"domain", domain}}, {}}).stacks.at(0).input_digest;
    };
    CHECK(digest("a.test") == digest("a.test"));
    CHECK(digest("a.test") != digest("b.test"));
    const auto unrelated = load_intent(source, {{{"domain", "a.test"}, {"other", "1"}}, {}});
    CHECK(unrelated.stacks.at(0).input_digest == digest("a.test"));
    CHECK(unrelated.stacks.at(0).source_digest.size() == 64);
}

TEST_CASE("one broken environment does not spoil the next") {
    Sources sources;
    const auto loaded = load(sources, kHead + R"(components: {assets: {kind: bucket}}
environments:
  dev: {objectives: {budget: 80}}
  prod: {}
)");
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK(loaded.diagnostics[0].code == "intent.unit");
    REQUIRE(loaded.stacks.size() == 1);
    CHECK(loaded.stacks[0].id == "shop@prod");
}

}  // namespace load_test
