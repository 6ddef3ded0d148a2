#pragma once

// Values of a playbook. Text is data by type: what came from a user is written so that no Jinja in
// it ever runs; only a Variable is live. So escaping has one place (yaml_writer.h).

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace agentops::ansible {

/// A variable of ours, filled at run time from the 0600 variables file ("agentops_db_endpoint").
struct Variable {
    std::string name;
};

/// A text made of data and variables.
struct Text {
    std::vector<std::variant<std::string, Variable>> parts;
};

/// A Jinja expression of our own, written as "{{ text }}". Never made of user text.
struct Expression {
    std::string text;
};

class Value;
using List = std::vector<Value>;
/// Key order is kept. Keys are data too.
using Map = std::vector<std::pair<std::string, Value>>;

class Value {
public:
    Value() = default;  // null
    Value(bool value) : data_(value) {}
    Value(int value) : data_(static_cast<std::int64_t>(value)) {}
    Value(std::int64_t value) : data_(value) {}
    Value(double value) : data_(value) {}
    Value(const char* text) : data_(std::string(text)) {}
    Value(std::string text) : data_(std::move(text)) {}
    Value(std::string_view text) : data_(std::string(text)) {}
    Value(Variable variable) : data_(std::move(variable)) {}
    Value(Text text) : data_(std::move(text)) {}
    Value(Expression expression) : data_(std::move(expression)) {}
    Value(List list) : data_(std::move(list)) {}
    Value(Map map) : data_(std::move(map)) {}

    using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, Variable,
                              Text, Expression, List, Map>;
    const Data& data() const { return data_; }
    bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

private:
    Data data_;
};

}  // namespace agentops::ansible
