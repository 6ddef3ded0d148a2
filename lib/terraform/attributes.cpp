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
        const bool plain =
            !any_true(place.unknown) && !any_true(place.before_mark) && !any_true(place.after_mark);
        if (plain && unpaired_items(place, path)) return;
        const auto length = std::max({place.before.size(), place.after.size(),
                                      place.unknown.is_array() ? place.unknown.size() : 0});
        for (std::size_t i = 0; i < length; ++i)
            visit(place.at(i), fmt::format("{}[{}]", path, i));
    }

    /// Items of one side that the other has too, at whatever place, tell nothing: most lists of
    /// blocks are sets. False when that leaves nothing: then their order is all that differs.
    bool unpaired_items(const Place& place, const std::string& path) {
        std::vector<bool> taken(place.after.size());
        std::vector<std::size_t> before, after;
        for (std::size_t i = 0; i < place.before.size(); ++i) {
            std::size_t j = 0;
            while (j < place.after.size() && (taken[j] || place.after[j] != place.before[i]))
                ++j;
            if (j < place.after.size())
                taken[j] = true;
            else
                before.push_back(i);
        }
        for (std::size_t j = 0; j < place.after.size(); ++j) {
            if (!taken[j]) after.push_back(j);
        }
        if (before.empty() && after.empty()) return false;
        static const Json kNone;
        for (std::size_t k = 0; k < std::max(before.size(), after.size()); ++k) {
            const Json& one = k < before.size() ? place.before[before[k]] : kNone;
            const Json& other = k < after.size() ? place.after[after[k]] : kNone;
            const auto index = k < after.size() ? after[k] : before[k];
            visit({one, other, kNone, kNone, kNone}, fmt::format("{}[{}]", path, index));
        }
        return true;
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

const Json& step_into(const Json& place, const AttributeStep& step) {
    if (!step.index) {
        const bool alone = place.is_array() && place.size() == 1;
        return member(alone ? place.front() : place, step.key);
    }
    if (place.is_array()) return item(place, *step.index);
    static const Json kNone;
    return *step.index == 0 ? place : kNone;
}

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

std::vector<AttributeStep> attribute_steps(std::string_view path) {
    std::vector<AttributeStep> steps;
    while (!path.empty()) {
        if (path.front() == '.') path.remove_prefix(1);
        if (path.front() != '[') {
            const auto end = std::min(path.find_first_of(".["), path.size());
            steps.push_back({std::string(path.substr(0, end)), std::nullopt});
            path.remove_prefix(end);
            continue;
        }
        // A quoted key may hold brackets; the shortest prefix that is JSON is the step.
        auto end = path.find(']');
        auto json = Json::parse(path.substr(1, end - 1), nullptr, false);
        while (json.is_discarded() && end != std::string_view::npos) {
            end = path.find(']', end + 1);
            if (end != std::string_view::npos)
                json = Json::parse(path.substr(1, end - 1), nullptr, false);
        }
        if (end == std::string_view::npos) return steps;
        if (json.is_number_unsigned())
            steps.push_back({"", json.get<std::size_t>()});
        else
            steps.push_back({text_of(json), std::nullopt});
        path.remove_prefix(end + 1);
    }
    return steps;
}

const Json& value_at(const Json& body, std::string_view path) {
    const auto* place = &body;
    for (const auto& step : attribute_steps(path))
        place = &step_into(*place, step);
    return *place;
}

}  // namespace agentops::tf
