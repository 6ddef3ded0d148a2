#include "record/manifest.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.h"
#include "record/journal.h"

namespace agentops::record {

namespace {

constexpr int kManifestFormat = 1;

Json to_json(const ManifestUnit& unit) {
    return {{"unit", unit.id},
            {"tool", unit.tool},
            {"tool_version", unit.tool_version},
            {"preview", unit.preview},
            {"needed", unit.needed},
            {"artifacts", unit.artifacts},
            {"lock_file", unit.lock_file},
            {"inputs", unit.inputs},
            {"plan", unit.plan},
            {"review", unit.review},
            {"targets", unit.targets},
            {"state",
             {{"lineage", unit.state_lineage},
              {"serial", unit.state_serial},
              {"sha256", unit.state_digest}}},
            {"changes",
             {{"create", unit.create},
              {"update", unit.update},
              {"replace", unit.replace},
              {"delete", unit.destroy}}}};
}

Json to_json(const ManifestStack& stack) {
    Json units = Json::array();
    for (const auto& unit : stack.units)
        units.push_back(to_json(unit));
    return {{"stack", stack.id},
            {"intent", {{"file", stack.intent_file}, {"sha256", stack.intent_digest}}},
            {"inputs", stack.input_digest},
            {"risk", stack.risk},
            {"blocked", stack.blocked},
            {"units", std::move(units)}};
}

ManifestUnit unit_of(const Json& json) {
    const auto& state = json.at("state");
    const auto& changes = json.at("changes");
    ManifestUnit unit;
    unit.id = json.at("unit");
    unit.tool = json.at("tool");
    unit.tool_version = json.at("tool_version");
    unit.preview = json.at("preview");
    unit.needed = json.at("needed");
    unit.artifacts = json.at("artifacts");
    unit.lock_file = json.at("lock_file");
    unit.inputs = json.at("inputs");
    unit.plan = json.at("plan");
    unit.review = json.at("review");
    unit.targets = json.at("targets");
    unit.state_lineage = state.at("lineage");
    unit.state_serial = state.at("serial");
    unit.state_digest = state.at("sha256");
    unit.create = changes.at("create");
    unit.update = changes.at("update");
    unit.replace = changes.at("replace");
    unit.destroy = changes.at("delete");
    return unit;
}

ManifestStack stack_of(const Json& json) {
    ManifestStack stack;
    stack.id = json.at("stack");
    stack.intent_file = json.at("intent").at("file");
    stack.intent_digest = json.at("intent").at("sha256");
    stack.input_digest = json.at("inputs");
    stack.risk = json.at("risk");
    stack.blocked = json.at("blocked");
    for (const auto& unit : json.at("units"))
        stack.units.push_back(unit_of(unit));
    return stack;
}

Manifest manifest_of(const Json& json) {
    Manifest manifest;
    manifest.run = json.at("run");
    manifest.created = json.at("created");
    manifest.agentops_version = json.at("agentops_version");
    manifest.destroy = json.at("destroy");
    manifest.purpose = json.at("purpose");
    manifest.revision = json.value("revision", "");
    manifest.params = json.at("params");
    for (const auto& stack : json.at("stacks"))
        manifest.stacks.push_back(stack_of(stack));
    return manifest;
}

std::string file_text(const Json& json) {
    return dump_json(json, 2) + "\n";
}

/// A record must be as we write it to the byte: what people read in it (a key given twice, say) is
/// then what we read.
Result<Json> read_record(const fs::path& path, std::string_view what) {
    TRY(auto text, read_file(path));
    TRY(auto json, parse_json(text, what, "run.damaged"));
    if (file_text(json) != text)
        return fail(error("run.damaged", fmt::format("{} was changed by hand", what)));
    return json;
}

Status write_record(const fs::path& path, const Json& json) {
    return write_file(path, file_text(json), 0600);
}

/// The manifest with its digest, as it is written.
Json sealed(const Manifest& manifest) {
    Json json = to_json(manifest);
    json["digest"] = sha256(json);
    return json;
}

Diagnostic tampered(const std::string& run) {
    return error("stale.manifest",
                 fmt::format("the manifest of run {} was changed after it was written", run), {},
                 "plan again: agentops plan");
}

template <int ManifestUnit::*member>
int sum(const Manifest& manifest) {
    int total = 0;
    for (const auto& stack : manifest.stacks) {
        for (const auto& unit : stack.units)
            total += unit.*member;
    }
    return total;
}

}  // namespace

int Manifest::destroys() const {
    return sum<&ManifestUnit::destroy>(*this);
}
int Manifest::replaces() const {
    return sum<&ManifestUnit::replace>(*this);
}

Json to_json(const Manifest& manifest) {
    Json stacks = Json::array();
    for (const auto& stack : manifest.stacks)
        stacks.push_back(to_json(stack));
    Json json{{"format_version", kManifestFormat}, {"run", manifest.run},
              {"created", manifest.created},       {"agentops_version", manifest.agentops_version},
              {"destroy", manifest.destroy},       {"purpose", manifest.purpose},
              {"params", manifest.params},         {"stacks", std::move(stacks)}};
    if (!manifest.revision.empty()) json["revision"] = manifest.revision;
    return json;
}

std::string digest_of(const Manifest& manifest) {
    return sha256(to_json(manifest));
}

Status write_manifest(const Store& store, const Manifest& manifest) {
    return write_record(store.run(manifest.run) / "manifest.json", sealed(manifest));
}

Result<Manifest> read_manifest(const Store& store, const std::string& run) {
    const auto path = store.run(run) / "manifest.json";
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        return fail(error("run.no-manifest", fmt::format("run {} has no plan to apply", run), {},
                          "only runs made by `agentops plan` can be approved and applied"));
    auto json = read_record(path, "the manifest");
    if (!json) return fail(tampered(run));
    try {
        auto manifest = manifest_of(*json);
        // All of it: what we do not read must not be there either.
        if (*json != sealed(manifest) || manifest.run != run) return fail(tampered(run));
        return manifest;
    } catch (const Json::exception&) {
        return fail(tampered(run));
    }
}

namespace {

tl::unexpected<Diagnostics> unfit(std::string message) {
    return fail(
        error("stale.approval", std::move(message), {}, "approve again: agentops approve RUN"));
}

Result<Approval> approval_of(const Json& json, const std::string& run) {
    try {
        return Approval{json.at("run"),         json.at("manifest"),
                        json.at("as"),          json.at("reason"),
                        json.at("at"),          json.at("max_destroy"),
                        json.at("max_replace"), json.at("allow_protected")};
    } catch (const Json::exception&) {
        return unfit(fmt::format("the approval of run {} is damaged", run));
    }
}

bool records(const JournalEntry& entry, const Approval& approval) {
    if (!entry.data.is_object()) return false;
    const auto digest = entry.data.find("approval");
    return digest != entry.data.end() && *digest == digest_of(approval);
}

/// The journal holds the digest of every approval that agentops wrote; a run's last one counts, so
/// that an earlier, wider one cannot be put back.
Status require_recorded(const Store& store, const Approval& approval) {
    auto journal = read_journal(store);
    const auto& entries = journal.entries;
    const auto last = std::find_if(entries.rbegin(), entries.rend(), [&](const auto& entry) {
        return entry.event == "plan.approved" && entry.run == approval.run;
    });
    if (last != entries.rend() && records(*last, approval)) return {};
    if (has_errors(journal.diagnostics)) return fail(std::move(journal.diagnostics));
    return fail(error("approval.unknown",
                      fmt::format("the journal does not know the approval of run {}", approval.run),
                      {}, "it was written by hand or changed; approve with agentops approve"));
}

}  // namespace

std::string digest_of(const Approval& approval) {
    return sha256(to_json(approval));
}

Json to_json(const Approval& approval) {
    return {{"run", approval.run},
            {"manifest", approval.manifest},
            {"as", approval.as},
            {"reason", approval.reason},
            {"at", approval.at},
            {"max_destroy", approval.max_destroy},
            {"max_replace", approval.max_replace},
            {"allow_protected", approval.allow_protected}};
}

Status write_approval(const Store& store, const Approval& approval) {
    return write_record(store.run(approval.run) / "approval.json", to_json(approval));
}

Result<std::optional<Approval>> read_approval(const Store& store, const Manifest& manifest) {
    const auto path = store.run(manifest.run) / "approval.json";
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return std::nullopt;
    TRY(auto json, read_record(path, "the approval"));
    TRY(auto approval, approval_of(json, manifest.run));
    if (approval.manifest != digest_of(manifest))
        return unfit(fmt::format("the approval of run {} is for another plan", manifest.run));
    if (json != to_json(approval))
        return unfit(fmt::format("the approval of run {} was changed by hand", manifest.run));
    TRY_DO(require_recorded(store, approval));
    return approval;
}

Status write_outcome(const Store& store, const std::string& run, const Outcome& outcome) {
    return write_record(store.run(run) / "outcome.json",
                        {{"status", outcome.status}, {"units", outcome.units}});
}

Result<Outcome> read_outcome(const Store& store, const std::string& run) {
    const auto path = store.run(run) / "outcome.json";
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return Outcome{"planned", {}};
    TRY(auto json, read_record(path, "the outcome"));
    try {
        return Outcome{json.at("status"), json.at("units")};
    } catch (const Json::exception&) {
        return fail(error("run.damaged", fmt::format("the outcome of run {} is damaged", run)));
    }
}

}  // namespace agentops::record
