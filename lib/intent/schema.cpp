// JSON Schemas of the two files, from the field tables that decode them. What the tables cannot say
// (exactly one of, at least) is added by name below.

#include "base/schema_head.h"
#include "intent/document.h"
#include "intent/project.h"

namespace agentops::intent {

namespace {

Json& property(Json& schema, std::string_view name) {
    return schema["properties"].at(std::string(name));
}

struct SchemaExample {
    std::string_view field;
    const char* json;
};

/// What an editor offers to begin with.
constexpr SchemaExample kIntentExamples[] = {
    {"apiVersion", R"("agentops/v1")"},
    {"intent", R"("shop")"},
    {"owner", R"("payments@example.com")"},
    {"target", R"({"provider": "aws", "region": "eu-west-1"})"},
    {"params", R"({"domain": {"default": "shop.example.com"}})"},
    {"objectives", R"({"budget": "400 USD/month", "availability": "99.95 %",
                       "latency_p95": "250 ms", "prefer": ["cost", "availability"]})"},
    {"components", R"({"assets": {"kind": "bucket", "versioned": true}})"},
    {"rules", R"({"deny": ["public-database"], "protect": ["db"]})"},
    {"checks",
     R"({"home": {"http": "https://shop.example.com/", "status": 200, "within": "60 s"}})"},
    {"approvals", R"({"auto": {"max_risk": "low", "max_destroy": 0}})"},
    {"heal", R"({"mode": "auto", "only": ["web"], "max_risk": "low", "cool_down": "10 min"})"},
    {"environments", R"({"dev": {"objectives": {"budget": "80 USD/month"}}, "prod": {}})"},
};
constexpr SchemaExample kSettingsExamples[] = {
    {"apiVersion", R"("agentops/v1")"},
    {"intents", R"(["**/*.intent.yaml"])"},
    {"terraform", R"({"binary": "tofu", "backend": {"s3": {"bucket": "acme-state"}}})"},
    {"ansible", R"({"forks": 20, "timeout": "1 h"})"},
    {"secrets", R"({"db_password": {"env": "DB_PASSWORD"}})"},
    {"artifacts", R"({"dir": "generated"})"},
    {"drift", R"({"dir": "drift"})"},
    {"prices", R"({"book": "price-book.csv", "max_age": "365 d"})"},
    {"telemetry", R"({"web": "web.csv"})"},
    {"limits", R"({"budget": "2000 USD/month", "processors": 64})"},
    {"agents", R"({"finops": {"command": ["python3", "finops.py"], "reads": ["components"],
                              "writes": ["constraints"]}})"},
    {"fail_on", R"("medium")"},
};

template <std::size_t N>
void add_examples(Json& schema, const SchemaExample (&examples)[N]) {
    for (const auto& example : examples)
        property(schema, example.field)["examples"] = {Json::parse(example.json)};
}

Json exactly_one_of(const std::vector<std::string>& names) {
    auto alternatives = Json::array();
    for (const auto& name : names)
        alternatives.push_back({{"required", {name}}});
    return alternatives;
}

/// Everything but a map or a list may come from a parameter or a variable: it is text then.
void allow_substitution(Json& schema) {
    if (schema.is_array()) {
        for (auto& item : schema)
            allow_substitution(item);
    }
    if (!schema.is_object()) return;
    const auto type = schema.find("type");
    const bool typed = type != schema.end() && type->is_string();
    const bool narrow =
        typed && *type != "object" && *type != "array" &&
        (*type != "string" || schema.contains("pattern") || schema.contains("enum"));
    if (!narrow) {
        for (auto& [key, value] : schema.items()) {
            if (key != "propertyNames") allow_substitution(value);
        }
        return;
    }
    Json own = schema;
    own.erase("description");
    Json either = {
        {"anyOf",
         {std::move(own), {{"type", "string"}, {"pattern", "\\$\\{(param|env)\\.[^}]+\\}"}}}}};
    if (schema.contains("description")) either["description"] = schema["description"];
    schema = std::move(either);
}

/// One rule per kind; the body of a component is its kind's.
Json components_schema(const std::map<std::string, Json>& kinds) {
    auto schema = value_schema(static_cast<const Components*>(nullptr));
    auto names = Json::array();
    auto rules = Json::array();
    auto summaries = Json::array();
    for (const auto& [kind, body] : kinds) {
        summaries.push_back(body.value("description", ""));
        names.push_back(kind);
        auto then = body;
        if (then.contains("properties"))
            then["properties"]["kind"] = {{"const", kind}, {"description", summaries.back()}};
        rules.push_back(
            {{"if", {{"properties", {{"kind", {{"const", kind}}}}}}}, {"then", std::move(then)}});
    }
    auto& component = schema["additionalProperties"];
    component["properties"] = {{"kind",
                                {{"type", "string"},
                                 {"description", "what it is; agentops explain KIND says more"},
                                 {"enum", std::move(names)},
                                 {"enumDescriptions", std::move(summaries)}}}};
    if (!rules.empty()) component["allOf"] = std::move(rules);
    return schema;
}

Json nullable(Json schema);

/// The same shape with nothing required and null everywhere: what an overlay may hold.
void loosen(Json& schema) {
    for (const auto* key : {"required", "minProperties", "oneOf", "dependencies"})
        schema.erase(key);
    if (schema.contains("properties")) {
        for (auto& [name, value] : schema["properties"].items())
            value = nullable(value);
    }
    if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
        schema["additionalProperties"] = nullable(schema["additionalProperties"]);
}

Json nullable(Json schema) {
    loosen(schema);
    Json result = {{"anyOf", {Json{{"type", "null"}}, nullptr}}};
    if (schema.contains("description")) {
        result["description"] = schema["description"];
        schema.erase("description");
    }
    result["anyOf"][1] = std::move(schema);
    return result;
}

Json overlay_schema(Json intent) {
    for (const auto* key : {"apiVersion", "intent", "environments"})
        intent["properties"].erase(key);
    // The kind of a component stands in the intent: only the shape can be said here.
    property(intent, "components")["additionalProperties"] = {{"type", "object"}};
    loosen(intent);
    return intent;
}

}  // namespace

Json intent_schema(const std::map<std::string, Json>& component_schemas) {
    auto schema = schema_of<Document>();
    property(schema, "apiVersion") = {{"const", kApiVersion},
                                      {"description", "the version of this language"}};
    auto components = components_schema(component_schemas);
    components["description"] = property(schema, "components")["description"];
    property(schema, "components") = std::move(components);
    property(property(schema, "target"), "endpoint")["pattern"] = "^https?://";
    auto& automatic = property(property(schema, "approvals"), "auto");
    property(automatic, "max_destroy")["minimum"] = 0;
    property(schema, "checks")["propertyNames"] = value_schema(static_cast<const Name*>(nullptr));
    auto& check = property(schema, "checks")["additionalProperties"];
    check["oneOf"] = exactly_one_of({"http", "tcp", "command"});
    check["dependencies"] = {{"command", {"on"}}, {"on", {"command"}}};
    property(check, "command")["minItems"] = 1;
    property(check, "status").update({{"minimum", 100}, {"maximum", 599}});
    for (auto& [name, value] : schema["properties"].items()) {
        if (name != "apiVersion" && name != "intent" && name != "params") allow_substitution(value);
    }
    add_examples(schema, kIntentExamples);
    auto overlay = overlay_schema(schema);
    property(schema, "environments")["additionalProperties"] = std::move(overlay);
    return with_schema_head(std::move(schema), "urn:agentops:schema:intent:v1", "agentops intent");
}

Json settings_schema() {
    auto schema = schema_of<Settings>();
    property(schema, "apiVersion") = {{"const", kApiVersion},
                                      {"description", "the version of this language"}};
    auto& backend = property(property(schema, "terraform"), "backend");
    backend.update({{"type", "object"},
                    {"minProperties", 1},
                    {"maxProperties", 1},
                    {"propertyNames", {{"enum", kBackends.list()}}},
                    {"additionalProperties", {{"type", "object"}}}});
    auto& ansible = property(schema, "ansible");
    property(ansible, "forks").update({{"minimum", 1}, {"maximum", 1000}});
    property(ansible, "environment")["items"] = {{"type", "string"},
                                                 {"pattern", "^ANSIBLE_[A-Z0-9_]+$"}};
    property(schema, "secrets")["additionalProperties"]["oneOf"] =
        exactly_one_of({"env", "file", "command"});
    add_examples(schema, kSettingsExamples);
    return with_schema_head(std::move(schema), "urn:agentops:schema:project:v1", "agentops.yaml");
}

}  // namespace agentops::intent
