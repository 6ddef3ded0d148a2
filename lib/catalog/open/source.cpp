#include "catalog/open/source.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::catalog {

namespace {

bool is_segment(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

/// "namespace/name/provider" or "host.tld/namespace/name/provider", and maybe "//folder" behind it.
bool is_registry(std::string_view source) {
    auto parts = split(source.substr(0, source.find("//")), '/');
    if (parts.size() == 4 && parts.front().find('.') != std::string::npos &&
        parts.front() != "github.com" && parts.front() != "bitbucket.org")
        parts.erase(parts.begin());
    return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), is_segment);
}

bool is_remote(std::string_view source) {
    return source.find("::") != std::string_view::npos ||
           source.find("://") != std::string_view::npos || source.starts_with("git@") ||
           source.starts_with("github.com/") || source.starts_with("bitbucket.org/");
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

Diagnostic at_source(std::string code, std::string message, const Located<intent::Literal>& source,
                     std::string help) {
    auto diagnostic = error(std::move(code), std::move(message), source.position, std::move(help));
    diagnostic.width = static_cast<int>(source.value.value.size());
    return diagnostic;
}

}  // namespace

SourceForm source_form(std::string_view source) {
    if (source.starts_with("./") || source.starts_with("../")) return SourceForm::local;
    if (is_remote(source)) return SourceForm::remote;
    return is_registry(source) ? SourceForm::registry : SourceForm::unknown;
}

fs::path source_dir(const Design& design, const std::string& source) {
    const auto file = design.project().root / fs::path(design.stack().source->path);
    const auto dir = (file.parent_path() / source).lexically_normal();
    return dir.has_filename() ? dir : dir.parent_path();
}

Diagnostics check_inside(const Design& design, const Located<intent::Literal>& source) {
    const auto& text = source.value.value;
    if (!starts_with(relative_to(source_dir(design, text), design.project().root), "..")) return {};
    return {at_source("catalog.path-outside", fmt::format("{} lies outside of the project", text),
                      source, "move it into the project, or the project's agentops.yaml up")};
}

Diagnostics check_source(const Design& design, const Located<intent::Literal>& source) {
    const auto& text = source.value.value;
    Diagnostics out;
    if (source_form(text) == SourceForm::local) out = check_inside(design, source);
    const auto& allow = design.project().settings.terraform.modules.allow;
    if (std::none_of(allow.begin(), allow.end(),
                     [&](const auto& pattern) { return glob_match(pattern, text); }))
        out.push_back(at_source(
            "catalog.module-not-allowed", fmt::format("{} is not allowed", text), source,
            fmt::format("add it to terraform.modules.allow in agentops.yaml, which has {}",
                        allow.empty() ? "none" : join(allow, ", "))));
    return out;
}

Diagnostics check_listed_outputs(const Part& part, const Design& design,
                                 const std::vector<std::string>& outputs) {
    Diagnostics out;
    if (outputs.empty()) return out;
    const auto refuse = [&](const std::string& name, Position position, int width) {
        auto& diagnostic = out.emplace_back(error(
            "catalog.unknown-output",
            fmt::format("{} does not list an output '{}'", part.name(), name), position,
            fmt::format("its outputs are {}; add it there if it exists", join(outputs, ", "))));
        diagnostic.width = width;
    };
    const auto& entry = design.index().entry(design.stack());
    const auto look = [&](const Use& use) {
        const auto& reference = use.reference;
        if (reference.kind == intent::RefKind::component && reference.component == part.name() &&
            !contains(outputs, reference.name))
            refuse(reference.name, reference.position, reference.width);
    };
    for (const auto& uses : entry.components)
        std::for_each(uses.begin(), uses.end(), look);
    std::for_each(entry.checks.begin(), entry.checks.end(), look);
    if (const auto read = entry.read.find(part.name()); read != entry.read.end()) {
        for (const auto& name : read->second) {
            if (!contains(outputs, name)) refuse(name, part.component->position, 1);
        }
    }
    return out;
}

}  // namespace agentops::catalog
