#include "terraform/backend.h"

#include <fmt/core.h>

#include <algorithm>

namespace agentops::tf {

namespace {

/// The setting that tells units apart, and how the unit's id is written in it.
struct Distinct {
    std::string_view backend, setting, suffix;
    char separator;  ///< stands for '/' and '@' where the backend allows neither; no name has '_'
};

constexpr Distinct kDistinct[] = {
    {"s3", "key", ".tfstate", '/'},
    {"azurerm", "key", ".tfstate", '/'},
    {"gcs", "prefix", "", '/'},
    {"consul", "path", "", '/'},
    {"pg", "schema_name", "", '_'},
    {"http", "address", "", '/'},
    {"http", "lock_address", "/lock", '/'},
    {"http", "unlock_address", "/lock", '/'},
};

std::string flatten(std::string_view unit, char separator) {
    std::string text(unit);
    if (separator == '/') return text;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '/' || c == '@'; }, separator);
    return text;
}

std::string prefixed(const Json& given, std::string_view setting, const std::string& name,
                     char separator) {
    const auto found = given.find(setting);
    if (found == given.end() || !found->is_string()) return name;
    auto prefix = found->get<std::string>();
    while (!prefix.empty() && prefix.back() == separator)
        prefix.pop_back();
    return prefix.empty() ? name : fmt::format("{}{}{}", prefix, separator, name);
}

/// HCP Terraform workspaces: letters, digits, '-' and '_'.
void set_workspace(Json& settings, std::string_view unit) {
    auto& workspaces = settings["workspaces"];
    if (!workspaces.is_object()) workspaces = Json::object();
    workspaces["name"] = prefixed(workspaces, "name", flatten(unit, '_'), '-');
}

}  // namespace

const std::vector<std::string>& known_backends() {
    static const std::vector<std::string> names = {"azurerm", "cloud", "consul", "gcs", "http",
                                                   "local",   "pg",    "remote", "s3"};
    return names;
}

Json backend_settings(std::string_view backend, Json given, std::string_view unit,
                      std::string_view local_path) {
    if (!given.is_object()) given = Json::object();
    if (backend == "local") return {{"path", local_path}};
    if (backend == "cloud" || backend == "remote") set_workspace(given, unit);
    for (const auto& row : kDistinct) {
        if (row.backend != backend) continue;
        const bool lock = row.suffix == "/lock";
        if (lock && !given.contains(std::string(row.setting))) continue;
        given[std::string(row.setting)] =
            prefixed(given, row.setting, flatten(unit, row.separator), row.separator) +
            std::string(row.suffix);
    }
    return given;
}

}  // namespace agentops::tf
