#include "terraform/attributes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::tf {

namespace {

constexpr const char* kSensitive = "(sensitive)";
constexpr const char* kUnknown = "(known after apply)";

bool is_identifier(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
}

std::string step_text(const Json& step) {
    if (!step.is_string()) return "[" + dump_json(step) + "]";
    const auto key = text_of(step);
    return is_identifier(key) ? "." + key : "[" + dump_json(step) + "]";
}

bool holds_structure(const Json& value) {
    return value.is_array() &&
           std::any_of(value.begin(), value.end(), [](const Json& i) { return i.is_structured(); });
}

bool is_nothing(const Json& value) {
    return value.is_null() || (value.is_structured() && value.empty());
}

/// One place in a value: both sides and what Terraform says about them.
struct Place {
    const Json& before;
    const Json& after;
    const Json& unknown;
    const Json& before_mark;
    const Json& after_mark;

    bool masked() const { return is_true(before_mark) || is_true(after_mark); }
    Place key(std::string_view name) const {
        return {member(before, name), member(after, name), member(unknown, name),
                member(before_mark, name), member(after_mark, name)};
    }
    Place at(std::size_t index) const {
        return {item(before, index), item(after, index), item(unknown, index),
                item(before_mark, index), item(after_mark, index)};
    }
    bool both(bool (*test)(const Json&)) const {
        return (test(before) || before.is_null()) && (test(after) || after.is_null()) &&
               (test(before) || test(after));
    }
    bool is_object() const {
        return both([](const Json& v) { return v.is_object(); });
    }
    bool is_list() const {
        if (!both([](const Json& v) { return v.is_array(); })) return false;
        return holds_structure(before) || holds_structure(after) || any_true(unknown) ||
               any_true(before_mark) || any_true(after_mark);
    }
};

class Walk {
public:
    Walk(const Json& replace_paths, bool creates) : creates_(creates) {
        if (!replace_paths.is_array()) return;
        for (const auto& path : replace_paths)
            add_replace_path(path);
    }

    void visit(const Place& place, const std::string& path) {
        if (place.masked() || is_true(place.unknown)) return leaf(place, path);
        if (place.is_object()) return members(place, path);
        if (place.is_list()) return items(place, path);
        leaf(place, path);
    }
    std::vector<AttributeChange> take() { return std::move(found_); }

private:
    void add_replace_path(const Json& path) {
        if (!path.is_array()) return;
        std::string text;
        for (const auto& step : path)
            text += step_text(step);
        replaces_.push_back(std::move(text));
    }

    void members(const Place& place, const std::string& path) {
        std::set<std::string> names;
        for (const Json* side : {&place.before, &place.after, &place.unknown}) {
            if (!side->is_object()) continue;
            for (const auto& [name, ignored] : side->items())
                names.insert(name);
        }
        for (const auto& name : names)
            visit(place.key(name), path + step_text(name));
    }

    void items(const Place& place, const std::string& path) {
        const auto length = std::max({place.before.size(), place.after.size(),
                                      place.unknown.is_array() ? place.unknown.size() : 0});
        for (std::size_t i = 0; i < length; ++i)
            visit(place.at(i), fmt::format("{}[{}]", path, i));
    }

    /// Providers swap null for an empty list or map and back: that tells nothing.
    bool worth_telling(const Place& place) const {
        const bool unknown = is_true(place.unknown);
        if (creates_) return !unknown && !is_nothing(place.after);
        if (unknown) return true;
        return place.before != place.after &&
               !(is_nothing(place.before) && is_nothing(place.after));
    }

    std::optional<std::string> text(const Json& value, bool masked) const {
        if (value.is_null()) return std::nullopt;
        return masked ? kSensitive : value_text(value);
    }

    void leaf(const Place& place, const std::string& path) {
        if (!worth_telling(place)) return;
        AttributeChange change;
        change.path = path.substr(starts_with(path, ".") ? 1 : 0);
        change.before = text(place.before, place.masked());
        change.after = is_true(place.unknown) ? kUnknown : text(place.after, place.masked());
        change.forces_replacement = forces_replacement(path);
        found_.push_back(std::move(change));
    }

    /// A replace path may lie above what is shown, or below (inside a list shown as one value).
    bool forces_replacement(const std::string& path) const {
        return std::any_of(replaces_.begin(), replaces_.end(), [&](const std::string& replace) {
            const auto& shorter = path.size() < replace.size() ? path : replace;
            const auto& longer = path.size() < replace.size() ? replace : path;
            if (!starts_with(longer, shorter)) return false;
            return longer.size() == shorter.size() || longer[shorter.size()] == '.' ||
                   longer[shorter.size()] == '[';
        });
    }

    bool creates_;
    std::vector<std::string> replaces_;
    std::vector<AttributeChange> found_;
};

}  // namespace

std::vector<AttributeChange> read_attributes(const Json& change, Action action) {
    if (action == Action::destroy || action == Action::forget || action == Action::no_op) return {};
    const bool creates = member(change, "before").is_null();
    Walk walk(member(change, "replace_paths"), creates);
    walk.visit({member(change, "before"), member(change, "after"), member(change, "after_unknown"),
                member(change, "before_sensitive"), member(change, "after_sensitive")},
               "");
    return walk.take();
}

}  // namespace agentops::tf
