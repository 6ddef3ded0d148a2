#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "terraform/writer.h"

namespace agentops::tf {

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

using Part = std::variant<std::string, Expr>;

/// Neighbouring texts joined: escaping must see "$" and "{" that come from two of them together.
std::vector<Part> merge_texts(const std::vector<Part>& parts) {
    std::vector<Part> merged;
    for (const auto& part : parts) {
        const auto* text = std::get_if<std::string>(&part);
        auto* last = merged.empty() ? nullptr : std::get_if<std::string>(&merged.back());
        if (text != nullptr && last != nullptr) {
            *last += *text;
        } else {
            merged.push_back(part);
        }
    }
    return merged;
}

/// Carriage returns without newline as expressions: after a bare one Terraform's scanner takes
/// "${" for text and leaves "%%%{" as it is (seen in 1.11.4).
std::vector<Part> split_returns(const std::vector<Part>& parts) {
    std::vector<Part> result;
    for (const auto& part : parts) {
        if (!std::holds_alternative<std::string>(part)) {
            result.push_back(part);
            continue;
        }
        std::string_view rest = std::get<std::string>(part);
        for (std::size_t at = 0; (at = rest.find('\r', at)) != std::string_view::npos;) {
            if (rest.substr(at + 1, 1) == "\n") {
                ++at;
                continue;
            }
            result.emplace_back(std::string(rest.substr(0, at)));
            result.emplace_back(Expr{R"("\r")"});
            rest.remove_prefix(at + 1);
            at = 0;
        }
        result.emplace_back(std::string(rest));
    }
    return result;
}

/// The rule that makes text inert in a template.
std::string double_marks(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool live = (text[i] == '$' || text[i] == '%') && text.substr(i + 1, 1) == "{";
        if (live) result += text[i];
        result += text[i];
    }
    return result;
}

/// Text right before an expression: "$" + "${x}" would read as an escaped "${x}", so the dollars at
/// its end become an expression of their own.
template <class Escape>
std::string before_expression(std::string_view text, const Escape& escape) {
    const auto end = text.find_last_not_of('$');
    const auto kept = end == std::string_view::npos ? 0 : end + 1;
    const auto dollars = text.substr(kept);
    auto result = escape(text.substr(0, kept));
    if (!dollars.empty()) result += fmt::format("${{\"{}\"}}", dollars);
    return result;
}

template <class Escape>
std::string template_of(const Concat& concat, const Escape& escape) {
    const auto parts = split_returns(merge_texts(concat.parts));
    std::string result;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (const auto* expression = std::get_if<Expr>(&parts[i])) {
            result += "${" + expression->text + "}";
        } else {
            const auto& text = std::get<std::string>(parts[i]);
            const bool last = i + 1 == parts.size();
            result += last ? escape(text) : before_expression(text, escape);
        }
    }
    return result;
}

/// The inside of a quoted HCL template.
std::string escape_hcl(std::string_view text) {
    std::string result;
    for (const char c : double_marks(text)) {
        switch (c) {
            case '"':
                result += "\\\"";
                break;
            case '\\':
                result += "\\\\";
                break;
            case '\n':
                result += "\\n";
                break;
            case '\r':
                result += "\\r";
                break;
            case '\t':
                result += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                    result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
                } else {
                    result += c;
                }
        }
    }
    return result;
}

std::string quote_hcl(std::string_view text) {
    return "\"" + escape_hcl(text) + "\"";
}

std::string hcl_list(const List& list) {
    std::vector<std::string> items;
    for (const auto& item : list)
        items.push_back(to_hcl(item));
    return "[" + join(items, ", ") + "]";
}

std::string hcl_map(const Map& map) {
    std::vector<std::string> items;
    for (const auto& [key, value] : map)
        items.push_back(quote_hcl(key) + " = " + to_hcl(value));
    return "{" + join(items, ", ") + "}";
}

Json json_list(const List& list) {
    Json result = Json::array();
    for (const auto& item : list)
        result.push_back(to_tf_json(item));
    return result;
}

Json json_map(const Map& map) {
    Json result = Json::object();
    for (const auto& [key, value] : map)
        result[escape_template(key)] = to_tf_json(value);
    return result;
}

}  // namespace

std::string escape_template(std::string_view text) {
    return template_of({{std::string(text)}}, double_marks);
}

Json to_tf_json(const Value& value) {
    return std::visit(
        Overloaded{[](std::monostate) { return Json(); },  //
                   [](const std::string& text) { return Json(escape_template(text)); },
                   [](const Expr& expression) { return Json("${" + expression.text + "}"); },
                   [](const Concat& c) { return Json(template_of(c, double_marks)); },
                   [](const List& list) { return json_list(list); },
                   [](const Map& map) { return json_map(map); },
                   [](auto scalar) { return Json(scalar); }},
        value.data());
}

std::string to_hcl(const Value& value) {
    return std::visit(
        Overloaded{[](std::monostate) { return std::string("null"); },
                   [](const std::string& text) { return quote_hcl(text); },
                   [](const Expr& expression) { return expression.text; },
                   [](const Concat& c) { return "\"" + template_of(c, escape_hcl) + "\""; },
                   [](const List& list) { return hcl_list(list); },
                   [](const Map& map) { return hcl_map(map); },
                   [](auto scalar) { return dump_json(scalar); }},
        value.data());
}

}  // namespace agentops::tf
