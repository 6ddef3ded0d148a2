#include "run/environment.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/text.h"
#include "run/runner.h"

namespace agentops::run {

namespace {

constexpr std::string_view kAllowed[] = {
    "PATH",       "HOME",       "TMPDIR",    "AWS_*",
    "GOOGLE_*",   "ARM_*",      "PG*",       "CONSUL_HTTP_*",
    "SSL_CERT_*", "*_PROXY",    "*_proxy",   "SSH_AUTH_SOCK",
    "XDG_*",      "TF_TOKEN_*", "TF_HTTP_*", "TF_PLUGIN_CACHE_DIR",
};

constexpr std::string_view kNever[] = {
    "TF_CLI_ARGS*", "TF_WORKSPACE", "TF_DATA_DIR", "TF_REATTACH_PROVIDERS",
    "TF_LOG*",      "TF_VAR_*",     "ANSIBLE_*",   "PYTHON*",
    "LD_*",         "GIT_*",
};

/// Set for every tool. GOGC: Terraform and its providers are short-lived and allocate much.
constexpr std::array<std::pair<const char*, const char*>, 5> kFixed{{
    {"LC_ALL", "C.UTF-8"},
    {"TF_IN_AUTOMATION", "1"},
    {"TF_INPUT", "0"},
    {"CHECKPOINT_DISABLE", "1"},
    {"GOGC", "400"},
}};

template <std::size_t N>
bool matches_any(const std::string_view (&patterns)[N], std::string_view name) {
    return std::any_of(std::begin(patterns), std::end(patterns),
                       [&](auto pattern) { return glob_match(pattern, name); });
}

}  // namespace

bool is_never_passed(std::string_view variable) {
    return matches_any(kNever, variable);
}

std::map<std::string, std::string> allowed_environment(char** environ) {
    std::map<std::string, std::string> result;
    for (; *environ != nullptr; ++environ) {
        const std::string_view entry(*environ);
        const auto equals = entry.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = entry.substr(0, equals);
        const auto value = entry.substr(equals + 1);
        std::error_code ignored;
        if (name == "TF_CLI_CONFIG_FILE" && std::filesystem::is_regular_file(value, ignored)) {
            // Tools run in other folders than ours.
            result.emplace(name, std::filesystem::absolute(value).string());
        }
        if (matches_any(kAllowed, name) && !is_never_passed(name)) result.emplace(name, value);
    }
    for (const auto& [name, value] : kFixed)
        result.insert_or_assign(name, value);
    return result;
}

}  // namespace agentops::run
