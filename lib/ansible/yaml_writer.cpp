#include "ansible/yaml_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "ansible/yaml_scalar.h"
#include "base/result.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// Data as operands of a Jinja concatenation. Ansible doubles each backslash in a literal of a
/// playbook, but not everywhere, and Jinja makes a newline of a carriage return: so a literal holds
/// neither, nor the quote that surrounds it.
void add_literals(std::vector<std::string>& operands, std::string_view text) {
    while (!text.empty()) {
        if (text.front() == '\\' || text.front() == '\r') {
            operands.push_back(fmt::format("('%c' % {})", static_cast<int>(text.front())));
            text.remove_prefix(1);
            continue;
        }
        const auto first = text.find_first_of("'\"\\\r");
        const bool single = first != std::string_view::npos && text[first] == '\'';
        const auto run = text.substr(0, text.find_first_of(single ? "\"\\\r" : "'\\\r"));
        operands.push_back(fmt::format("{0}{1}{0}", single ? '"' : '\'', run));
        text.remove_prefix(run.size());
    }
}

/// "{{ ('a' ~ agentops_x) | string }}", or just the text when no variable is in it.
Value one_expression(const Text& text) {
    std::string all, data;  // of the whole text, and since its last variable
    std::vector<std::string> operands;
    bool variable = false;
    for (const auto& part : text.parts) {
        if (const auto* piece = std::get_if<std::string>(&part)) {
            data += *piece;
            all += *piece;
            continue;
        }
        variable = true;
        add_literals(operands, std::exchange(data, {}));
        operands.push_back(std::get<Variable>(part).name);
    }
    if (!variable) return data;
    add_literals(operands, data);
    if (looks_live(all)) operands.emplace_back(kInertVariable);
    const auto joined = join(operands, " ~ ");
    return Expression{operands.size() == 1 ? joined + " | string"
                                           : fmt::format("({}) | string", joined)};
}

/// YAML 1.1 knows a float by its point.
std::string number(double value) {
    if (!std::isfinite(value)) throw InternalError("a number for YAML that is not finite");
    auto text = fmt::format("{}", value);
    if (text.find('.') == std::string::npos)
        text.insert(std::min(text.find('e'), text.size()), ".0");
    return text;
}

/// A task or play: people expect an empty line before the next one.
bool is_paragraph(const Value& value) {
    const auto* map = std::get_if<Map>(&value.data());
    return map != nullptr && !map->empty() && map->front().first == "name" &&
           std::any_of(map->begin(), map->end(), [](const auto& entry) {
               const auto& data = entry.second.data();
               return std::holds_alternative<Map>(data) || std::holds_alternative<List>(data);
           });
}

bool is_nested(const Value& value) {
    const auto* map = std::get_if<Map>(&value.data());
    const auto* list = std::get_if<List>(&value.data());
    return (map != nullptr && !map->empty()) || (list != nullptr && !list->empty());
}

class Writer {
public:
    explicit Writer(const std::string& comment) {
        out_ = "---\n";
        if (!comment.empty()) out_ += yaml_comment(comment);
    }

    std::string write(const Value& document) && {
        is_nested(document) ? nested(document, 0) : scalar(document, 2);
        return std::move(out_);
    }

private:
    /// A map or list whose first line is indented already.
    void nested(const Value& value, std::size_t indent) {
        if (const auto* items = std::get_if<List>(&value.data())) return list(*items, indent);
        map(std::get<Map>(value.data()), indent);
    }

    void list(const List& items, std::size_t indent) {
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0 && is_paragraph(items[i - 1])) out_ += '\n';
            if (i > 0) out_.append(indent, ' ');
            out_ += "- ";
            is_nested(items[i]) ? nested(items[i], indent + 2) : scalar(items[i], indent + 2);
        }
    }

    void map(const Map& entries, std::size_t indent) {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto& [key, value] = entries[i];
            if (looks_live(key)) throw InternalError("a key with a template in it: " + key);
            if (i > 0) out_.append(indent, ' ');
            out_ += yaml_key(key) + ":";
            if (is_nested(value)) {
                out_ += '\n';
                out_.append(indent + 2, ' ');
                nested(value, indent + 2);
            } else {
                out_ += ' ';
                scalar(value, indent + 2);
            }
        }
    }

    /// One value and the end of its line; it goes on, if it must, on lines indented by `indent`.
    void scalar(const Value& value, std::size_t indent) {
        std::visit(Overloaded{
                       [&](std::monostate) { out_ += "null"; },
                       [&](bool flag) { out_ += flag ? "true" : "false"; },
                       [&](std::int64_t whole) { out_ += fmt::format("{}", whole); },
                       [&](double real) { out_ += number(real); },
                       [&](const std::string& text) { data(text, indent); },
                       [&](const Variable& variable) { live(variable.name, indent); },
                       [&](const Expression& expression) { live(expression.text, indent); },
                       [&](const Text& text) { expression_or_data(text, indent); },
                       [&](const List&) { out_ += "[]"; },
                       [&](const Map&) { out_ += "{}"; },
                   },
                   value.data());
        out_ += '\n';
    }

    void expression_or_data(const Text& text, std::size_t indent) {
        const auto value = one_expression(text);
        if (const auto* expression = std::get_if<Expression>(&value.data()))
            return live(expression->text, indent);
        data(std::get<std::string>(value.data()), indent);
    }

    void data(const std::string& text, std::size_t indent) {
        if (looks_live(text)) out_ += "!unsafe ";
        out_ += yaml_scalar(text, indent, column());
    }

    void live(const std::string& expression, std::size_t indent) {
        out_ += yaml_scalar(fmt::format("{{{{ {} }}}}", expression), indent, column());
    }

    std::size_t column() const { return out_.size() - (out_.rfind('\n') + 1); }

    std::string out_;
};

}  // namespace

std::string to_yaml(const Value& document, const std::string& comment) {
    return Writer(comment).write(document);
}

bool looks_live(const std::string& text) {
    for (const auto* opening : {"{{", "{%", "{#"}) {
        if (text.find(opening) != std::string::npos) return true;
    }
    return false;
}

}  // namespace agentops::ansible
