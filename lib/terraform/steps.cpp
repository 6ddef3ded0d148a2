#include "terraform/steps.h"

#include <fmt/core.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/json_access.h"
#include "base/text.h"
#include "terraform/facts.h"

namespace agentops::tf {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Resident memory of Terraform and the aws provider together, as measured.
constexpr int kProviderMemory = 900;
constexpr int kInitMemory = 300;

fs::path data_dir(const Unit& unit, bool preview, const StepContext& c) {
    return preview ? work_dir(unit, preview, c) / ".terraform" : unit.data_dir;
}

/// Generated units name the default workspace, so that a planted .terraform/environment is inert;
/// HCP Terraform takes its workspace from the configuration. The data folder of an existing root is
/// ours, and which workspaces its backend has only it knows.
std::string workspace_of(const Unit& unit) {
    if (unit.existing) return unit.workspace;
    return unit.backend == "cloud" ? "" : "default";
}

std::vector<run::EnvVar> environment(const Unit& unit, bool preview, const StepContext& c) {
    std::vector<run::EnvVar> env = c.target_env;
    env.push_back({"TF_DATA_DIR", data_dir(unit, preview, c).string()});
    if (!c.plugin_cache.empty()) env.push_back({"TF_PLUGIN_CACHE_DIR", c.plugin_cache});
    if (const auto name = workspace_of(unit); !name.empty()) env.push_back({"TF_WORKSPACE", name});
    return env;
}

void add_secrets(std::vector<run::EnvVar>& env, const Unit& unit) {
    for (const auto& secret : unit.secrets)
        env.push_back({"TF_VAR_" + secret.variable, run::SecretName{secret.secret}});
}

run::ToolCall call(const Unit& unit, bool preview, const StepContext& c,
                   std::vector<std::string> arguments) {
    run::ToolCall result;
    result.argv = std::move(arguments);
    result.argv.insert(result.argv.begin(), c.tool.program);
    result.cwd = work_dir(unit, preview, c);
    result.env = environment(unit, preview, c);
    return result;
}

run::Step step_of(const char* name, run::ToolCall action, const StepContext& c) {
    run::Step step;
    step.name = name;
    step.tool = c.tool.name;
    step.action = std::move(action);
    return step;
}

constexpr std::chrono::seconds kPatience{10};  ///< with a state that somebody else has locked

std::string lock_timeout(const StepContext& c, std::chrono::milliseconds otherwise = kPatience) {
    const auto time = c.lock_timeout.value_or(otherwise);
    return fmt::format("-lock-timeout={}s", std::chrono::ceil<std::chrono::seconds>(time).count());
}

bool has_values(const Unit& unit) {
    return !unit.inputs.empty() || !unit.variables.empty();
}

/// Where the state is local a drift check looks at the lock itself (state.h); elsewhere only the
/// tool can.
std::string lock_option(const Unit& unit, const PlanWish& wish, const StepContext& c) {
    if (wish.preview) return "-lock=false";
    if (!wish.observe) return lock_timeout(c);
    return unit.local_state.empty() ? lock_timeout(c, std::chrono::seconds(0)) : "-lock=false";
}

run::ToolCall plan_call(const Unit& unit, bool preview, const std::string& lock,
                        const StepContext& c, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"plan", "-input=false", "-no-color", "-json", lock};
    if (has_values(unit)) arguments.push_back("-var-file=" + values_file(c).string());
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto result = call(unit, preview, c, std::move(arguments));
    add_secrets(result.env, unit);
    result.deadline = hours(2);
    result.json_lines = true;
    result.memory_mb = kProviderMemory;
    return result;
}

void add_targets(std::vector<std::string>& arguments, const std::vector<std::string>& targets) {
    for (const auto& target : targets)
        arguments.push_back("-target=" + target);
}

/// A module source such as "../net" is relative to the unit's folder; the preview lies elsewhere.
void move_modules(Json& root, const fs::path& from, const fs::path& to) {
    const auto modules = root.find("module");
    if (modules == root.end()) return;
    for (auto& module : *modules) {
        const auto source = text_of(module, "source");
        if (!starts_with(source, "./") && !starts_with(source, "../")) continue;
        auto moved = relative_to(from / source, to);
        module["source"] = starts_with(moved, "../") ? moved : "./" + moved;
    }
}

std::string preview_text(const Artifact& file, const fs::path& from, const fs::path& to) {
    auto json = parse_json(file.text, file.name);
    if (!json) throw InternalError("an artifact is no JSON: " + file.name);
    move_modules(*json, from, to);
    return dump_json(*json, 2) + "\n";
}

std::vector<run::File> artifact_files(const Unit& unit, bool preview, const fs::path& dir) {
    std::vector<run::File> files;
    // Only a folder that the user chose, to commit it, is for others to read.
    const bool is_private = preview || unit.dir == unit.data_dir.parent_path();
    for (const auto& file : preview ? unit.preview_files : unit.files) {
        auto text = preview ? preview_text(file, unit.dir, dir) : file.text;
        files.push_back({dir / file.name, std::move(text), is_private ? 0600u : 0644u});
    }
    return files;
}

}  // namespace

fs::path work_dir(const Unit& unit, bool preview, const StepContext& c) {
    return preview && !unit.existing ? c.run_dir / "preview" : unit.dir;
}

fs::path plan_file(const StepContext& c) {
    return c.run_dir / "plan.tfplan";
}

fs::path values_file(const StepContext& c) {
    return c.run_dir / "values.tfvars.json";
}

fs::path proof_file(const StepContext& c) {
    return c.run_dir / "proof.tfplan";
}

run::Step write_step(const Unit& unit, const UnitFacts& facts, bool preview, const Json& values,
                     const StepContext& c) {
    run::WriteFiles action;
    action.dir = work_dir(unit, preview, c);
    if (!unit.existing) {
        action.files = artifact_files(unit, preview, action.dir);
        if (!preview) action.obsolete = facts.obsolete;
        action.foreign = foreign_patterns();
    }
    if (!unit.existing && !preview)
        action.files.push_back({artifact_list(unit), artifact_list_text(unit.files), 0600});
    if (has_values(unit)) {
        const Json given = values.is_null() ? Json::object() : values;
        action.files.push_back({values_file(c), dump_json(given, 2) + "\n", 0600});
    }
    run::Step step;
    step.name = "write";
    step.tool = "agentops";
    step.action = std::move(action);
    return step;
}

run::Step lock_step(const Unit& unit, bool preview, const StepContext& c) {
    const auto from = unit.lock_source.empty() ? lock_file(unit.dir) : unit.lock_source;
    run::Step step;
    step.name = "lock";
    step.tool = "agentops";
    step.action = run::CopyFile{from, lock_file(work_dir(unit, preview, c))};
    return step;
}

run::Step init_step(const Unit& unit, const UnitFacts& facts, bool preview, const StepContext& c) {
    std::vector<std::string> arguments = {"init", "-input=false", "-no-color"};
    if (unit.existing && !unit.lock_source.empty()) arguments.push_back("-lockfile=readonly");
    const bool stays_local = unit.backend == "local" && facts.last_backend == "local";
    if (!unit.existing && !preview && stays_local) arguments.push_back("-reconfigure");
    auto action = call(unit, preview, c, std::move(arguments));
    action.deadline = minutes(30);
    action.memory_mb = kInitMemory;
    if (!c.plugin_cache.empty()) action.exclusive = "plugin-cache";
    if (!preview) action.stamp = init_stamp(unit, c.tool);
    auto step = step_of("init", std::move(action), c);
    if (facts.initialised && !preview)
        step.skip = "nothing it depends on changed since the last init";
    return step;
}

run::Step validate_step(const Unit& unit, const UnitFacts& facts, bool preview,
                        const StepContext& c) {
    auto action = call(unit, preview, c, {"validate", "-json", "-no-color"});
    action.deadline = minutes(10);
    action.capture = run::ToolCall::Capture::json;
    action.memory_mb = kProviderMemory;
    if (!preview) action.stamp = validate_stamp(unit, c);
    auto step = step_of("validate", std::move(action), c);
    step.judged = true;
    if (facts.validated) step.skip = "the same files were found valid before";
    if (preview) step.skip = "the plan of a preview checks the same";
    return step;
}

run::Step plan_step(const Unit& unit, const PlanWish& wish, const StepContext& c) {
    std::vector<std::string> more = {"-out=" + plan_file(c).string()};
    if (wish.destroy) more.push_back("-destroy");
    if (wish.refresh_only) more.push_back("-refresh-only");
    add_targets(more, wish.targets);
    const auto lock = lock_option(unit, wish, c);
    auto step = step_of("plan", plan_call(unit, wish.preview, lock, c, std::move(more)), c);
    step.judged = true;
    return step;
}

run::Step show_plan_step(const Unit& unit, bool preview, const StepContext& c) {
    auto action = call(unit, preview, c, {"show", "-json", "-no-color", plan_file(c).string()});
    action.deadline = minutes(10);
    action.capture = run::ToolCall::Capture::json;
    action.secret_output = true;
    action.memory_mb = kProviderMemory;
    return step_of("show", std::move(action), c);
}

run::Step look_step(const Unit& unit, bool preview, const StepContext& c) {
    auto step = show_plan_step(unit, preview, c);
    step.name = "look";
    step.judged = true;
    return step;
}

run::Step schema_step(const Unit& unit, bool preview, const StepContext& c) {
    auto action = call(unit, preview, c, {"providers", "schema", "-json", "-no-color"});
    action.deadline = minutes(10);
    action.capture = run::ToolCall::Capture::json;
    action.memory_mb = kProviderMemory;
    auto step = step_of("schema", std::move(action), c);
    step.judged = true;
    return step;
}

run::Step apply_step(const Unit& unit, const fs::path& plan_file, const StepContext& c) {
    auto action = call(unit, false, c,
                       {"apply", "-input=false", "-no-color", "-json", lock_timeout(c),
                        fs::absolute(plan_file).string()});
    add_secrets(action.env, unit);
    action.json_lines = true;
    action.memory_mb = kProviderMemory;
    auto step = step_of("apply", std::move(action), c);
    step.judged = true;
    return step;
}

run::Step prove_step(const Unit& unit, const std::vector<std::string>& targets,
                     const StepContext& c) {
    std::vector<std::string> more = {"-out=" + proof_file(c).string()};
    add_targets(more, targets);
    auto step = step_of("prove", plan_call(unit, false, "-lock=false", c, std::move(more)), c);
    step.judged = true;
    return step;
}

run::Step refresh_step(const Unit& unit, const StepContext& c) {
    auto step = apply_step(unit, proof_file(c), c);
    step.name = "refresh";
    return step;
}

run::Step outputs_step(const Unit& unit, const StepContext& c) {
    auto action = call(unit, false, c, {"output", "-json", "-no-color"});
    action.deadline = minutes(10);
    action.capture = run::ToolCall::Capture::json;
    action.secret_output = true;
    action.memory_mb = kInitMemory;
    return step_of("outputs", std::move(action), c);
}

run::Step backup_state_step(const Unit& unit, const char* name, const StepContext& c) {
    run::Step step;
    step.name = name;
    step.tool = "agentops";
    step.action = run::CopyFile{unit.local_state, c.run_dir / (std::string(name) + ".tfstate")};
    return step;
}

Result<Tool> read_version(const std::string& program, const Json& json) {
    const auto version = text_of(json, "terraform_version");
    if (version.empty()) {
        return fail(error("terraform.version", fmt::format("'{}' did not say its version", program),
                          {},
                          "terraform.binary in agentops.yaml must name Terraform or OpenTofu."));
    }
    const bool tofu = fs::path(program).filename().string().find("tofu") != std::string::npos;
    return Tool{program, tofu ? "tofu" : "terraform", version};
}

Status require_version(const Tool& tool) {
    const auto parts = split(tool.version, '.');
    const auto number = [&](std::size_t i) {
        int value = 0;
        if (i < parts.size())
            std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), value);
        return value;
    };
    constexpr std::pair kOldest{1, 11};
    if (std::pair(number(0), number(1)) >= kOldest) return {};
    return fail(
        error("terraform.too-old",
              fmt::format("{} {} at '{}' is too old", tool.name, tool.version, tool.program), {},
              "Install 1.11 or newer, or name another with terraform.binary."));
}

}  // namespace agentops::tf
