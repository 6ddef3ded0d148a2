#include "catalog/playbook_parts.h"

#include <fmt/core.h>

#include <algorithm>

#include "ansible/artifacts.h"

namespace agentops::catalog {

namespace {

using ansible::Task;

constexpr int kTryEvery = 5;  ///< seconds between the tries of a check
constexpr int kHttpDone = 200;

int seconds_of(const intent::Check& check) {
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::seconds>(check.within.value.value).count());
}

/// "host:port" as two values; the port is the last piece of data.
std::pair<intent::Template, std::string> split_address(const intent::Template& address) {
    auto host = address;
    auto* last = host.parts.empty() ? nullptr : std::get_if<std::string>(&host.parts.back());
    const auto colon = last == nullptr ? std::string::npos : last->rfind(':');
    if (colon == std::string::npos) throw InternalError("a tcp check without a port");
    auto port = last->substr(colon + 1);
    last->resize(colon);
    if (last->empty()) host.parts.pop_back();
    return {std::move(host), std::move(port)};
}

Task http_task(const intent::Check& check, PlayValues& values) {
    const auto wait = std::max(seconds_of(check), 1);
    const auto delay = std::min(wait, kTryEvery);
    Task task;
    task.module = "ansible.builtin.uri";
    task.args = {{"url", values.value(*check.http)},
                 {"status_code", check.status ? check.status->value : kHttpDone},
                 {"follow_redirects", "none"},
                 {"timeout", delay}};
    task.keywords = {{"register", "agentops_rollout"},
                     {"until", "agentops_rollout is succeeded"},
                     {"retries", std::max(wait / delay, 1)},
                     {"delay", delay}};
    return task;
}

Task tcp_task(const intent::Check& check, PlayValues& values) {
    const auto [host, port] = split_address(*check.tcp);
    Task task;
    task.module = "ansible.builtin.wait_for";
    task.args = {{"host", values.value(host)},
                 {"port", std::stoi(port)},
                 {"timeout", std::max(seconds_of(check), 1)}};
    return task;
}

void add_check(const std::string& name, const intent::Check& check, PlayValues& values,
               ansible::Play& play) {
    auto task = check.http ? http_task(check, values) : tcp_task(check, values);
    task.name = fmt::format("Wait for check {}", name);
    // From here, once for each batch: what the users see counts, not what a machine says of itself.
    for (auto& keyword : ansible::Map{{"delegate_to", "localhost"},
                                      {"become", false},
                                      {"run_once", true},
                                      {"when", "not ansible_check_mode"}})
        task.keywords.push_back(std::move(keyword));
    task.position = check.position;
    task.secret = values.took_secret();
    play.post_tasks.push_back(std::move(task));
}

const intent::Check& find_check(const intent::Stack& stack, std::string_view name) {
    for (const auto& [known, check] : stack.checks) {
        if (known == name) return check;
    }
    throw InternalError("a check that is not there");
}

void add_commands(const Part& part, PlayValues& values) {
    auto& unit = values.run().unit;
    for (const auto& [name, check] : values.design().stack().checks) {
        if (!check.on || check.on->value.value != part.name()) continue;
        unit.checks.push_back(
            {name, values.values(check.command), seconds_of(check), check.position});
    }
}

}  // namespace

void add_rollout(const Rollout& rollout, PlayValues& values, ansible::Play& play) {
    const auto percent = [](const intent::Percent& share) { return static_cast<int>(share.value); };
    ansible::List batches{rollout.first ? rollout.first->value : 1};
    batches.emplace_back(fmt::format("{}%", rollout.then ? percent(rollout.then->value) : 100));
    play.keywords.emplace_back("serial", std::move(batches));
    play.keywords.emplace_back("max_fail_percentage",
                               rollout.max_fail ? percent(rollout.max_fail->value) : 0);
    if (!rollout.check) return;
    const auto& name = rollout.check->value.value;
    add_check(name, find_check(values.design().stack(), name), values, play);
}

void add_playbook(const Part& part, const Configure* configure, Builder& builder) {
    AnsibleRun run;
    auto& unit = run.unit;
    unit.group = ansible::group_name(part.name());
    PlayValues values(builder, run);
    part.kind->add_machines(part, values);
    bool secret_vars = values.took_secret();
    static const Configure nothing;
    const auto& wanted = configure == nullptr ? nothing : *configure;
    unit.become = wanted.become;
    for (auto& variable : values.values(wanted.vars.entries))
        run.group_vars.push_back(std::move(variable));
    secret_vars = values.took_secret() || secret_vars;
    run.play = configure_play(part, wanted, secret_vars, values);
    add_commands(part, values);
    builder.playbook(std::move(run));
}

}  // namespace agentops::catalog
