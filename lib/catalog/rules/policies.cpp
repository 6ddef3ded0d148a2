#include "catalog/rules/policies.h"

#include <nlohmann/json.hpp>

namespace agentops::catalog {

namespace {

/// The text of a policy; expressions in it, which stand inside of JSON texts, become a letter.
std::string policy_text(const tf::Value& policy) {
    if (const auto* text = policy.text()) return *text;
    std::string joined;
    if (const auto* concat = std::get_if<tf::Concat>(&policy.data())) {
        for (const auto& part : concat->parts) {
            const auto* text = std::get_if<std::string>(&part);
            joined += text == nullptr ? "x" : *text;
        }
    }
    return joined;
}

/// A text, a list of texts, or a map of either ({"AWS": "*"}).
std::vector<std::string> json_texts(const Json& record, const char* key) {
    const auto found = record.find(key);
    if (found == record.end()) return {};
    std::vector<std::string> texts;
    const auto add = [&](const Json& value) {
        if (value.is_string()) texts.push_back(value.get<std::string>());
    };
    for (const auto& item : found->is_structured() ? *found : Json::array({*found})) {
        if (item.is_array()) {
            for (const auto& inner : item)
                add(inner);
        } else {
            add(item);
        }
    }
    return texts;
}

Statement from_json(const Json& record) {
    const auto effect = record.find("Effect");
    return {effect == record.end() || *effect != "Deny", json_texts(record, "Action"),
            json_texts(record, "Resource"), json_texts(record, "Principal"),
            record.contains("Condition")};
}

std::vector<Statement> from_text(const std::string& text) {
    const auto policy = Json::parse(text, nullptr, false);
    if (!policy.is_object() || !policy.contains("Statement")) return {};
    const auto& given = policy["Statement"];
    std::vector<Statement> found;
    for (const auto& record : given.is_array() ? given : Json::array({given})) {
        if (record.is_object()) found.push_back(from_json(record));
    }
    return found;
}

std::vector<std::string> copies(const std::vector<std::string_view>& texts) {
    return {texts.begin(), texts.end()};
}

Statement from_block(const tf::Map& block) {
    Statement statement;
    statement.allows = text_of(argument(block, "effect")) != "Deny";
    statement.actions = copies(texts_of(argument(block, "actions")));
    statement.resources = copies(texts_of(argument(block, "resources")));
    for (const auto* principals : blocks(block, "principals")) {
        for (const auto text : texts_of(argument(*principals, "identifiers")))
            statement.principals.emplace_back(text);
    }
    statement.conditional = argument(block, "condition") != nullptr;
    return statement;
}

}  // namespace

std::vector<Statement> statements(const AddressBook& book, const tf::Value* policy) {
    if (policy == nullptr) return {};
    const auto* document = book.find(policy);
    if (document == nullptr) return from_text(policy_text(*policy));
    std::vector<Statement> found;
    for (const auto* block : blocks(document->body, "statement"))
        found.push_back(from_block(*block));
    return found;
}

}  // namespace agentops::catalog
