// Tools and what they read: binaries, CLI configuration, plugin cache, variables, credentials.

#include <fmt/core.h>
#include <unistd.h>

#include <regex>

#include "base/text.h"
#include "cmd/ansible_tooling.h"
#include "cmd/doctor_checks.h"
#include "cmd/tooling.h"
#include "run/environment.h"

extern char** environ;

namespace agentops::cmd::doctor {

namespace {

/// Tools are asked in the scratch folder, so there must be one.
Status require_scratch(const DoctorInput& in) {
    if (!in.scratch.empty()) return {};
    return fail(error("file.unwritable", "not asked: no temporary folder", {},
                      "see the temporary folder below"));
}

/// A workspace that is enough to look for a tool, with its cache in the scratch folder.
Workspace tool_workspace(const DoctorInput& in) {
    Workspace workspace;
    if (in.project) workspace.project = *in.project;
    workspace.store = record::Store(in.scratch);
    return workspace;
}

Result<tf::Tool> find(const DoctorInput& in, const Workspace& workspace) {
    TRY_DO(require_scratch(in));
    const auto runner = make_real_runner(in.session, workspace, in.scratch, nullptr);
    return find_tool(workspace, *runner);
}

std::string shown(const tf::Tool& tool) {
    return fmt::format("{} {} ({})", tool.name, tool.version, tool.program);
}

fs::path home_of(const DoctorInput& in) {
    return in.env("HOME").value_or("");
}

/// "~/x" as tools read it.
fs::path expand(const DoctorInput& in, const std::string& path) {
    return starts_with(path, "~/") ? home_of(in) / path.substr(2) : fs::path(path);
}

fs::path config_path(const DoctorInput& in) {
    if (const auto given = in.env("TF_CLI_CONFIG_FILE")) return *given;
    return home_of(in) / ".terraformrc";
}

/// The CLI configuration without its comment lines; empty when there is none.
std::string config_text(const DoctorInput& in) {
    const auto text = read_file(config_path(in), kMaxInputBytes);
    std::string kept;
    for (const auto& line : split(text.value_or(""), '\n')) {
        const auto start = trim(line);
        if (!starts_with(start, "#") && !starts_with(start, "//")) kept += line + "\n";
    }
    return kept;
}

std::optional<std::string> setting(const DoctorInput& in, const char* pattern) {
    const auto text = config_text(in);
    std::smatch match;
    if (!std::regex_search(text, match, std::regex(pattern))) return std::nullopt;
    return match[1].str();
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

}  // namespace

Diagnosis tool(const DoctorInput& in) {
    const auto found = find(in, tool_workspace(in));
    if (!found) return DoctorInput::failed(found.error());
    return {Health::ok, shown(*found)};
}

Diagnosis second_tool(const DoctorInput& in) {
    auto workspace = tool_workspace(in);
    const auto first = find(in, workspace);
    const std::string other = first && first->name == "terraform" ? "tofu" : "terraform";
    workspace.project.settings.terraform.binary = Located<std::string>{other, {}};
    const auto found = find(in, workspace);
    if (found) return {Health::ok, fmt::format("{}; terraform.binary chooses it", shown(*found))};
    if (!find_program(other)) return {Health::ok, fmt::format("{} is not installed", other)};
    return DoctorInput::failed(found.error(), Health::warn);
}

Diagnosis ansible(const DoctorInput& in) {
    if (auto asked = require_scratch(in); !asked) return DoctorInput::failed(asked.error());
    const auto workspace = tool_workspace(in);
    const auto runner = make_real_runner(in.session, workspace, in.scratch, nullptr);
    const auto found = find_ansible(workspace, *runner);
    if (!found && !find_program("ansible-playbook"))
        return {Health::ok, "not installed; only needed to configure machines"};
    if (!found) return DoctorInput::failed(found.error());
    if (!find_program("ssh"))
        return {Health::fail, "there is no ssh",
                "install openssh-client: Ansible connects with it"};
    return {Health::ok, fmt::format("ansible-core {} ({})", found->version, found->program)};
}

Diagnosis cli_config(const DoctorInput& in) {
    const auto path = config_path(in);
    if (!is_file(path)) {
        if (!in.env("TF_CLI_CONFIG_FILE")) return {Health::ok, "none"};
        return {Health::warn,
                fmt::format("TF_CLI_CONFIG_FILE names {}, which is no file", path.string()),
                "correct it or unset it; it is not passed on"};
    }
    if (config_text(in).find("dev_overrides") != std::string::npos)
        return {
            Health::warn,
            fmt::format("{} has dev_overrides: plans run with unreleased providers", path.string()),
            "take dev_overrides out before you apply"};
    return {Health::ok, path.string()};
}

Diagnosis plugin_cache(const DoctorInput& in) {
    auto dir = in.env("TF_PLUGIN_CACHE_DIR");
    if (!dir) dir = setting(in, R"re(plugin_cache_dir\s*=\s*"([^"]+)")re");
    if (!dir)
        return {Health::warn, "none: every unit downloads and keeps its own copy of each provider",
                "mkdir -p ~/.cache/terraform && export TF_PLUGIN_CACHE_DIR=~/.cache/terraform"};
    const auto path = expand(in, *dir);
    if (!is_folder(path))
        return {Health::fail, fmt::format("{} does not exist, so init fails", path.string()),
                fmt::format("mkdir -p {}", path.string())};
    if (access(path.c_str(), W_OK | X_OK) != 0)
        return {Health::fail, fmt::format("{} is not writable", path.string()),
                "make it yours, or name another one"};
    return {Health::ok, path.string()};
}

Diagnosis mirror(const DoctorInput& in) {
    if (const auto url = setting(in, R"re(network_mirror\s*\{[^}]*url\s*=\s*"([^"]+)")re"))
        return {Health::ok, *url};
    const auto dir = setting(in, R"re(filesystem_mirror\s*\{[^}]*path\s*=\s*"([^"]+)")re");
    if (!dir) return {Health::ok, "none: providers come from their registry"};
    const auto path = expand(in, *dir);
    if (!is_folder(path))
        return {Health::fail,
                fmt::format("{} does not exist, so no provider is found", path.string()),
                fmt::format("fill it, or correct {}", config_path(in).string())};
    return {Health::ok, path.string()};
}

Diagnosis curl(const DoctorInput& /*in*/) {
    if (const auto path = find_program("curl")) return {Health::ok, path->string()};
    return {Health::warn, "not installed: checks of https:// addresses cannot run", "install curl"};
}

Diagnosis ignored_variables(const DoctorInput& /*in*/) {
    std::vector<std::string> names;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto name = text.substr(0, text.find('='));
        // The others on that list are everyday ones: only tools' own would be missed.
        const bool missed = starts_with(name, "TF_") || starts_with(name, "LD_");
        if (missed && run::is_never_passed(name)) names.emplace_back(name);
    }
    if (names.empty()) return {Health::ok, "nothing set that would be ignored"};
    std::sort(names.begin(), names.end());
    return {Health::warn, fmt::format("set but never passed to tools: {}", join(names, ", ")),
            "say it in the intent or in agentops.yaml, and unset them"};
}

Diagnosis credentials(const DoctorInput& in) {
    const bool key = in.env("AWS_ACCESS_KEY_ID").has_value();
    const bool secret = in.env("AWS_SECRET_ACCESS_KEY").has_value();
    if (key != secret)
        return {Health::warn,
                fmt::format("only {} is set", key ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"),
                "set both, or neither"};
    if (key) return {Health::ok, "from AWS_ACCESS_KEY_ID"};
    const auto file =
        in.env("AWS_SHARED_CREDENTIALS_FILE").value_or((home_of(in) / ".aws/credentials").string());
    const auto config = in.env("AWS_CONFIG_FILE").value_or((home_of(in) / ".aws/config").string());
    const bool on_disk = is_file(file) || is_file(config);
    if (const auto profile = in.env("AWS_PROFILE")) {
        if (on_disk) return {Health::ok, fmt::format("profile {}", *profile)};
        return {Health::warn,
                fmt::format("profile {} is wanted, but {} is missing", *profile, file),
                "aws configure"};
    }
    for (const auto* name : {"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"}) {
        if (in.env(name)) return {Health::ok, fmt::format("from {}", name)};
    }
    if (on_disk) return {Health::ok, is_file(file) ? file : config};
    return {Health::warn, "none seen; an instance role or target.endpoint would do",
            "aws configure, or set AWS_PROFILE"};
}

Diagnosis endpoint(const DoctorInput& in) {
    const auto url = in.env("AWS_ENDPOINT_URL");
    if (!url) return {Health::ok, "the real cloud, unless target.endpoint says otherwise"};
    return {Health::warn, fmt::format("AWS_ENDPOINT_URL sends every call to {}", *url),
            "unset it; target.endpoint in the intent does the same in the open"};
}

}  // namespace agentops::cmd::doctor
