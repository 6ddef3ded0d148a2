#include "intent/settings.h"

#include <fmt/core.h>

#include "base/text.h"
#include "intent/credentials.h"
#include "intent/document.h"

namespace agentops::intent {

namespace {

class SettingsCheck {
public:
    SettingsCheck(const yaml::Node& root, const Settings& settings, Decoding& context)
        : root_(root), settings_(settings), context_(context) {}

    void run() {
        version();
        patterns();
        if (settings_.terraform.backend) backend(*settings_.terraform.backend);
        secrets();
    }

private:
    void version() {
        const auto* node = root_.find("apiVersion");
        if (node != nullptr && node->text != kApiVersion)
            context_.fail(*node, "api-version", fmt::format("unknown apiVersion '{}'", node->text),
                          fmt::format("this agentops reads {}", kApiVersion));
    }

    void patterns() {
        const auto* node = root_.find("intents");
        if (node == nullptr) return;
        for (const auto& pattern : node->items) {
            const bool leaves = starts_with(pattern.text, "/") ||
                                starts_with(pattern.text, "../") ||
                                pattern.text.find("/../") != std::string::npos;
            if (leaves)
                context_.fail(pattern, "pattern",
                              fmt::format("'{}' leaves the project", pattern.text),
                              "patterns are relative to the folder of agentops.yaml");
        }
    }

    void backend(const Located<yaml::Node>& backend) {
        const auto& node = backend.value;
        if (!expect_map(node, context_)) return;
        if (node.members.size() != 1) {
            context_.fail(node, "backend", "a backend is one name with its settings",
                          "e.g. `backend: {s3: {bucket: acme-state, region: eu-west-1}}`");
            return;
        }
        const auto& member = node.members.front();
        if (check_word(key_node(member), kBackends, context_)) expect_map(member.value, context_);
    }

    void secrets() {
        const auto* node = root_.find("secrets");
        if (node == nullptr) return;
        for (const auto& member : node->members)
            check_name(key_node(member), "secret name", context_, true);
        for (const auto& [name, source] : settings_.secrets) {
            const int sources =
                (source.env ? 1 : 0) + (source.file ? 1 : 0) + (source.command.empty() ? 0 : 1);
            if (sources == 1) continue;
            yaml::Node at;
            at.position = source.position;
            context_.fail(
                at, "secret-source",
                fmt::format("secret '{}' needs exactly one of env, file and command", name),
                "e.g. {env: DB_PASSWORD}, {file: ./key.pem} or {command: [pass, show, db]}");
        }
    }

    const yaml::Node& root_;
    const Settings& settings_;
    Decoding& context_;
};

}  // namespace

Result<Settings> read_settings(const Source& source) {
    TRY(const auto root, yaml::parse(source));
    Diagnostics found;
    Decoding context{found, "project"};
    Settings settings;
    if (decode(root, settings, context)) SettingsCheck(root, settings, context).run();
    check_credentials(root, context);
    if (found.empty()) return settings;
    sort_and_unique(found);
    return fail(std::move(found));
}

}  // namespace agentops::intent
