#include "ansible/diff.h"

#include <fmt/core.h>

#include "base/json_access.h"

namespace agentops::ansible {

namespace {

/// "/etc/motd" of "/etc/motd (content)".
std::string header_of(const Json& diff) {
    constexpr std::string_view kContent = " (content)";
    auto header = text_of(diff, "header");
    const auto at = header.rfind(kContent);
    if (at != std::string::npos && at + kContent.size() == header.size()) header.resize(at);
    return header;
}

std::optional<std::string> side(const Json& value) {
    return value.is_null() ? std::nullopt : std::optional(value_text(value));
}

Action record_action(const Json& before, const Json& after) {
    const auto from = text_of(before, "state"), to = text_of(after, "state");
    if (from == "absent" && to != "absent" && !to.empty()) return Action::create;
    return to == "absent" && from != "absent" ? Action::destroy : Action::update;
}

}  // namespace

void DiffReader::add(const Json& diffs, Change& change) {
    if (!diffs.is_array()) return;
    for (const auto& diff : diffs) {
        if (member(diff, "before").is_object() || member(diff, "after").is_object())
            add_record(diff, change);
        else
            add_text(diff, change);
        if (const auto& prepared = member(diff, "prepared"); !prepared.is_null()) {
            actions_.insert(Action::update);
            add_attribute(change, "diff", Json(), prepared);
        }
    }
}

Action DiffReader::action() const {
    return actions_.size() == 1 ? *actions_.begin() : Action::update;
}

void DiffReader::add_record(const Json& diff, Change& change) {
    const auto &before = member(diff, "before"), &after = member(diff, "after");
    const auto header = header_of(diff);
    std::set<std::string> keys;
    for (const auto* record : {&before, &after}) {
        if (!record->is_object()) continue;
        for (const auto& [key, ignored] : record->items())
            keys.insert(key);
    }
    for (const auto& key : keys)
        add_attribute(change, header.empty() ? key : header + " " + key, member(before, key),
                      member(after, key));
    if (before != after) actions_.insert(record_action(before, after));
}

void DiffReader::add_text(const Json& diff, Change& change) {
    const auto &before = member(diff, "before"), &after = member(diff, "after");
    if (before == after) return;
    auto path = header_of(diff);
    if (path.empty()) path = "content";
    const auto& line = member(diff, "line");
    if (line.is_number_integer() && line > 1) path += fmt::format(":{}", line.get<int>());
    add_attribute(change, path, before, after);
    actions_.insert(before.is_null() ? Action::create : Action::update);
}

void DiffReader::add_attribute(Change& change, std::string path, const Json& before,
                               const Json& after) {
    if (before == after) return;
    const auto name = path;
    for (int i = 1; !paths_.insert(path).second; ++i)
        path = fmt::format("{}[{}]", name, i);
    change.attributes.push_back({std::move(path), side(before), side(after), false});
}

}  // namespace agentops::ansible
