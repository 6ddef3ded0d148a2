#pragma once

// Texts of which only a safe form is taken: names of packages, users and services, paths, modes.
// They end up in file names, task names and arguments of programs, so each form is a short list of
// characters; none begins with a dash or holds what a template or a shell would see. Decoding and
// schema share the form.

#include <nlohmann/json.hpp>

#include "intent/reference.h"

namespace agentops::catalog {

struct Form {
    std::string_view noun;   ///< "package"
    std::string_view slug;   ///< completes the code "catalog."
    std::string_view first;  ///< characters that may begin it, as in a regular expression's class
    std::string_view rest;
    std::size_t max = 255;
    std::string_view help;
    bool (*also)(std::string_view text) = nullptr;  ///< what characters alone cannot say
};

extern const Form kPackageName, kAccountName, kServiceName, kUnitFileName, kKernelSetting, kJobName,
    kJobTime, kCommandName, kRemotePath, kMode, kProgramPath, kAddress, kLoginName, kPublicKey,
    kRoleName, kCollectionName, kVersionRange, kHostName, kGroupName, kTagName;

bool matches(const Form& form, std::string_view text);
/// True when the scalar has the form; else reports it in area "catalog".
bool check_form(const yaml::Node& node, const Form& form, Decoding& context);
Json form_schema(const Form& form);

/// A literal text of one form.
template <const Form& kForm>
struct Word {
    std::string value;
};

template <const Form& kForm>
bool decode_value(const yaml::Node& node, Word<kForm>& word, Decoding& context) {
    intent::Literal literal;
    if (!intent::decode_value(node, literal, context)) return false;
    word.value = std::move(literal.value);
    return check_form(node, kForm, context);
}

template <const Form& kForm>
Json value_schema(const Word<kForm>*) {
    return form_schema(kForm);
}

/// Something whose short form is one text: `nginx` instead of `{name: nginx}`. `Long` has
/// `Short& text()`, which the short form fills.
template <class Short, class Long>
struct Shorthand {
    Long value;
    Position position;
};

template <class Short, class Long>
bool decode_value(const yaml::Node& node, Shorthand<Short, Long>& value, Decoding& context) {
    value.position = node.position;
    return node.is_scalar() ? decode(node, value.value.text(), context)
                            : decode(node, value.value, context);
}

template <class Short, class Long>
Json value_schema(const Shorthand<Short, Long>*) {
    return {{"anyOf", {schema_of<Short>(), schema_of<Long>()}}};
}

/// A map whose keys have one form. Keys take no reference: the stack's index says so.
template <const Form& kForm, class T>
struct Keyed {
    struct Entry {
        std::string key;
        Position position;  ///< of the key
        T value{};
    };
    std::vector<Entry> entries;

    auto begin() const { return entries.begin(); }
    auto end() const { return entries.end(); }
    bool empty() const { return entries.empty(); }
};

template <const Form& kForm, class T>
bool decode_value(const yaml::Node& node, Keyed<kForm, T>& value, Decoding& context) {
    if (!expect_map(node, context)) return false;
    bool ok = true;
    for (const auto& member : node.members) {
        ok = check_form(intent::key_node(member), kForm, context) && ok;
        auto& entry = value.entries.emplace_back();
        entry.key = member.key;
        entry.position = member.position;
        ok = decode(member.value, entry.value, context) && ok;
    }
    return ok;
}

template <const Form& kForm, class T>
Json value_schema(const Keyed<kForm, T>*) {
    return {{"type", "object"},
            {"propertyNames", form_schema(kForm)},
            {"additionalProperties", schema_of<T>()}};
}

/// Variables for a playbook or a template: names that Ansible and agentops leave free.
struct Variables {
    OrderedMap<yaml::Node> entries;
};
bool decode_value(const yaml::Node& node, Variables& value, Decoding& context);
Json value_schema(const Variables*);

/// An argument vector: no shell, at least the program.
struct Argv {
    std::vector<intent::Template> words;
};
bool decode_value(const yaml::Node& node, Argv& value, Decoding& context);
Json value_schema(const Argv*);

/// A number of a user or group.
struct AccountId {
    std::int64_t value = 0;
};
bool decode_value(const yaml::Node& node, AccountId& value, Decoding& context);
Json value_schema(const AccountId*);

struct PortNumber {
    int value = 0;
};
bool decode_value(const yaml::Node& node, PortNumber& value, Decoding& context);
Json value_schema(const PortNumber*);

/// Exactly one secret, "${secret.name}": its name.
struct SecretName {
    std::string value;
};
bool decode_value(const yaml::Node& node, SecretName& value, Decoding& context);
Json value_schema(const SecretName*);

/// A text that must stay on one line.
struct Line {
    intent::Template text;
};
bool decode_value(const yaml::Node& node, Line& value, Decoding& context);
Json value_schema(const Line*);

}  // namespace agentops::catalog
