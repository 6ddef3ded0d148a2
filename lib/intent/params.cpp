#include "intent/params.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace agentops::intent {

namespace {

/// Read as they stand: they decide what there is to substitute.
constexpr std::array<std::string_view, 3> kFixedKeys{"apiVersion", "intent", "params"};

bool may_refer(std::string_view text) {
    return text.find("${") != std::string_view::npos;
}

bool is_substituted(const Reference& reference) {
    return reference.kind == RefKind::param || reference.kind == RefKind::environment;
}

/// Data that was surely meant as a reference: ${param.Port}, ${secret.a.b}, ${env.x without end.
bool is_misspelt(std::string_view data) {
    return data.find("${param.") != data.npos || data.find("${secret.") != data.npos ||
           data.find("${env.") != data.npos;
}

/// True when a value may stand in a text at all (design.md 10: UTF-8, NFC, no controls but
/// newline).
bool is_clean(std::string_view value) {
    return !invalid_utf8(value) && is_nfc(value) &&
           std::none_of(value.begin(), value.end(),
                        [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; });
}

std::vector<std::string> reference_texts(const Template& text) {
    std::vector<std::string> texts;
    for (const auto& part : text.parts) {
        const auto* reference = std::get_if<Reference>(&part);
        if (reference != nullptr && !is_substituted(*reference)) texts.push_back(reference->text());
    }
    return texts;
}

class Substituter {
public:
    Substituter(const OrderedMap<Param>& declared, const Inputs& inputs, Decoding& context)
        : declared_(declared), inputs_(inputs), context_(context) {}

    void walk(yaml::Node& node) {
        if (node.is_scalar() && may_refer(node.text)) scalar(node);
        for (auto& item : node.items)
            walk(item);
        for (auto& member : node.members) {
            if (may_refer(member.key)) key(member);
            walk(member.value);
        }
    }
    Substituted take() { return std::move(result_); }

private:
    void key(const yaml::Member& member) {
        const auto references = references_in(key_node(member));
        if (references.empty()) return;
        fail_at(references.front(), "reference",
                fmt::format("a key takes no reference, got {}", references.front().text()),
                "references stand in values only", context_);
    }

    void scalar(yaml::Node& node) {
        const auto before = parse_template(node);
        std::string text;
        bool ok = true;
        for (const auto& part : before.parts) {
            if (const auto* data = std::get_if<std::string>(&part)) {
                ok = check_data(node, *data) && ok;
                text += *data;
            } else {
                ok = append_value(std::get<Reference>(part), text) && ok;
            }
        }
        if (ok && text != node.text) ok = replace(node, before, std::move(text));
        if (!ok) remember_failure(node, before);
    }

    void remember_failure(const yaml::Node& node, const Template& text) {
        result_.failed.emplace(node.position.line, node.position.column);
        for (const auto& part : text.parts) {
            if (const auto* reference = std::get_if<Reference>(&part))
                result_.failed.emplace(reference->position.line, reference->position.column);
        }
    }

    bool check_data(const yaml::Node& node, std::string_view data) {
        if (!is_misspelt(data)) return true;
        return context_.fail(node, "reference", "this reference is not complete or not spelt right",
                             "write ${param.NAME}, ${secret.NAME} or ${env.NAME}; names are "
                             "lower-case letters, digits, '-' and '_' (any case in variables)");
    }

    bool append_value(const Reference& reference, std::string& text) {
        if (!is_substituted(reference)) {
            text += reference.text();
            return true;
        }
        const auto value =
            reference.kind == RefKind::param ? param(reference) : variable(reference);
        if (!value) return false;
        text += *value;
        if (is_clean(*value)) return true;
        return fail_at(reference, "param-value",
                       fmt::format("the value of {} is not plain text", reference.text()),
                       "use UTF-8 (NFC) without control characters", context_);
    }

    /// Puts the new text in place, unless a value (alone or together with the text around it) made
    /// up a reference that the file does not have.
    bool replace(yaml::Node& node, const Template& before, std::string text) {
        auto after = node;
        after.text = std::move(text);
        const auto result = parse_template(after);
        const bool same = reference_texts(before) == reference_texts(result) &&
                          std::none_of(result.parts.begin(), result.parts.end(), [](auto& part) {
                              const auto* reference = std::get_if<Reference>(&part);
                              return reference != nullptr && is_substituted(*reference);
                          });
        if (!same)
            return context_.fail(node, "param-value",
                                 "a parameter or variable used here brings in a reference",
                                 "values are data: write the reference in the intent itself");
        node.text = std::move(after.text);
        return true;
    }

    std::optional<std::string> param(const Reference& reference) {
        const auto entry = std::find_if(declared_.begin(), declared_.end(), [&](const auto& known) {
            return known.first == reference.name;
        });
        if (entry == declared_.end()) return unknown_param(reference);
        const auto given = inputs_.params.find(reference.name);
        const auto value =
            given != inputs_.params.end() ? std::optional(given->second) : entry->second.fallback;
        if (value) {
            result_.params[reference.name] = *value;
        } else {
            fail_at(reference, "param-missing",
                    fmt::format("parameter '{}' has no value", reference.name),
                    fmt::format("give --param {}=VALUE, or a default under params", reference.name),
                    context_);
        }
        return value;
    }

    std::optional<std::string> unknown_param(const Reference& reference) {
        std::vector<std::string> names;
        for (const auto& known : declared_)
            names.push_back(known.first);
        const auto near = did_you_mean(reference.name, names);
        fail_at(reference, "unknown-param", fmt::format("unknown parameter '{}'", reference.name),
                near
                    ? fmt::format("did you mean '{}'?", *near)
                    : fmt::format("declare it: `params: {{{}: {{default: ...}}}}`", reference.name),
                context_);
        return std::nullopt;
    }

    std::optional<std::string> variable(const Reference& reference) {
        const auto value = inputs_.getenv ? inputs_.getenv(reference.name) : std::nullopt;
        if (value) {
            result_.variables[reference.name] = *value;
        } else {
            fail_at(reference, "env-missing",
                    fmt::format("environment variable {} is not set", reference.name),
                    fmt::format("export {}=...; a credential belongs in ${{secret.NAME}} instead",
                                reference.name),
                    context_);
        }
        return value;
    }

    const OrderedMap<Param>& declared_;
    const Inputs& inputs_;
    Decoding& context_;
    Substituted result_;
};

}  // namespace

Substituted substitute(yaml::Node& root, const OrderedMap<Param>& declared, const Inputs& inputs,
                       Decoding& context) {
    Substituter substituter(declared, inputs, context);
    for (auto& member : root.members) {
        if (std::find(kFixedKeys.begin(), kFixedKeys.end(), member.key) == kFixedKeys.end())
            substituter.walk(member.value);
    }
    return substituter.take();
}

}  // namespace agentops::intent
