#include "cmd/confirm_gone.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json_access.h"
#include "base/term.h"
#include "base/text.h"
#include "run/schedule.h"

namespace agentops::cmd {

namespace {

constexpr std::string_view kBucket = "aws_s3_bucket";
constexpr const char* kReason =
    "the provider takes a bucket that it cannot read for gone, and S3 does not confirm it";

/// A bucket that is said to be gone.
struct GoneBucket {
    drift::UnitVerdict* unit;
    drift::ResourceVerdict* verdict;
    std::string url;
    bool confirmed = false;
};

/// Where S3 answers for a stack.
std::string endpoint_of(const Selection& stacks, const std::string& unit) {
    for (const auto* stack : stacks) {
        if (!starts_with(unit, stack->id + "/")) continue;
        if (stack->target.endpoint) return stack->target.endpoint->value.value;
        for (const auto* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
            if (const auto url = process_env(name); url && !url->empty()) return *url;
        }
        return fmt::format("https://s3.{}.amazonaws.com", stack->target.region.value.value);
    }
    return "";
}

std::string bucket_name(const DriftCheck& check, const drift::ResourceVerdict& verdict) {
    const auto unit = check.reality.find(verdict.unit);
    if (unit == check.reality.end()) return "";
    const auto object = unit->second.find(verdict.address);
    return object == unit->second.end() ? "" : text_of(object->second, "bucket");
}

std::vector<GoneBucket> gone_buckets(const Selection& stacks, DriftCheck& check) {
    std::vector<GoneBucket> gone;
    for (auto& [id, unit] : check.verdicts) {
        for (auto& resource : unit.resources) {
            if (resource.type != kBucket || resource.status != drift::Status::deleted) continue;
            auto endpoint = endpoint_of(stacks, id);
            while (endpoint.ends_with('/'))
                endpoint.pop_back();
            gone.push_back({&unit, &resource, endpoint + "/" + bucket_name(check, resource)});
        }
    }
    return gone;
}

run::Step probe_of(const GoneBucket& bucket, std::size_t number) {
    run::Probe probe;
    probe.url = bucket.url;
    probe.status = 404;
    probe.within = std::chrono::seconds(3);
    return {fmt::format("confirm-{}", number), "http", std::move(probe), true, ""};
}

/// What belongs to a bucket is named after it in the state, and was not read either.
void distrust(GoneBucket& bucket) {
    bucket.unit->checked = false;
    if (bucket.unit->note.empty()) bucket.unit->note = kReason;
    for (auto& resource : bucket.unit->resources) {
        const bool belongs =
            &resource == bucket.verdict || starts_with(resource.type, std::string(kBucket) + "_");
        if (!belongs || resource.status != drift::Status::deleted) continue;
        resource.status = drift::Status::unknown;
        resource.cause = drift::Cause::none;
        resource.reason = kReason;
    }
}

}  // namespace

void confirm_gone(const Selection& stacks, DriftCheck& check, run::Runner& runner, int jobs) {
    auto gone = gone_buckets(stacks, check);
    run::parallel_for(gone.size(), jobs, [&](std::size_t i) {
        gone[i].confirmed = runner.run(gone[i].unit->unit, probe_of(gone[i], i)).ok;
    });
    for (auto& bucket : gone) {
        if (!bucket.confirmed) distrust(bucket);
    }
}

}  // namespace agentops::cmd
