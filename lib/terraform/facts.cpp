#include "terraform/facts.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.h"
#include "base/json_access.h"
#include "base/text.h"
#include "run/runner.h"

namespace agentops::tf {

namespace {

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// JSON of a file that may be missing or anything.
Json read_any(const fs::path& path) {
    const auto text = read_file(path);
    if (!text) return nullptr;
    return parse_json(*text, path.string()).value_or(Json());
}

/// A quoted word of a lock file line, such as `provider "a/b/c" {`.
std::string quoted_word(std::string_view line) {
    const auto start = line.find('"');
    const auto end = line.rfind('"');
    return start < end ? std::string(line.substr(start + 1, end - start - 1)) : "";
}

/// True when the package is there; a link into a plugin cache may lead nowhere.
bool has_package(const fs::path& version_dir) {
    std::error_code reason;
    for (const auto& entry : fs::directory_iterator(version_dir, reason)) {
        if (is_there(entry.path())) return true;
    }
    return false;
}

bool has_providers(const Unit& unit) {
    const auto lock = read_file(lock_file(unit.dir));
    if (!lock) return true;
    fs::path provider;
    for (const auto& line : split(*lock, '\n')) {
        if (starts_with(line, "provider "))
            provider = unit.data_dir / "providers" / quoted_word(line);
        const bool version = starts_with(trim(line), "version ");
        if (version && !has_package(provider / quoted_word(line))) return false;
    }
    return true;
}

bool has_modules(const Unit& unit) {
    const auto json = read_any(unit.data_dir / "modules/modules.json");
    const auto& modules = member(json, "Modules");
    return std::all_of(modules.begin(), modules.end(), [&](const Json& module) {
        return is_there(unit.dir / text_of(module, "Dir"));
    });
}

bool is_foreign_name(const std::string& name) {
    const auto& patterns = foreign_patterns();
    // As a shell does: hidden files match only what is hidden by name. Terraform skips them too.
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return starts_with(name, ".") == starts_with(pattern, ".") && glob_match(pattern, name);
    });
}

void look_for_files(UnitFacts& facts, const Unit& unit) {
    auto found = find_leftovers(artifact_folder(unit), unit.files);
    facts.obsolete = std::move(found.obsolete);
    facts.foreign = std::move(found.foreign);
}

Status look_at_state(UnitFacts& facts, const Unit& unit, const std::optional<StateMark>& mark) {
    TRY(facts.state, read_state(unit.local_state, mark));
    TRY_DO(judge_state(facts.state, mark, unit.local_state));
    facts.state_known = true;
    facts.deployed = facts.state.resources > 0;
    facts.outputs = facts.state.exists ? facts.state.outputs : Json::object();
    return {};
}

}  // namespace

ArtifactFolder artifact_folder(const Unit& unit) {
    return {unit.dir, artifact_list(unit), false, is_foreign_name};
}

fs::path lock_file(const fs::path& dir) {
    return dir / ".terraform.lock.hcl";
}

fs::path artifact_list(const Unit& unit) {
    return unit.data_dir.string() + ".artifacts.json";
}

const std::vector<std::string>& foreign_patterns() {
    static const std::vector<std::string> kPatterns = {
        "*.tf",          "*.tf.json",   "*.tofu",       "*.tofu.json",  "*.tfvars",
        "*.tfvars.json", "terraform.d", ".terraformrc", "terraform.rc", ".tofurc"};
    return kPatterns;
}

run::Stamp init_stamp(const Unit& unit, const Tool& tool) {
    return {unit.data_dir / "agentops-init",
            fmt::format("init {} {} {}\n", tool.name, tool.version, unit.init_key),
            {lock_file(unit.dir)}};
}

run::Stamp validate_stamp(const Unit& unit, const StepContext& c) {
    const auto lock = lock_file(unit.dir);
    const auto content =
        fmt::format("validate {} {} {}\n", c.tool.name, c.tool.version, unit.digest);
    return {c.cache_dir / "validated" / sha256(content + lock.string()), content, {lock}};
}

bool init_is_whole(const Unit& unit) {
    // An existing root may have no backend block, and so no record of one.
    const bool has_record = unit.existing || is_there(unit.data_dir / "terraform.tfstate");
    return has_record && has_providers(unit) && has_modules(unit);
}

Result<UnitFacts> gather_facts(const Unit& unit, const StepContext& c,
                               const std::optional<StateMark>& mark) {
    UnitFacts facts;
    if (!unit.existing) look_for_files(facts, unit);
    if (!unit.local_state.empty()) TRY_DO(look_at_state(facts, unit, mark));
    const auto record = read_any(unit.data_dir / "terraform.tfstate");
    facts.last_backend = text_of(member(record, "backend"), "type");
    facts.initialised = run::stamp_holds(init_stamp(unit, c.tool)) && init_is_whole(unit);
    facts.validated = run::stamp_holds(validate_stamp(unit, c));
    return facts;
}

}  // namespace agentops::tf
