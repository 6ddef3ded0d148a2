#include "intent/settings.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "intent/credentials.h"
#include "intent/document.h"

namespace agentops::intent {

namespace {

constexpr std::int64_t kMostForks = 1000;

class SettingsCheck {
public:
    SettingsCheck(const yaml::Node& root, const Settings& settings, Decoding& context)
        : root_(root), settings_(settings), context_(context) {}

    void run() {
        version();
        patterns();
        if (settings_.terraform.backend) backend(*settings_.terraform.backend);
        ansible(settings_.ansible);
        secrets();
        agents();
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

    void fail(Position position, int width, std::string_view slug, std::string message,
              std::string help) {
        yaml::Node at;
        at.position = position;
        at.width = width;
        context_.fail(at, slug, std::move(message), std::move(help));
    }

    void ansible(const AnsibleSettings& ansible) {
        if (ansible.forks.value < 1 || ansible.forks.value > kMostForks)
            fail(ansible.forks.position, 1, "range",
                 fmt::format("{} is no number of machines at a time", ansible.forks.value),
                 fmt::format("write a number from 1 to {}", kMostForks));
        for (const auto* time : {&ansible.connect_timeout, &ansible.wait, &ansible.timeout}) {
            if (time->value.value < std::chrono::seconds(1))
                fail(time->position, 1, "range", "this needs time: a second at least",
                     "e.g. `connect_timeout: 10 s`");
        }
        const auto* node = root_.find("ansible");
        const auto* names = node == nullptr ? nullptr : node->find("environment");
        for (std::size_t i = 0; names != nullptr && i < names->items.size(); ++i)
            variable(names->items[i]);
    }

    /// What decides which code runs, or what is shown of secrets, is never the environment's.
    void variable(const yaml::Node& name) {
        const auto& text = name.text;
        const bool good =
            starts_with(text, "ANSIBLE_") &&
            text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
        if (!good)
            context_.fail(name, "environment",
                          fmt::format("'{}' is no variable of Ansible's", text),
                          "names begin with ANSIBLE_, e.g. ANSIBLE_PIPELINING");
        else if (text == "ANSIBLE_CONFIG" || text == "ANSIBLE_DEBUG")
            context_.fail(name, "environment", fmt::format("{} cannot be passed on", text),
                          "each run has a configuration of its own, and shows no secrets");
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
            fail(source.position, 1, "secret-source",
                 fmt::format("secret '{}' needs exactly one of env, file and command", name),
                 "e.g. {env: DB_PASSWORD}, {file: ./key.pem} or {command: [pass, show, db]}");
        }
    }

    void agents() {
        const auto* node = root_.find("agents");
        if (node == nullptr) return;
        for (const auto& member : node->members)
            check_name(key_node(member), "agent name", context_);
        for (const auto& [name, agent] : settings_.agents)
            check_agent(name, agent);
    }

    /// Who sees something may speak only of what is decided later.
    void check_agent(const std::string& name, const OutsideAgent& agent) {
        const auto place = agent.position;
        if (agent.command.empty())
            fail(place, 1, "agent", fmt::format("agent '{}' has no program", name),
                 "e.g. command: [python3, agents/prices.py]");
        if (agent.reads.empty() || agent.writes.empty())
            fail(place, 1, "agent", fmt::format("agent '{}' reads or writes nothing", name),
                 "e.g. reads: [components], writes: [constraints]");
        const bool late = agent.does_read("components") || agent.does_read("resources");
        const bool decides = agent.does_write("constraints") || agent.does_write("preferences");
        if (agent.does_write("prices") && late)
            fail(place, 1, "agent", fmt::format("agent '{}' comes too late for prices", name),
                 "prices are known before components are priced: let it read prices only");
        if (decides && (!agent.does_read("components") || agent.does_read("resources")))
            fail(place, 1, "agent", fmt::format("agent '{}' cannot speak of knobs", name),
                 "what chooses knobs reads components, and no resources: they follow from it");
        if (agent.does_write("findings") && !late)
            fail(place, 1, "agent", fmt::format("agent '{}' sees nothing to remark on", name),
                 "findings are about components or resources");
        if (agent.deadline.value.value.count() <= 0)
            fail(agent.deadline.position, 1, "range", "this needs time", "e.g. `deadline: 10 s`");
    }

    const yaml::Node& root_;
    const Settings& settings_;
    Decoding& context_;
};

bool names(const auto& slots, std::string_view slot) {
    return std::any_of(slots.begin(), slots.end(),
                       [&](const auto& each) { return each.value.value == slot; });
}

}  // namespace

bool OutsideAgent::does_read(std::string_view slot) const {
    return names(reads, slot);
}

bool OutsideAgent::does_write(std::string_view slot) const {
    return names(writes, slot);
}

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
