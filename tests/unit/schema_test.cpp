#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/fields.h"
#include "base/fs.h"
#include "base/text.h"
#include "intent/project.h"

namespace schema_test {

using namespace agentops;
using namespace agentops::intent;

namespace {

const std::string kHead =
    "apiVersion: agentops/v1\nintent: shop\ntarget: {provider: aws, region: eu-west-1}\n";

Json bucket_schema() {
    return {{"type", "object"},
            {"additionalProperties", false},
            {"properties", {{"versioned", {{"type", "boolean"}}}}}};
}

bool valid_json(const Json& schema, const Json& document) {
    valijson::Schema compiled;
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema), compiled);
    valijson::Validator validator;
    return validator.validate(compiled, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

bool valid(const Json& schema, const std::string& yaml) {
    Sources sources;
    return valid_json(schema, plain_json(yaml::parse(sources.add("a.yaml", yaml)).value()));
}

bool valid_intent(const std::string& more) {
    static const Json schema =
        intent_schema({{"bucket", bucket_schema()}, {"queue", {{"type", "object"}}}});
    return valid(schema, kHead + more);
}

bool valid_settings(const std::string& more) {
    return valid(settings_schema(), "apiVersion: agentops/v1\n" + more);
}

const std::string kBucket = "components: {assets: {kind: bucket, versioned: true}}\n";

}  // namespace

TEST_CASE("good intents are valid") {
    CHECK(valid_intent(kBucket));
    CHECK(valid_intent("components: {jobs: {kind: queue, anything: 1}}\n"));
    CHECK(valid_intent(kBucket + R"(owner: payments@example.com
params: {domain: {default: a}, n: {}}
objectives: {budget: 400 USD/month, availability: 99.95 %, latency_p95: 250 ms, prefer: [cost]}
rules:
  deny: [public-database]
  protect: [assets]
  waive: [{rule: x, reason: r, owner: o, until: 2027-01-31}]
checks: {home: {http: "https://${param.domain}/", status: 200, within: 60 s}}
approvals: {auto: {max_risk: low, max_destroy: 0, max_increase: 20 USD/month}}
)"));
}

TEST_CASE("parameters may stand where a number or a quantity is due") {
    CHECK(valid_intent(kBucket + "objectives: {budget: \"${param.budget}\"}\n"));
    CHECK(valid_intent(kBucket + "approvals: {auto: {max_destroy: \"${param.n}\"}}\n"));
    CHECK(valid_intent("components: {a: {kind: bucket, versioned: \"${env.V}\"}}\n"));
}

TEST_CASE("environments change what they like, and null removes") {
    CHECK(valid_intent(kBucket + R"(environments:
  dev: {objectives: {budget: 80 USD/month}, components: {assets: {versioned: false}, x: null}}
  prod: {owner: null, checks: null, target: {region: eu-west-2}}
)"));
    CHECK(!valid_intent(kBucket + "environments: {dev: {intent: other}}\n"));
    CHECK(!valid_intent(kBucket + "environments: {dev: {objectives: {budget: 80}}}\n"));
    CHECK(!valid_intent(kBucket + "environments: {Dev: {}}\n"));
    CHECK(!valid_intent(kBucket + "environments: {dev: null}\n"));
}

TEST_CASE("bad intents are not valid") {
    for (const auto* text :
         {"", "components: {}\n", "components: {assets: {}}\n", "components: {assets: bucket}\n",
          "components: {assets: {kind: bukket}}\n", "components: {Assets: {kind: bucket}}\n",
          "components: {assets: {kind: bucket, versoined: true}}\n",
          "components: {assets: {kind: bucket, versioned: 3}}\n"}) {
        CAPTURE(text);
        CHECK(!valid_intent(text));
    }
    for (const auto* text :
         {"zebra: 1\n", "owner: [x]\n", "objectives: {budget: 400}\n",
          "objectives: {availability: 99.95}\n", "objectives: {latency_p95: 250 m}\n",
          "objectives: {prefer: [beauty]}\n", "objectives: {prefer: [cost, cost]}\n",
          "approvals: {auto: {max_risk: lo}}\n", "checks: {a: {}}\n",
          "checks: {a: {http: x, tcp: y}}\n", "checks: {a: {http: x, status: 700}}\n",
          "rules: {waive: [{rule: x}]}\n"}) {
        CAPTURE(text);
        CHECK(!valid_intent(kBucket + text));
    }
}

TEST_CASE("the schema refuses every bad file that a schema can refuse") {
    // What these get wrong is in no schema's power: spelling of YAML, values of parameters, names
    // that refer to other names, credentials.
    const std::string beyond =
        "ambiguous-text availability-zero credential-by-form credential-by-key env-missing "
        "fraction-of-ms huge-quantity overlay-null overlay-removes-required "
        "param-brings-reference param-control param-missing param-of-wrong-type "
        "reference-in-block reference-in-key reference-in-literal reference-misspelt "
        "undeclared-param unknown-component unknown-param";
    const fs::path folder = fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/intent";
    const Json any = {{"type", "object"}};
    const auto schema = intent_schema({{"bucket", any}, {"database", any}, {"service", any}});
    std::set<std::string> accepted;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        Sources sources;
        const auto& source = sources.add(name, *read_file(entry.path()));
        if (!name.ends_with(".intent.yaml") || !yaml::parse(source)) continue;
        if (valid(schema, source.text)) accepted.insert(name.substr(0, name.find('.')));
    }
    CHECK(join({accepted.begin(), accepted.end()}, " ") == beyond);
}

TEST_CASE("the schemas say what they are") {
    const auto schema = intent_schema({});
    CHECK(schema["$schema"] == "http://json-schema.org/draft-07/schema#");
    CHECK(schema["required"] == Json{"apiVersion", "intent", "target", "components"});
    CHECK(schema["properties"]["target"]["properties"]["region"]["description"] ==
          "region of the provider, e.g. eu-west-1");
    CHECK(schema["properties"]["checks"]["description"] == "probes after apply");
    CHECK(settings_schema()["title"] == "agentops.yaml");
}

TEST_CASE("agentops.yaml by its schema") {
    CHECK(valid_settings(""));
    CHECK(
        valid_settings("terraform: {binary: tofu, backend: {s3: {bucket: x}}}\n"
                       "secrets: {a: {env: A}, b: {command: [pass, b]}}\nfail_on: low\n"));
    for (const auto* text : {"zebra: 1\n", "fail_on: never\n", "terraform: {backend: {s4: {}}}\n",
                             "terraform: {backend: {}}\n", "secrets: {a: {}}\n",
                             "secrets: {a: {env: A, file: b}}\n", "intents: x\n"}) {
        CAPTURE(text);
        CHECK(!valid_settings(text));
    }
}

TEST_CASE("every field of both files has a description and an example that fits it") {
    Json component = bucket_schema();
    component["description"] = "objects";
    for (const auto& schema : {intent_schema({{"bucket", component}}), settings_schema()}) {
        for (const auto& [name, field] : schema.at("properties").items()) {
            CAPTURE(name);
            CHECK(field.value("description", "") != "");
            REQUIRE(field.contains("examples"));
            Json alone = {{"type", "object"}, {"properties", {{name, field}}}};
            for (const auto& example : field.at("examples"))
                CHECK(valid_json(alone, {{name, example}}));
        }
    }
}

}  // namespace schema_test
