#include "unit/change.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.h"

namespace agentops {

namespace {

constexpr std::size_t kMaxValueBytes = 1000;
constexpr std::size_t kShownDigest = 16;

}  // namespace

std::string_view to_text(Action action) {
    switch (action) {
        case Action::no_op:
            return "no-op";
        case Action::read:
            return "read";
        case Action::create:
            return "create";
        case Action::update:
            return "update";
        case Action::replace:
            return "replace";
        case Action::destroy:
            return "destroy";
        case Action::forget:
            return "forget";
        case Action::unknown:
            return "unknown";
    }
    throw InternalError("an action out of range");
}

std::string_view to_text(Trust trust) {
    switch (trust) {
        case Trust::proven:
            return "proven";
        case Trust::reported:
            return "reported";
        case Trust::not_checkable:
            return "not-checkable";
    }
    throw InternalError("a trust out of range");
}

std::string_view sign(Action action) {
    switch (action) {
        case Action::no_op:
            return " ";
        case Action::read:
            return "<=";
        case Action::create:
            return "+";
        case Action::update:
            return "~";
        case Action::replace:
            return "-/+";
        case Action::destroy:
            return "-";
        case Action::forget:
            return ".";
        case Action::unknown:
            return "?";
    }
    throw InternalError("an action out of range");
}

Counts& Counts::operator+=(const Counts& other) {
    create += other.create;
    update += other.update;
    replace += other.replace;
    destroy += other.destroy;
    return *this;
}

std::string value_text(const Json& value) {
    auto text = dump_json(value);
    if (text.size() <= kMaxValueBytes) return text;
    auto end = kMaxValueBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return fmt::format("{}... ({} bytes, sha256 {})", text.substr(0, end), text.size(),
                       sha256(text).substr(0, kShownDigest));
}

void Counts::add(Action action) {
    switch (action) {
        case Action::create:
            ++create;
            break;
        case Action::update:
            ++update;
            break;
        case Action::replace:
            ++replace;
            break;
        case Action::destroy:
            ++destroy;
            break;
        case Action::no_op:
        case Action::read:
        case Action::forget:
        case Action::unknown:
            break;
    }
}

Json to_json(const Counts& counts) {
    return {{"create", counts.create},
            {"update", counts.update},
            {"replace", counts.replace},
            {"delete", counts.destroy}};
}

Counts Plan::counts() const {
    Counts counts;
    for (const auto& change : changes)
        counts.add(change.action);
    return counts;
}

bool Plan::empty() const {
    const auto quiet = [](const Change& c) { return c.action == Action::read; };
    const auto kept = [](const OutputChange& o) { return o.action == Action::no_op; };
    return std::all_of(changes.begin(), changes.end(), quiet) &&
           std::all_of(outputs.begin(), outputs.end(), kept);
}

}  // namespace agentops
