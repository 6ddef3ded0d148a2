#include "report/merge.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/json_access.h"
#include "base/text.h"
#include "report/model.h"

namespace agentops::report {

namespace {

/// What must be the same in all of them.
Json identity_of(const Json& record) {
    const auto& shard = member(record, "shard");
    return {member(record, "command"), member(shard, "count"), member(shard, "of"),
            member(shard, "commit")};
}

Status require_same(const std::vector<ShardRecord>& records) {
    const auto& first = records.front();
    for (const auto& one : records) {
        if (identity_of(one.record) == identity_of(first.record)) continue;
        return fail(error("report.shards-differ",
                          fmt::format("{} and {} are of different commands, commits or parts",
                                      one.name, first.name),
                          {}, "merge what ran for the same commit with the same number of shards"));
    }
    return {};
}

Status require_once(const std::vector<ShardRecord>& records) {
    std::map<std::string, std::string> seen;
    for (const auto& one : records) {
        std::vector<std::string> claims;
        const auto& index = member(member(one.record, "shard"), "index");
        if (index.is_number_integer()) claims.push_back("shard " + dump_json(index));
        for (const auto& stack : member(one.record, "stacks")) {
            const auto name = text_of(stack, "stack");
            if (!name.empty()) claims.push_back("stack " + name);
        }
        for (const auto& claim : claims) {
            const auto [known, fresh] = seen.emplace(claim, one.name);
            if (fresh) continue;
            return fail(error("report.shards-overlap",
                              fmt::format("{} is in {} and in {}", claim, known->second, one.name),
                              {}, "keep the record of the last try only"));
        }
    }
    return {};
}

Status require_all(const std::vector<ShardRecord>& records) {
    const auto& count = member(member(records.front().record, "shard"), "count");
    if (!count.is_number_integer()) return {};
    std::set<int> missing;
    for (int i = 1; i <= std::min(count.get<int>(), 1000); ++i)
        missing.insert(i);
    for (const auto& one : records) {
        const auto& index = member(member(one.record, "shard"), "index");
        if (index.is_number_integer()) missing.erase(index.get<int>());
    }
    if (missing.empty()) return {};
    std::vector<std::string> names;
    for (const int index : missing)
        names.push_back(fmt::format("{}", index));
    return fail(error("report.shards-missing",
                      fmt::format("no record of shard {}", listed(names, "and")), {},
                      "what they would have found is not known: run them again"));
}

/// Members of another type than they should have are passed over.
void join_list(Json& all, const Json& more, const char* list) {
    if (!member(more, list).is_array()) return;
    auto& into = all[list];
    if (!into.is_array()) into = Json::array();
    for (const auto& item : more[list])
        into.push_back(item);
}

void join_architecture(Json& all, const Json& more) {
    const auto& stacks = member(more, "architecture");
    if (!stacks.is_object()) return;
    auto& into = all["architecture"];
    if (!into.is_object()) into = Json::object();
    into.update(stacks);
}

/// "198 checked, 2 invalid", or the counts of changes when there are any.
std::string verdict_of_all(const Json& stacks) {
    Counts counts;
    std::map<std::string, std::size_t> statuses;
    for (const auto& stack : stacks) {
        const auto& changes = member(stack, "changes");
        const auto number = [&](const char* key) {
            const auto& value = member(changes, key);
            return value.is_number_integer() ? value.get<int>() : 0;
        };
        counts += {number("create"), number("update"), number("replace"), number("delete")};
        ++statuses[text_of(stack, "status")];
    }
    std::vector<std::string> parts;
    for (const auto& [status, n] : statuses)
        parts.push_back(fmt::format("{} {}", n, status));
    const auto summary = fmt::format("{}: {}", count_of(stacks.size(), "stack"), join(parts, ", "));
    return counts.total() == 0 ? summary : fmt::format("{}; {}", summary, verdict_of(counts));
}

}  // namespace

Result<Json> merge_records(std::vector<ShardRecord> records) {
    if (records.empty())
        return fail(error("report.shards-missing", "there is no record to merge", {},
                          "agentops report merge shard-*.json"));
    TRY_DO(require_same(records));
    TRY_DO(require_once(records));
    TRY_DO(require_all(records));
    auto all = std::move(records.front().record);
    auto exit = records.front().exit;
    for (std::size_t i = 1; i < records.size(); ++i) {
        const auto& more = records[i].record;
        exit = worst(exit, records[i].exit);
        for (const auto* list : {"stacks", "findings", "diagnostics", "next", "affected"})
            join_list(all, more, list);
        join_architecture(all, more);
    }
    auto& stacks = all["stacks"];
    std::sort(stacks.begin(), stacks.end(), [](const Json& a, const Json& b) {
        return text_of(a, "stack") < text_of(b, "stack");
    });
    all["exit"] = static_cast<int>(exit);
    all["run"] = nullptr;
    all["verdict"] = verdict_of_all(stacks);
    all.erase("shard");
    return all;
}

}  // namespace agentops::report
