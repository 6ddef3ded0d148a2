#pragma once

// Terraform argument values. Text is data by type: whatever came from a user is written so that
// Terraform cannot evaluate it; only an Expr is live. So escaping has one place (writer.h).

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace agentops::tf {

/// A Terraform expression without the `${}`: `aws_vpc.net.id`. Never built from user text, except
/// from validated names.
struct Expr {
    std::string text;
    /// `.name` below this one.
    Expr operator[](std::string_view attribute) const;
};

class Value;
using List = std::vector<Value>;
/// Key order is kept until writing, which sorts. Keys are data too.
using Map = std::vector<std::pair<std::string, Value>>;
/// A text made of data and expressions: "arn:aws:s3:::" + ${...}.
struct Concat {
    std::vector<std::variant<std::string, Expr>> parts;
};

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
    Value(Expr expression) : data_(std::move(expression)) {}
    Value(Concat text) : data_(std::move(text)) {}
    Value(List list) : data_(std::move(list)) {}
    Value(Map map) : data_(std::move(map)) {}

    using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, Expr, Concat,
                              List, Map>;
    const Data& data() const { return data_; }

    bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
    /// A member of a map value, or null when absent or not a map.
    const Value* find(std::string_view key) const;
    /// Appends or replaces a member; a null value becomes a map first.
    void set(std::string_view key, Value value);
    /// The text of a plain string value, or null.
    const std::string* text() const;

private:
    Data data_;
};

}  // namespace agentops::tf
