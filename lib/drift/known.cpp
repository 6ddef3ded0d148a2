#include "drift/known.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_access.h"
#include "base/text.h"
#include "drift/paths.h"

namespace agentops::drift {

namespace {

constexpr int kStateVersion = 4;
constexpr std::size_t kShortestId = 8;  ///< hex digits of an id as AWS gave them out first

/// An attribute by which a state knows what a managed object made.
struct Made {
    std::string_view by, attribute, type;
};

constexpr Made kMade[] = {
#define LISTING(...)
#define MAKER(...)
#define MADE(by, attribute, type) {by, attribute, type},
#include "drift/unmanaged.def"
#undef MADE
#undef MAKER
#undef LISTING
};

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_network(std::string_view type) {
    return type == "aws_vpc" || type == "aws_default_vpc";
}

}  // namespace

bool is_unique_id(std::string_view text) {
    for (const auto* prefix : {"arn:", "http://", "https://"}) {
        if (starts_with(text, prefix)) return true;
    }
    const auto dash = text.find('-');
    if (dash == 0 || dash == std::string_view::npos) return false;
    const auto kind = text.substr(0, dash), digits = text.substr(dash + 1);
    return std::all_of(kind.begin(), kind.end(), is_lower) && digits.size() >= kShortestId &&
           std::all_of(digits.begin(), digits.end(), is_hex);
}

bool KnownObjects::add_state(const Json& state) {
    if (member(state, "version") != kStateVersion) return false;
    for (const auto& resource : member(state, "resources")) {
        const auto type = text_of(resource, "type");
        const bool managed = text_of(resource, "mode") == "managed";
        for (const auto& instance : member(resource, "instances")) {
            const auto& attributes = member(instance, "attributes");
            if (managed) add_object(type, attributes);
            if (is_network(type)) networks_.insert(text_of(attributes, "id"));
        }
    }
    return true;
}

void KnownObjects::merge(const KnownObjects& other) {
    unique_.insert(other.unique_.begin(), other.unique_.end());
    named_.insert(other.named_.begin(), other.named_.end());
    networks_.insert(other.networks_.begin(), other.networks_.end());
}

bool KnownObjects::has(std::string_view type, const std::string& id) const {
    return is_unique_id(id) ? unique_.count(id) == 1 : named_.count({std::string(type), id}) == 1;
}

void KnownObjects::add(std::string_view type, std::string id) {
    if (is_unique_id(id))
        unique_.insert(std::move(id));
    else if (!id.empty())
        named_.emplace(type, std::move(id));
}

void KnownObjects::add_object(const std::string& type, const Json& attributes) {
    add(type, text_of(attributes, "id"));
    add(type, text_of(attributes, "arn"));
    for (const auto& made : kMade) {
        if (made.by != type) continue;
        for (auto& id : texts_at(attributes, made.attribute))
            add(made.type, std::move(id));
    }
    const auto network = text_of(attributes, "vpc_id");
    if (!network.empty()) networks_.insert(network);
}

}  // namespace agentops::drift
