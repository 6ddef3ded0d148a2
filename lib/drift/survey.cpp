#include "drift/survey.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_access.h"
#include "base/text.h"
#include "drift/paths.h"

namespace agentops::drift {

namespace {

constexpr std::string_view kStackTag = "agentops:stack";

/// A tag that AWS puts on what an object of the type makes.
struct Maker {
    std::string_view tag, type;
};

constexpr Maker kMakers[] = {
#define LISTING(...)
#define MAKER(tag, type) {tag, type},
#define MADE(...)
#include "drift/unmanaged.def"
#undef MADE
#undef MAKER
#undef LISTING
};

std::vector<std::string> ids_of(const Listing& listing, const Json& object) {
    std::vector<std::string> ids;
    for (const auto& path : split(listing.ids, ' ')) {
        for (auto& id : texts_at(object, path))
            ids.push_back(std::move(id));
    }
    return ids;
}

std::string tag_of(const Json& object, std::string_view key) {
    for (const auto* list : {"Tags", "TagList"}) {
        for (const auto* tag : values_at(object, list)) {
            if (text_of(*tag, "Key") == key) return text_of(*tag, "Value");
        }
    }
    return "";
}

/// "arn:aws:sns:eu-west-1:123456789012:orders" -> "orders"; "" for a bare id.
std::string tail_of(const std::string& id) {
    const auto at = id.find_last_of(":/");
    return at == std::string::npos ? "" : id.substr(at + 1);
}

std::string name_of(const Listing& listing, const Json& object, const std::string& id) {
    if (!listing.name.empty()) return text_at(object, listing.name);
    auto name = tag_of(object, "Name");
    return name.empty() ? tail_of(id) : name;
}

tl::unexpected<Diagnostics> not_listed(const std::string& why) {
    return fail(error("drift.not-listed", why));
}

/// For some lists the command prints nothing at all when they are empty.
Result<Json> answer_of(const Listing& listing, std::string_view output) {
    if (trim(output).empty()) return Json::object();
    TRY(auto answer, parse_json(output, "the answer", "drift.not-listed"));
    const auto first = split(listing.list, '.').front();
    if (!member(answer, first).is_array()) return not_listed("the answer has no list " + first);
    return answer;
}

bool refers(const Term& term) {
    return term.is == Term::Is::left_out || term.is == Term::Is::covered;
}

}  // namespace

Result<std::vector<Unmanaged>> Survey::read(const Listing& listing, std::string_view output) {
    auto found = judge_all(listing, output);
    if (!found) miss(listing);
    return found;
}

Result<std::vector<Unmanaged>> Survey::judge_all(const Listing& listing, std::string_view output) {
    TRY(const auto answer, answer_of(listing, output));
    const auto omissions = read_omissions(listing.omit);
    for (const auto& omission : omissions) {
        for (const auto& term : omission) {
            if (refers(term) && missed_.count(term.value) == 1)
                return not_listed("it cannot be judged without " + term.value);
        }
    }
    std::vector<Unmanaged> found;
    for (const auto* object : values_at(answer, listing.list)) {
        if (is_elsewhere(listing, *object) || is_omitted(omissions, *object))
            leave_out(listing, *object);
        else if (!is_managed(listing, *object))
            found.push_back(describe(listing, *object));
    }
    return found;
}

bool Survey::is_elsewhere(const Listing& listing, const Json& object) const {
    if (listing.vpc.empty()) return false;
    const auto vpcs = texts_at(object, listing.vpc);
    return std::none_of(vpcs.begin(), vpcs.end(),
                        [&](const auto& vpc) { return networks_.count(vpc) == 1; });
}

bool Survey::holds(const Term& term, const Json& object) const {
    const auto texts = texts_at(object, term.path);
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
        switch (term.is) {
            case Term::Is::equal:
                return term.value == "*" || term.value == text;
            case Term::Is::prefixed:
                return starts_with(text, term.value);
            case Term::Is::left_out:
                return was_left_out(term.value, text);
            case Term::Is::covered:
                return covers(term.value, text);
        }
        throw InternalError("a term outside the enum");
    });
}

bool Survey::is_omitted(const std::vector<Omission>& omissions, const Json& object) const {
    const auto all_hold = [&](const Omission& omission) {
        return std::all_of(omission.begin(), omission.end(),
                           [&](const Term& term) { return holds(term, object); });
    };
    const auto made = [&](const Maker& maker) {
        return covers(maker.type, tag_of(object, maker.tag));
    };
    return std::any_of(omissions.begin(), omissions.end(), all_hold) ||
           std::any_of(std::begin(kMakers), std::end(kMakers), made);
}

/// A name means something in one region only: where there is an ARN or the like, that decides.
bool Survey::is_managed(const Listing& listing, const Json& object) const {
    auto ids = ids_of(listing, object);
    if (std::any_of(ids.begin(), ids.end(), is_unique_id))
        std::erase_if(ids, [](const auto& id) { return !is_unique_id(id); });
    return std::any_of(ids.begin(), ids.end(),
                       [&](const auto& id) { return known_.has(listing.type, id); });
}

bool Survey::covers(std::string_view type, const std::string& id) const {
    return known_.has(type, id) || was_left_out(type, id);
}

bool Survey::was_left_out(std::string_view type, const std::string& id) const {
    const auto found = left_out_.find(type);
    return found != left_out_.end() && found->second.count(id) == 1;
}

void Survey::leave_out(const Listing& listing, const Json& object) {
    auto& ids = left_out_[std::string(listing.type)];
    for (auto& id : ids_of(listing, object))
        ids.insert(std::move(id));
    if (listing.covers.empty()) return;
    for (auto& id : texts_at(object, listing.covers))
        ids.insert(std::move(id));
}

Unmanaged Survey::describe(const Listing& listing, const Json& object) const {
    Unmanaged thing;
    thing.type = listing.type;
    const auto ids = ids_of(listing, object);
    if (!ids.empty()) thing.id = ids.front();
    thing.name = name_of(listing, object, thing.id);
    if (!listing.created.empty()) thing.created = text_at(object, listing.created);
    thing.stack = tag_of(object, kStackTag);
    if (!thing.stack.empty() || listing.vpc.empty()) return thing;
    for (const auto& vpc : texts_at(object, listing.vpc)) {
        const auto network = networks_.find(vpc);
        if (network != networks_.end()) thing.stack = network->second;
    }
    return thing;
}

}  // namespace agentops::drift
