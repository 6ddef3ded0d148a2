#include "catalog/cycles.h"
#include "catalog/names.h"
#include "stack_fixture.h"

namespace catalog_decode_test {

using namespace agentops;
using agentops::test::StackFixture;

namespace {

std::string complaints(const std::string& components) {
    return StackFixture("components:\n" + components).complaints();
}

/// Several intents, each with its components, decoded together.
struct ProjectFixture {
    explicit ProjectFixture(const std::vector<std::pair<std::string, std::string>>& intents) {
        for (const auto& [name, rest] : intents) {
            const auto& source =
                sources.add(name, "apiVersion: agentops/v1\nintent: " + name +
                                      "\ntarget: {provider: aws, region: eu-west-1}\n" + rest);
            auto loaded = intent::load_intent(source, {});
            REQUIRE(render(loaded.diagnostics) == "");
            for (auto& stack : loaded.stacks)
                stacks.push_back(std::move(stack));
        }
        index.emplace(stacks);
    }

    const intent::Stack& stack(const std::string& id) const {
        for (const auto& each : stacks) {
            if (each.id == id) return each;
        }
        FAIL("no stack ", id);
        return stacks.front();
    }
    catalog::Decoded decode(const std::string& id) const {
        return catalog::decode_parts(stack(id), *index, project);
    }
    std::string complaints(const std::string& id) const {
        std::string text;
        for (const auto& each : decode(id).diagnostics)
            text += each.message + "\n";
        return text;
    }
    catalog::BuiltStack build(const std::string& id) const {
        auto decoded = decode(id);
        REQUIRE(render(decoded.diagnostics) == "");
        catalog::assign_defaults(decoded.parts);
        const catalog::Design design(stack(id), *index, project, std::move(decoded.parts));
        return catalog::build(design, "engineer");
    }

    Sources sources;
    intent::Project project;
    std::vector<intent::Stack> stacks;
    std::optional<catalog::StackIndex> index;
};

const std::string kNet = "components:\n  net: {kind: network, cidr: 10.20.0.0/16}\n";
const std::string kReader =
    "components:\n  x: {kind: resource, type: aws_sqs_queue, args: {name: "
    "\"${core:net.vpc_id}\"}}\n";
const std::string kEnvironments = "environments: {dev: {}, prod: {}}\n";

}  // namespace

TEST_CASE("unknown kinds and keys") {
    const StackFixture stack("components:\n  net: {kind: netwrok}\n");
    CHECK(stack.complaints() == "catalog.unknown-kind: unknown kind 'netwrok'\n");
    CHECK(stack.diagnostics[0].help == "did you mean 'network'?");
    CHECK(complaints("  net: {kind: network, cidr: 10.0.0.0/16, zone: 2}\n") ==
          "intent.unknown-key: unknown key 'zone'\n");
    CHECK(complaints("  web: {kind: server, image: debian-12}\n") ==
          "intent.missing-key: missing key 'in'\n");
}

TEST_CASE("a component stands in a network of its stack") {
    const std::string web = "  web: {kind: server, image: debian-12, in: ";
    CHECK(complaints(web + "net}\n") == "catalog.unknown-component: there is no component 'net'\n");
    CHECK(complaints(web + "b}\n  b: {kind: bucket}\n") ==
          "catalog.not-a-network: web cannot stand in b, which is a bucket\n");
}

TEST_CASE("uses names others, once") {
    const std::string web =
        "  net: {kind: network, cidr: 10.20.0.0/16}\n  b: {kind: bucket}\n"
        "  web: {kind: server, in: net, image: debian-12, uses: ";
    CHECK(complaints(web + "[web]}\n") == "catalog.self-reference: web uses itself\n");
    CHECK(complaints(web + "[b, b]}\n") == "catalog.twice: b stands here twice\n");
    CHECK(complaints(web + "[c]}\n") == "catalog.unknown-component: there is no component 'c'\n");
}

TEST_CASE("references lead somewhere") {
    const auto raw = [](const std::string& text) {
        return complaints(
            "  net: {kind: network, cidr: 10.20.0.0/16}\n"
            "  x: {kind: resource, type: aws_sqs_queue, args: {name: \"" +
            text + "\"}}\n");
    };
    CHECK(raw("${net.vpc_id}") == "");
    CHECK(raw("${net.private_subnet_ids.1}") == "");
    CHECK(raw("${nat.vpc_id}") == "catalog.unknown-component: there is no component 'nat'\n");
    CHECK(raw("${net.vpc}") == "catalog.unknown-output: a network has no output 'vpc'\n");
    CHECK(raw("${x.arn}") == "catalog.self-reference: x refers to itself\n");
    CHECK(raw("a-${net.private_subnet_ids}") ==
          "catalog.reference-type: ${net.private_subnet_ids} is a list and cannot stand inside a "
          "text\n");
    CHECK(raw("${net.private_subnet_ids.2}") ==
          "catalog.unknown-output: net of this form has no output ${net.private_subnet_ids.2}\n");
    CHECK(raw("${secret.tokn}") == "intent.unknown-secret: unknown secret 'tokn'\n");
    CHECK(raw("${file(\\\"/etc/passwd\\\")}") == "");
}

TEST_CASE("an output that this form of a component lacks") {
    CHECK(complaints("  net: {kind: network, cidr: 10.20.0.0/16}\n"
                     "  web: {kind: server, in: net, image: debian-12}\n"
                     "  x: {kind: resource, type: aws_sqs_queue, args: {name: "
                     "\"${web.public_ip}\"}}\n") ==
          "catalog.unknown-output: web of this form has no output ${web.public_ip}\n");
}

TEST_CASE("the help for a secret shows the lines to add") {
    const StackFixture stack(
        "components:\n  x: {kind: resource, type: aws_sqs_queue, args: {name: "
        "\"${secret.api-key}\"}}\n");
    REQUIRE(stack.diagnostics.size() == 1);
    CHECK(stack.diagnostics[0].help ==
          "say in agentops.yaml where it comes from:\nsecrets:\n  api-key: {env: API_KEY}");
}

TEST_CASE("components may not wait for each other") {
    CHECK(complaints("  a: {kind: resource, type: aws_sqs_queue, args: {name: \"${b.name}\"}}\n"
                     "  b: {kind: resource, type: aws_sqs_queue, args: {name: \"${a.name}\"}}\n") ==
          "catalog.cycle: components wait for each other: ${b.name} -> ${a.name}\n");
}

TEST_CASE("regions are known") {
    Sources sources;
    const auto& source = sources.add(
        "x",
        "apiVersion: agentops/v1\nintent: x\ntarget: {provider: aws, region: eu-west-9}\n" + kNet);
    const auto loaded = intent::load_intent(source, {});
    const catalog::StackIndex index(loaded.stacks);
    const auto decoded = catalog::decode_parts(loaded.stacks.front(), index, {});
    REQUIRE(decoded.diagnostics.size() == 1);
    CHECK(decoded.diagnostics[0].code == "catalog.unknown-region");
    CHECK(decoded.diagnostics[0].message == "AWS has no region 'eu-west-9'");
}

TEST_CASE("another intent is read in the same environment, or its only stack") {
    const ProjectFixture alone({{"core", kNet}, {"app", kReader + kEnvironments}});
    CHECK(alone.decode("app@prod").upstream == std::vector<std::string>{"core"});
    const ProjectFixture both({{"core", kNet + kEnvironments}, {"app", kReader + kEnvironments}});
    CHECK(both.decode("app@prod").upstream == std::vector<std::string>{"core@prod"});
    const ProjectFixture none({{"core", kNet + kEnvironments}, {"app", kReader}});
    CHECK(none.complaints("app") == "app has no environment and core has several\n");
    const ProjectFixture other(
        {{"core", kNet + kEnvironments}, {"app", kReader + "environments: {stage: {}}\n"}});
    CHECK(other.complaints("app@stage") == "core has no environment 'stage'\n");
    const ProjectFixture unknown({{"app", kReader}});
    CHECK(unknown.complaints("app") == "there is no intent 'core'\n");
}

TEST_CASE("what another intent gives becomes an input") {
    const ProjectFixture project({{"core", kNet}, {"app", kReader}});
    const auto built = project.build("app");
    REQUIRE(built.main.inputs.size() == 1);
    const auto& input = built.main.inputs.front();
    CHECK(input.variable == "core_net_vpc_id");
    CHECK(input.from == "core/main");
    CHECK(input.output == "net_vpc_id");
    CHECK(input.type == ValueType::string);
    CHECK(tf::to_tf_json(built.main.resources.front().body)["name"] == "${local.core_net_vpc_id}");
}

TEST_CASE("an open output is exported when another stack reads it") {
    const std::string queue =
        "components:\n  net: {kind: resource, type: aws_sqs_queue, args: {name: a}}\n";
    const ProjectFixture project({{"core", queue}, {"app", kReader}});
    const auto built = project.build("core");
    REQUIRE(built.main.outputs.size() == 1);
    CHECK(built.main.outputs[0].name == "net_vpc_id");
    CHECK(built.main.outputs[0].sensitive);
}

TEST_CASE("stacks may not wait for each other") {
    const auto reads = [](const std::string& other) {
        return "components:\n  q: {kind: resource, type: aws_sqs_queue, args: {name: \"${" + other +
               ":q.name}\"}}\n";
    };
    const ProjectFixture project({{"a", reads("b")}, {"b", reads("c")}, {"c", reads("a")}});
    CHECK(project.complaints("a") == "stacks wait for each other: a -> b -> c -> a\n");
    CHECK(project.complaints("c") == "stacks wait for each other: c -> a -> b -> c\n");
    const ProjectFixture self({{"a", reads("a")}});
    CHECK(self.complaints("a") == "a is this intent\n");
}

TEST_CASE("two components that make one resource") {
    CHECK(complaints("  net: {kind: network, cidr: 10.20.0.0/16, zones: 1}\n"
                     "  net-public-0: {kind: resource, type: aws_subnet, args: {vpc_id: "
                     "\"${net.vpc_id}\"}}\n") ==
          "catalog.name-clash: net and net-public-0 would both make aws_subnet.net_public_0\n");
}

TEST_CASE("providers must be allowed") {
    CHECK(complaints("  x: {kind: resource, type: github_repository, provider: "
                     "integrations/github, args: {name: x}}\n") ==
          "catalog.provider-not-allowed: provider integrations/github is not allowed\n");
}

TEST_CASE("the provider points to the emulator only when told so") {
    const StackFixture real(kNet);
    CHECK(tf::to_tf_json(real.built.main.providers.at(0).body) ==
          Json{{"region", "eu-west-1"},
               {"default_tags",
                {{"tags", {{"agentops:intent", "shop"}, {"agentops:stack", "shop"}}}}}});
    const StackFixture fake(kNet, "http://127.0.0.1:5000");
    const auto body = tf::to_tf_json(fake.built.main.providers.at(0).body);
    CHECK(body["endpoints"]["ec2"] == "http://127.0.0.1:5000");
    CHECK(body["access_key"] == "test");
    CHECK(real.built.main.requirements.at(0).version == "5.100.0");
}

TEST_CASE("cloud names are short, tidy and never shared") {
    intent::Stack stack;
    stack.intent = "shop";
    CHECK(catalog::cloud_name(stack, "web", 63) == "shop-web");
    stack.environment = "dev";
    CHECK(catalog::cloud_name(stack, "web", 63) == "shop-dev-web");
    CHECK(catalog::cloud_name(stack, "web--a-", 63) != catalog::cloud_name(stack, "web-a", 63));
    const auto first = catalog::cloud_name(stack, std::string(60, 'x') + "a", 32);
    const auto second = catalog::cloud_name(stack, std::string(60, 'x') + "b", 32);
    CHECK(first.size() == 32);
    CHECK(first != second);
}

TEST_CASE("cycles of a graph") {
    using Cycles = std::vector<std::vector<std::size_t>>;
    CHECK(catalog::find_cycles({{1, 2}, {2}, {}}).empty());
    CHECK(catalog::find_cycles({{1}, {2}, {0}}) == Cycles{{0, 1, 2}});
    CHECK(catalog::find_cycles({{0}}) == Cycles{{0}});
    CHECK(catalog::find_cycles({{1}, {0}, {3}, {2}}) == Cycles{{0, 1}, {2, 3}});
}

}  // namespace catalog_decode_test
