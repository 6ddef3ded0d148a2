#include "catalog/rules/arguments.h"

#include <charconv>

namespace agentops::catalog {

namespace {

bool is_switch(const tf::Value* value, bool state) {
    if (value == nullptr) return false;
    if (const auto* flag = std::get_if<bool>(&value->data())) return *flag == state;
    return text_of(value) == (state ? "true" : "false");
}

/// The "type.name" or "data.type.name" that an expression starts with.
std::string address_in(std::string_view expression) {
    auto end = expression.find('.');
    if (expression.starts_with("data.")) end = expression.find('.', end + 1);
    if (end == std::string_view::npos) return {};
    return std::string(expression.substr(0, expression.find_first_of(".[", end + 1)));
}

}  // namespace

const tf::Value* argument(const tf::Map& body, std::string_view name) {
    for (const auto& [key, value] : body) {
        if (key == name) return value.is_null() ? nullptr : &value;
    }
    return nullptr;
}

bool is_true(const tf::Value* value) {
    return is_switch(value, true);
}

bool is_false(const tf::Value* value) {
    return is_switch(value, false);
}

bool is_off(const tf::Value* value) {
    return value == nullptr || is_false(value);
}

std::string_view text_of(const tf::Value* value) {
    const auto* text = value == nullptr ? nullptr : value->text();
    return text == nullptr ? std::string_view() : *text;
}

std::optional<std::int64_t> number_of(const tf::Value* value) {
    if (value == nullptr) return std::nullopt;
    if (const auto* number = std::get_if<std::int64_t>(&value->data())) return *number;
    const auto text = text_of(value);
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

std::vector<std::string_view> texts_of(const tf::Value* value) {
    if (value == nullptr) return {};
    const auto* list = std::get_if<tf::List>(&value->data());
    if (list == nullptr) {
        const auto* text = value->text();
        return text == nullptr ? std::vector<std::string_view>{} : std::vector{text_of(value)};
    }
    std::vector<std::string_view> texts;
    for (const auto& item : *list) {
        if (item.text() != nullptr) texts.push_back(text_of(&item));
    }
    return texts;
}

std::vector<const tf::Map*> blocks(const tf::Map& body, std::string_view name) {
    const auto* value = argument(body, name);
    if (value == nullptr) return {};
    if (const auto* map = std::get_if<tf::Map>(&value->data())) return {map};
    std::vector<const tf::Map*> found;
    if (const auto* list = std::get_if<tf::List>(&value->data())) {
        for (const auto& item : *list) {
            if (const auto* map = std::get_if<tf::Map>(&item.data())) found.push_back(map);
        }
    }
    return found;
}

AddressBook::AddressBook(const tf::Root& root) {
    for (const auto& resource : root.resources)
        by_address_.emplace(resource.address(), &resource);
}

const tf::Resource* AddressBook::find(const tf::Value* value) const {
    const auto* expression = value == nullptr ? nullptr : std::get_if<tf::Expr>(&value->data());
    if (expression == nullptr) return nullptr;
    const auto found = by_address_.find(address_in(expression->text));
    return found == by_address_.end() ? nullptr : found->second;
}

std::optional<Remark> remark(std::string message, std::optional<Severity> severity) {
    return Remark{{}, nullptr, std::move(message), severity};
}

}  // namespace agentops::catalog
