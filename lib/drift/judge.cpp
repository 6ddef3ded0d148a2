#include "drift/judge.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "drift/configuration.h"
#include "drift/echo.h"
#include "terraform/attributes.h"

namespace agentops::drift {

namespace {

using Reading = Observed::Reading;

constexpr std::string_view kIdentity[] = {
#define IDENTITY(name) #name,
#include "drift/identity.def"
#undef IDENTITY
};

constexpr const char* kKnownAfterApply = "(known after apply)";

/// Computed, and yet what somebody did: a machine was stopped.
constexpr std::string_view kRunState = "instance_state";

bool identifies(std::string_view path) {
    return std::find(std::begin(kIdentity), std::end(kIdentity), path) != std::end(kIdentity);
}

/// To a value that somebody asked for. What is only known after apply is the provider's to fill in,
/// unless it is configured: then it comes from another object.
bool plans_to_change(const Observed& object, const std::string& argument) {
    const bool configured = object.configured.count(argument) != 0;
    const auto& planned = object.planned_attributes;
    return std::any_of(planned.begin(), planned.end(), [&](const AttributeChange& attribute) {
        return argument_of(attribute.path) == argument &&
               (configured || attribute.after != kKnownAfterApply);
    });
}

/// "tags_all.Owner" where "tags.Owner" says the same.
bool repeats(const Observed& object, const AttributeChange& change) {
    constexpr std::string_view kAll = "tags_all";
    if (!starts_with(change.path, kAll)) return false;
    const auto path = "tags" + change.path.substr(kAll.size());
    return std::any_of(object.attributes.begin(), object.attributes.end(), [&](const auto& other) {
        return other.path == path && other.before == change.before && other.after == change.after;
    });
}

/// Judges the attributes of one object.
class Attributes {
public:
    Attributes(const Background& background, const Observation& observation)
        : background_(background), observation_(observation) {}

    void judge(const Observed& object, ResourceVerdict& verdict) const {
        for (const auto& change : object.attributes) {
            if (repeats(object, change)) continue;
            const auto why = why_noise(object, change);
            if (why.empty())
                verdict.attributes.push_back(attribute_drift(change));
            else
                verdict.noise.push_back({change.path, std::string(why)});
        }
        for (const auto& name : object.swapped)
            verdict.noise.push_back({name, "null and an empty value changed places"});
    }

private:
    /// Empty when it is drift.
    std::string_view why_noise(const Observed& object, const AttributeChange& change) const {
        const auto& path = change.path;
        const auto argument = argument_of(path);
        if (!observation_.complete || plans_to_change(object, argument)) return "";
        if (object.configured.count(argument) != 0)
            return "a plan leaves it as it is: the provider takes both values for the same, the "
                   "lifecycle ignores it, or the intent wants what is there";
        if (is_echo(observation_, object, argument))
            return "it shows what other resources of the unit manage";
        if (is_undone(object.address, change))
            return "it is as it was before it drifted; the state has the other value";
        const auto* computed = background_.computed;
        if (computed == nullptr || !computed->covers(object.type, path)) return "";
        if (follows(object, path)) return "computed-only: it follows from what else differs";
        return identifies(path) || path == kRunState ? "" : "computed-only: the provider sets it";
    }

    /// An ARN may be made of other attributes, a path for instance: one of those differs, and
    /// nothing else says anew that the object was made again.
    bool follows(const Observed& object, const std::string& path) const {
        constexpr std::string_view kArn = "arn";
        const auto& all = object.attributes;
        return path == kArn && !is_known(object.address, path) &&
               std::none_of(all.begin(), all.end(),
                            [&](const AttributeChange& other) {
                                return other.path != kArn && identifies(other.path) &&
                                       !is_known(object.address, other.path);
                            }) &&
               std::any_of(all.begin(), all.end(), [&](const AttributeChange& other) {
                   return object.configured.count(argument_of(other.path)) != 0;
               });
    }
    /// It drifted at an earlier check and was not restored since.
    bool is_known(const std::string& address, const std::string& path) const {
        const auto& known = background_.remembered;
        return std::any_of(known.begin(), known.end(), [&](const Sighting& sighting) {
            return sighting.open() && sighting.address == address && sighting.path == path;
        });
    }

    /// The state had taken over what drifted, and then somebody undid it.
    bool is_undone(const std::string& address, const AttributeChange& change) const {
        const auto& known = background_.remembered;
        return std::any_of(known.begin(), known.end(), [&](const Sighting& sighting) {
            return sighting.address == address && sighting.path == change.path &&
                   sighting.expected == change.after && sighting.actual == change.before &&
                   sighting.expected != sighting.actual;
        });
    }

    const Background& background_;
    const Observation& observation_;
};

void conclude_change(const Observed& object, ResourceVerdict& verdict) {
    const auto& drifts = verdict.attributes;
    if (drifts.empty()) {
        verdict.cause = Cause::noise;
        if (verdict.noise.empty()) verdict.reason = "only marks of sensitive values differ";
        return;
    }
    verdict.status = Status::modified;
    verdict.cause = Cause::drift;
    const bool anew = std::any_of(drifts.begin(), drifts.end(),
                                  [](const auto& drift) { return identifies(drift.path); });
    if (anew)
        verdict.reason = "it was deleted and made again";
    else if (object.planned == Action::no_op)
        verdict.reason = "the configuration does not set it: a revert cannot restore it";
}

ResourceVerdict judge_object(const Background& background, const Observation& observation,
                             const Observed& object) {
    ResourceVerdict verdict;
    verdict.unit = background.unit;
    verdict.address = object.address;
    verdict.type = object.type;
    verdict.planned = object.planned;
    switch (object.reading) {
        case Reading::same:
            break;
        case Reading::changed:
            Attributes(background, observation).judge(object, verdict);
            conclude_change(object, verdict);
            break;
        case Reading::gone:
            verdict.status = Status::deleted;
            verdict.cause = Cause::drift;
            break;
        case Reading::unread:
            verdict.status = observation.complete ? Status::not_checked : Status::unknown;
            verdict.reason =
                observation.complete ? "the plan did not read it" : observation.failure;
            break;
    }
    return verdict;
}

/// Why a plan would change what did not drift.
void explain_plan(const Background& background, const Observed& object, bool others_drifted,
                  ResourceVerdict& verdict) {
    if (object.planned == Action::no_op || verdict.drifted()) return;
    if (background.intent_moved) {
        verdict.cause = Cause::pending_intent;
    } else if (object.reads_data) {
        verdict.cause = Cause::data_source;
        verdict.reason = "a data source that it reads says something new";
    } else if (others_drifted) {
        verdict.cause = Cause::follows;
        verdict.reason = "a plan would change it because something else drifted";
    } else {
        verdict.cause = Cause::noise;
        verdict.reason = "a plan would change it each time: the provider never settles";
    }
}

}  // namespace

bool wants_schema(const Observation& observation) {
    return std::any_of(
        observation.objects.begin(), observation.objects.end(), [](const Observed& object) {
            const auto& changes = object.attributes;
            return std::any_of(changes.begin(), changes.end(), [&](const AttributeChange& change) {
                const auto argument = argument_of(change.path);
                return object.configured.count(argument) == 0 &&
                       !plans_to_change(object, argument) && !repeats(object, change);
            });
        });
}

UnitVerdict judge(const Background& background, const Observation& observation) {
    UnitVerdict verdict;
    verdict.unit = background.unit;
    verdict.checked = observation.complete;
    verdict.note = observation.failure;
    verdict.outputs = observation.outputs;
    for (const auto& object : observation.objects)
        verdict.resources.push_back(judge_object(background, observation, object));
    const bool drifted = std::any_of(verdict.resources.begin(), verdict.resources.end(),
                                     [](const auto& one) { return one.drifted(); });
    verdict.pending = observation.creates;
    for (std::size_t i = 0; i < verdict.resources.size(); ++i) {
        auto& resource = verdict.resources[i];
        explain_plan(background, observation.objects[i], drifted, resource);
        if (resource.cause == Cause::pending_intent) verdict.pending.add(resource.planned);
    }
    return verdict;
}

namespace {

/// The value is the one that drifted, and nobody asked for it.
bool is_absorbed(const Sighting& sighting, const Observed& object) {
    if (!sighting.open() || sighting.path.empty() || object.reading != Reading::same) return false;
    if (object.configured.count(argument_of(sighting.path)) != 0) return false;
    const auto& now = tf::value_at(object.actual, sighting.path);
    const auto text = now.is_null() ? std::nullopt : std::optional(value_text(now));
    return text == sighting.actual && text != sighting.expected;
}

/// "ingress[0]" of "ingress[0].protocol"; "" of what lies in no list.
std::string element_of(const std::string& path) {
    const auto end = path.find(']');
    return end == std::string::npos ? "" : path.substr(0, end + 1);
}

/// An element of a list is the one that drifted only when all that was told of it is still so:
/// any other one may have some of its values.
bool is_another(const Sighting& sighting, const std::vector<Sighting>& remembered,
                const Observed& object) {
    const auto element = element_of(sighting.path);
    return !element.empty() &&
           std::any_of(remembered.begin(), remembered.end(), [&](const Sighting& other) {
               return other.open() && other.address == sighting.address &&
                      element_of(other.path) == element && !is_absorbed(other, object);
           });
}

}  // namespace

void keep_absorbed(const std::vector<Sighting>& remembered, const Observation& observation,
                   UnitVerdict& verdict) {
    for (const auto& sighting : remembered) {
        const auto object =
            std::find_if(observation.objects.begin(), observation.objects.end(),
                         [&](const Observed& one) { return one.address == sighting.address; });
        if (object == observation.objects.end() || !is_absorbed(sighting, *object) ||
            is_another(sighting, remembered, *object))
            continue;
        for (auto& resource : verdict.resources) {
            if (resource.address != sighting.address) continue;
            resource.status = Status::modified;
            resource.cause = Cause::drift;
            resource.reason = "the state took it over: a revert cannot restore it";
            const AttributeChange change{sighting.path, sighting.expected, sighting.actual, false};
            resource.attributes.push_back(attribute_drift(change));
        }
    }
}

}  // namespace agentops::drift
