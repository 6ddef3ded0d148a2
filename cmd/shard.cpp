#include "cmd/shard.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "base/digest.h"
#include "base/json_access.h"
#include "base/text.h"
#include "cmd/session.h"
#include "vcs/repository.h"

namespace agentops::cmd {

namespace {

constexpr std::size_t kRunsLookedAt = 10;
constexpr int kMostShards = 1000;

/// Variables of a CI, and from which number its index counts.
struct ShardVariables {
    const char *index, *count;
    int first;
};
constexpr ShardVariables kShardVariables[] = {
    {"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},                          // GitLab
    {"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},  // Buildkite
    {"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},                  // CircleCI
    {"JOB_COMPLETION_INDEX", "AGENTOPS_SHARDS", 0},                 // Kubernetes names no total
};

Diagnostics no_shard(const std::string& why) {
    return {error("cli.usage", why, {}, "e.g. --shard 2/8: the second of eight, or --shard auto")};
}

/// Ids of the stacks whose outputs a stack reads.
std::vector<std::string> upstreams_of(const intent::Stack& stack, const Workspace& workspace) {
    std::vector<std::string> found;
    for (const auto& uses : workspace.index->entry(stack).components) {
        for (const auto& use : uses) {
            if (use.reference.intent.empty()) continue;
            const auto* other = workspace.index->find(use.reference.intent, stack.environment);
            if (other != nullptr && other->id != stack.id) found.push_back(other->id);
        }
    }
    return found;
}

std::vector<Selection> levels_of(const Selection& stacks, const Workspace& workspace) {
    std::map<std::string, const intent::Stack*> selected;
    for (const auto* stack : stacks)
        selected.emplace(stack->id, stack);
    std::map<std::string, std::size_t> levels;
    const std::function<std::size_t(const intent::Stack&)> level = [&](const intent::Stack& stack) {
        const auto [known, fresh] = levels.emplace(stack.id, 0);  // a cycle ends here
        if (!fresh) return known->second;
        std::size_t above = 0;
        for (const auto& id : upstreams_of(stack, workspace)) {
            const auto found = selected.find(id);
            if (found != selected.end()) above = std::max(above, level(*found->second) + 1);
        }
        return levels[stack.id] = above;
    };
    std::vector<Selection> all;
    for (const auto* stack : stacks) {
        const auto at = level(*stack);
        if (all.size() <= at) all.resize(at + 1);
        all[at].push_back(stack);
    }
    return all;
}

}  // namespace

Result<Shard> read_shard(const std::string& text, const EnvLookup& env) {
    const auto slash = text.find('/');
    const auto word = text.substr(0, slash);
    auto count = slash == std::string::npos ? std::nullopt : whole_number(text.substr(slash + 1));
    if (slash != std::string::npos && !count)
        return fail(no_shard(fmt::format("'{}' is no shard", text)));
    auto index = whole_number(word);
    if (word == "auto") {
        for (const auto& variables : kShardVariables) {
            const auto here = whole_number(env(variables.index).value_or(""));
            if (!here) continue;
            index = *here + 1 - variables.first;
            if (!count) count = whole_number(env(variables.count).value_or(""));
            break;
        }
        if (!index) return fail(no_shard("no variable of a CI says which shard this is"));
    }
    if (!index || !count) return fail(no_shard(fmt::format("'{}' is no shard", text)));
    if (*count < 1 || *count > kMostShards || *index < 1 || *index > *count)
        return fail(no_shard(fmt::format("there is no shard {} of {}", *index, *count)));
    return Shard{*index, *count};
}

Durations read_durations(const record::Store& store) {
    Durations found;
    auto ids = store.run_ids();
    std::reverse(ids.begin(), ids.end());
    if (ids.size() > kRunsLookedAt) ids.resize(kRunsLookedAt);
    for (const auto& id : ids) {
        Durations here;
        const auto lines = read_file(store.run(id) / "events.jsonl").value_or("");
        for (const auto& line : split(lines, '\n')) {
            const auto event = Json::parse(line, nullptr, false);
            const auto& took = member(event, "took_ms");
            if (text_of(event, "type") != "node" || !took.is_number_integer()) continue;
            const auto unit = text_of(event, "subject");
            here[unit.substr(0, unit.rfind('/'))] += took.get<std::int64_t>();
        }
        found.merge(here);  // what a newer run says stays
    }
    return found;
}

Result<Durations> durations_in(const fs::path& file) {
    TRY(const auto text, read_file(file));
    const auto json = Json::parse(text, nullptr, false);
    const auto is_number = [](const Json& took) { return took.is_number_integer(); };
    if (json.is_object() && std::all_of(json.begin(), json.end(), is_number))
        return json.get<Durations>();
    return fail(error("cli.durations",
                      fmt::format("{} does not say how long stacks take", file.string()), {},
                      "agentops ci durations > durations.json"));
}

Parts deal_parts(const Selection& stacks, const Workspace& workspace, const Durations& durations,
                 int count) {
    const auto weight = [&](const intent::Stack* stack) {
        const auto known = durations.find(stack->id);
        return known == durations.end() ? std::int64_t{1}
                                        : std::max<std::int64_t>(known->second, 1);
    };
    Parts parts;
    std::vector<std::int64_t> totals(static_cast<std::size_t>(count), 0);
    for (auto& level : levels_of(stacks, workspace)) {
        std::stable_sort(level.begin(), level.end(),
                         [&](const auto* a, const auto* b) { return weight(a) > weight(b); });
        auto& shards = parts.emplace_back(static_cast<std::size_t>(count));
        std::vector<std::int64_t> loads(shards.size(), 0);
        for (const auto* stack : level) {
            std::size_t least = 0;
            for (std::size_t i = 1; i < shards.size(); ++i) {
                if (std::pair(loads[i], totals[i]) < std::pair(loads[least], totals[least]))
                    least = i;
            }
            shards[least].push_back(stack);
            loads[least] += weight(stack);
            totals[least] += weight(stack);
        }
    }
    return parts;
}

Selection part_of(const Parts& parts, const Selection& all, const Shard& shard) {
    std::set<const intent::Stack*> mine;
    for (const auto& level : parts) {
        const auto& part = level[static_cast<std::size_t>(shard.index - 1)];
        mine.insert(part.begin(), part.end());
    }
    Selection kept;
    std::copy_if(all.begin(), all.end(), std::back_inserter(kept),
                 [&](const auto* stack) { return mine.count(stack) != 0; });
    return kept;
}

Json shard_record(Session& session, const Selection& all, const Shard& shard) {
    std::vector<std::string> names;
    for (const auto* stack : all)
        names.push_back(stack->id);
    const auto repository = vcs::Repository::open(session.start());
    const auto commit = repository ? repository->head() : std::nullopt;
    return {{"index", shard.index},
            {"count", shard.count},
            {"of", sha256(join(names, "\n"))},
            {"commit", commit ? Json(*commit) : Json()}};
}

}  // namespace agentops::cmd
