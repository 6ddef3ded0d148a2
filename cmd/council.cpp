#include "cmd/council.h"

#include <fmt/core.h>

#include <algorithm>

#include "agents/registry.h"
#include "base/digest.h"
#include "base/fs.h"
#include "base/term.h"
#include "base/text.h"
#include "cmd/tooling.h"

namespace agentops::cmd {

namespace {

constexpr std::size_t kMostOutput = std::size_t(4) << 20;
constexpr const char* kPassed[] = {"PATH", "HOME", "TMPDIR"};

/// Whatever decides what would run: the settings, and the files of the project among the words.
/// Absolute ones are the machine's, as programs on PATH are.
std::string digest_of(const intent::Project& project) {
    auto all = Json::array();
    for (const auto& [name, agent] : project.settings.agents) {
        Json entry = {{"name", name},
                      {"command", agent.command},
                      {"knobs", agent.knobs},
                      {"environment", agent.environment}};
        for (const auto& slot : agent.reads)
            entry["reads"].push_back(slot.value.value);
        for (const auto& slot : agent.writes)
            entry["writes"].push_back(slot.value.value);
        for (const auto& word : agent.command) {
            if (fs::path(word).is_absolute()) continue;
            const auto text = read_file(project.root / word);
            if (text) entry["files"][word] = sha256(*text);
        }
        all.push_back(std::move(entry));
    }
    return sha256(dump_json(all));
}

/// The file of trusted projects; nothing without a home.
std::optional<fs::path> trust_file() {
    if (const auto config = process_env("XDG_CONFIG_HOME"); config && starts_with(*config, "/"))
        return fs::path(*config) / "agentops" / "trusted.json";
    const auto home = process_env("HOME");
    if (!home || !starts_with(*home, "/")) return std::nullopt;
    return fs::path(*home) / ".config" / "agentops" / "trusted.json";
}

Json read_trusted() {
    const auto file = trust_file();
    const auto text = file ? read_file(*file).value_or("") : "";
    auto trusted = Json::parse(text, nullptr, false);
    return trusted.is_object() ? trusted : Json::object();
}

/// Git tells what it starts where its own programs are.
bool in_git_hook() {
    return process_env("GIT_EXEC_PATH") || process_env("GIT_INDEX_FILE");
}

bool is_ours(std::string_view name) {
    const auto& all = registry().agents;
    return std::any_of(all.begin(), all.end(),
                       [&](const auto* agent) { return agent->info().name == name; });
}

std::map<std::string, std::string> environment_of_agents() {
    std::map<std::string, std::string> environment{{"LC_ALL", "C.UTF-8"}};
    for (const auto* name : kPassed) {
        if (const auto value = process_env(name)) environment[name] = *value;
    }
    return environment;
}

}  // namespace

Stage stage_of(const intent::OutsideAgent& agent) {
    if (agent.does_read("resources")) return Stage::resources;
    return agent.does_read("components") ? Stage::components : Stage::prices;
}

bool are_trusted(const intent::Project& project) {
    const auto trusted = read_trusted();
    const auto found = trusted.find(project.root.string());
    return found != trusted.end() && *found == digest_of(project);
}

Status trust_agents(const intent::Project& project) {
    const auto file = trust_file();
    if (!file)
        return fail(error("agent.no-home", "there is no place to remember what is trusted", {},
                          "set HOME or XDG_CONFIG_HOME"));
    auto trusted = read_trusted();
    trusted[project.root.string()] = digest_of(project);
    return write_file(*file, dump_json(trusted, 2) + "\n", 0600);
}

Council::Council(Session& session, const intent::Project& project, bool ask)
    : session_(session), project_(project), store_(project.root) {
    if (!project.settings.agents.empty()) admit(ask);
}

void Council::admit(bool ask) {
    const auto& agents = project_.settings.agents;
    for (const auto& [name, agent] : agents) {
        if (is_ours(name))
            remarks_.push_back(error("agent.name",
                                     fmt::format("'{}' is an agent of agentops itself", name),
                                     agent.position, "give yours another name"));
    }
    if (!remarks_.empty()) return;
    const auto& first = agents.front().second;
    if (!ask || in_git_hook() || project_.tree != disk_tree()) {
        remarks_.push_back(note("agent.hook",
                                "the project's agents are not asked: a check of what git has runs "
                                "no program of it",
                                first.position));
        return;
    }
    admitted_ = are_trusted(project_);
    if (admitted_) return;
    auto diagnostic = warning("agent.untrusted",
                              fmt::format("{} of the project not asked: nobody trusts it as it is",
                                          count_of(agents.size(), "agent")),
                              first.position, "read what it runs, then: agentops agents --trust");
    if (std::any_of(agents.begin(), agents.end(),
                    [](const auto& each) { return each.second.is_required; }))
        diagnostic.level = Level::error;
    remarks_.push_back(std::move(diagnostic));
}

bool Council::sits(Stage stage) const {
    return any([&](const auto& agent) { return stage_of(agent) == stage; });
}

bool Council::reads(std::string_view slot) const {
    return any([&](const auto& agent) { return agent.does_read(slot); });
}

bool Council::any(const std::function<bool(const intent::OutsideAgent&)>& wanted) const {
    const auto& agents = project_.settings.agents;
    return admitted_ && std::any_of(agents.begin(), agents.end(),
                                    [&](const auto& each) { return wanted(each.second); });
}

Counsel Council::ask(Stage stage, const std::string& stack, const Json& slots,
                     Diagnostics& diagnostics) {
    Counsel counsel;
    for (const auto& [name, agent] : project_.settings.agents) {
        if (!admitted_ || stage_of(agent) != stage) continue;
        auto own = Json::object();
        for (const auto& slot : agent.reads)
            own[slot.value.value] = slots.at(slot.value.value);
        auto reply = answer(name, agent, stack, own);
        if (reply)
            counsel.emplace_back(name, *std::move(reply));
        else
            append(diagnostics, reply.error());
    }
    return counsel;
}

Result<Reply> Council::answer(const std::string& name, const intent::OutsideAgent& agent,
                              const std::string& stack, const Json& slots) {
    const auto request = request_for(name, stack, slots);
    const auto question = dump_json(request);
    const std::pair key{name, sha256(question)};
    {
        const std::scoped_lock lock(mutex_);
        if (const auto known = answers_.find(key); known != answers_.end()) return known->second;
    }
    const auto text = run(name, agent, stack, question);
    auto reply = text ? read_reply(name, agent, *text, request) : fail(text.error());
    const std::scoped_lock lock(mutex_);
    return answers_.emplace(key, std::move(reply)).first->second;
}

Result<std::string> Council::run(const std::string& name, const intent::OutsideAgent& agent,
                                 const std::string& stack, const std::string& input) {
    {
        const std::scoped_lock lock(mutex_);
        if (!runner_) {
            TRY(runner_, make_side_runner(session_, store_, "agents", environment_of_agents()));
        }
    }
    run::ToolCall call;
    call.argv = agent.command;
    call.cwd = project_.root;
    if (call.argv.front().find('/') != std::string::npos)
        call.argv.front() = (project_.root / call.argv.front()).string();
    for (const auto& variable : agent.environment) {
        if (const auto value = process_env(variable)) call.env.push_back({variable, *value});
    }
    call.deadline = agent.deadline.value.value;
    call.grace = std::chrono::seconds(1);
    call.capture = run::ToolCall::Capture::text;
    call.input = input;
    call.most_output = kMostOutput;
    const auto done = runner_->run(stack.empty() ? "project" : stack,
                                   {name, call.argv.front(), std::move(call), false, ""});
    if (done.ok) return done.output;
    const auto why =
        done.diagnostics.empty() ? std::string("it failed") : done.diagnostics.front().message;
    auto diagnostic =
        warning(done.timed_out ? "agent.late" : "agent.failed",
                done.timed_out
                    ? fmt::format("agent '{}' did not answer within {}: its voice is missing", name,
                                  to_text(agent.deadline.value))
                    : fmt::format("agent '{}' has no answer, its voice is missing: {}", name, why),
                agent.position,
                fmt::format("what it wrote is in {}",
                            done.stderr_log.lexically_relative(project_.root).string()));
    if (agent.is_required) diagnostic.level = Level::error;
    return fail(std::move(diagnostic));
}

}  // namespace agentops::cmd
