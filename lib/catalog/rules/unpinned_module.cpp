// Modules from elsewhere that can change without anybody here changing anything.

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/open/source.h"
#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

constexpr std::string_view kBranches[] = {"main", "master", "develop", "trunk", "HEAD"};

bool is_exact(std::string_view version) {
    if (version.starts_with("=")) version.remove_prefix(1);
    version = trim(version);
    return !version.empty() && version.find_first_of("<>~!,= ") == std::string_view::npos;
}

/// The value of a query key of a source: ?ref=v1.2.0.
std::string_view query_value(std::string_view source, std::string_view key) {
    for (auto at = source.find('?'); at != std::string_view::npos; at = source.find('&', at + 1)) {
        const auto rest = source.substr(at + 1);
        if (rest.starts_with(key) && rest.substr(key.size()).starts_with("="))
            return rest.substr(key.size() + 1, rest.find('&') - key.size() - 1);
    }
    return {};
}

std::optional<std::string> complaint(const tf::ModuleCall& module) {
    switch (source_form(module.source)) {
        case SourceForm::local:
        case SourceForm::unknown:
            return std::nullopt;
        case SourceForm::registry:
            if (is_exact(module.version)) return std::nullopt;
            return fmt::format("version {} can mean another module tomorrow", module.version);
        case SourceForm::remote:
            break;
    }
    const auto ref = query_value(module.source, "ref");
    if (std::find(std::begin(kBranches), std::end(kBranches), ref) != std::end(kBranches))
        return fmt::format("the branch {} can mean another module tomorrow", ref);
    if (ref.empty() && query_value(module.source, "checksum").empty())
        return "the source has no ?ref= and can mean another module tomorrow";
    return std::nullopt;
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    std::vector<Remark> remarks;
    for (const auto& module : root.modules) {
        if (auto message = complaint(module))
            remarks.push_back({"module." + module.name, &module.origin, *std::move(message), {}});
    }
    return remarks;
}

}  // namespace

const Rule& unpinned_module_rule() {
    static const Rule rule{"unpinned-module", Severity::medium,
                           "a module from elsewhere is not pinned to one version",
                           "name an exact version, or ?ref= with a tag or commit", judge};
    return rule;
}

}  // namespace agentops::catalog
