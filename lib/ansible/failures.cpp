#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "ansible/events.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

constexpr std::size_t kNamedHosts = 3;
constexpr std::size_t kMaxWords = 400;

struct Cause {
    std::string_view code;
    std::string_view what;
    std::string_view help;
    std::vector<std::string_view> signs;  ///< any of them in the tool's words
};

constexpr std::string_view kSeeMachine =
    "See that the machine runs and that its address and port are right.";

const Cause kDiskFull{"ansible.disk-full",
                      "no space left on the disk",
                      "Make room on the machine, then run again.",
                      {"No space left on device", "[Errno 28]", "Disk quota exceeded",
                       "have enough free space", "No usable temporary directory found"}};

/// In each list the first that fits counts: what is told in passing stands below the cause.
const std::vector<Cause>& unreachable_causes() {
    static const std::vector<Cause> kCauses = {
        {"ansible.host-key",
         "the host key is another than the known one",
         "If the machine was rebuilt, remove its line from the project's known_hosts or correct "
         "its host_key. If it was not, somebody may stand in between.",
         {"REMOTE HOST IDENTIFICATION HAS CHANGED"}},
        {"ansible.host-key",
         "the host key is not known",
         "Pin the machine's host_key, or accept keys of new machines with ansible: {host_keys: "
         "accept-new} in agentops.yaml.",
         {"Host key verification failed", "host key is known for"}},
        {"ansible.login",
         "the login was refused",
         "Correct the user or the key of the machine, or load the key into the ssh agent.",
         {"Permission denied (", "Too many authentication failures", "Load key \"",
          "password is required to log in", "Invalid/incorrect password"}},
        {"ansible.unreachable",
         "the connection was refused",
         "See that sshd runs there and listens on this port.",
         {"Connection refused"}},
        {"ansible.unreachable", "no answer in time", kSeeMachine, {"timed out"}},
        {"ansible.unreachable",
         "no way to the machine",
         "See that there is a route to it from here, or name a jump host.",
         {"No route to host", "Network is unreachable"}},
        {"ansible.unreachable",
         "no address behind the name",
         "Correct the machine's address.",
         {"Could not resolve hostname"}},
        {"ansible.unreachable",
         "no folder to work in",
         "See whether its disk is full, and whether the user may write to its home folder.",
         {"Failed to create temporary directory"}},
        {"ansible.unreachable",
         "the connection broke or never came about",
         "See that its address, port and host key are right; ssh -v to it tells more.",
         {""}},
    };
    return kCauses;
}

const std::vector<Cause>& failure_causes() {
    static const std::vector<Cause> kCauses = {
        {"ansible.sudo",
         "sudo was refused",
         "Let the user use sudo without a password, or name the secret that holds it: become: "
         "{password: NAME}.",
         {"sudo: a password is required", "Missing sudo password", "Incorrect sudo password",
          "is not in the sudoers file", "is not allowed to execute", "may not run sudo",
          "sudo: not found", "sudo: command not found"}},
        // A sudo that asks is refused above: this one had nobody to ask.
        {"ansible.unreachable",
         "it stopped answering",
         "See that the machine still runs and can be reached, then agentops apply --resume.",
         {"waiting for privilege escalation prompt", "not responding"}},
        {"ansible.python",
         "no Python",
         "Install python3 on the machine, or name the interpreter as python.",
         {"you probably need to set the interpreter", "No python interpreters found",
          "python: not found", "python3: not found", "python: No such file",
          "python3: No such file"}},
        {"ansible.template",
         "a template could not be filled in",
         "Correct the template, or give the variable that it names.",
         {"AnsibleUndefinedVariable", "undefined variable", "' is undefined",
          "template error while templating", "error while evaluating conditional",
          "TemplateSyntaxError", "UndefinedError", "Error rendering template",
          "Syntax error in template"}},
    };
    return kCauses;
}

const std::vector<Cause>& refusal_causes() {
    static const std::vector<Cause> kCauses = {
        {"ansible.handler",
         "a handler is not there",
         "Correct the name behind notify.",
         {"The requested handler"}},
        {"ansible.role-missing",
         "a role or collection is not there",
         "Correct its name, or name it under roles or collections of the component so that it is "
         "installed.",
         {"' was not found in ", "couldn't resolve module/action", "unable to locate collection"}},
        {"ansible.template",
         "a template could not be filled in",
         "Correct the template, or give the variable that it names.",
         {"undefined variable", "is undefined", "template error while templating"}},
        {"ansible.syntax",
         "it is no playbook that Ansible understands",
         "Correct the line that is named; ansible-playbook --syntax-check shows it too.",
         {"Syntax Error while loading YAML", "YAML parsing failed", "is not a valid attribute",
          "no module/action detected", "conflicting action statements", "list of plays",
          "either as JSON nor YAML", "could not be found", "Invalid options for",
          "unexpected parameter type in action"}},
    };
    return kCauses;
}

const Cause kFailed{"ansible.failed", "failed", "", {}};
const Cause kHandlerFailed{
    "ansible.handler",
    "a handler failed",
    "What notified it was changed already; the handler runs again with agentops apply --resume.",
    {}};

bool shows(const Cause& cause, std::string_view words) {
    return std::any_of(cause.signs.begin(), cause.signs.end(),
                       [&](std::string_view sign) { return words.find(sign) != words.npos; });
}

const Cause* find_cause(const std::vector<Cause>& causes, std::string_view words) {
    const auto found = std::find_if(causes.begin(), causes.end(),
                                    [&](const Cause& cause) { return shows(cause, words); });
    return found == causes.end() ? nullptr : &*found;
}

/// A connection that ends while a plugin copies a file is told as a failure of its task.
bool broke_in_task(std::string_view words) {
    return words.find("Failed to connect to the host via ssh") != words.npos;
}

const Cause& cause_of(const HostResult& host) {
    if (shows(kDiskFull, host.message)) return kDiskFull;
    const auto& causes = host.end == HostEnd::unreachable || broke_in_task(host.message)
                             ? unreachable_causes()
                             : failure_causes();
    if (const auto* cause = find_cause(causes, host.message)) return *cause;
    return host.handler ? kHandlerFailed : kFailed;
}

std::string shorten(std::string_view words) {
    if (words.size() <= kMaxWords) return std::string(words);
    auto end = kMaxWords;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0) == 0x80)
        --end;
    return std::string(words.substr(0, end)) + "...";
}

/// What the same words have in common on all machines: no names, addresses and numbers.
std::string likeness(const std::string& host, std::string words) {
    for (auto at = words.find(host); !host.empty() && at != words.npos;
         at = words.find(host, at + 1))
        words.replace(at, host.size(), 1, '@');
    std::string result;
    for (const char c : words) {
        const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
        if (!digit || result.empty() || result.back() != '#') result += digit ? '#' : c;
    }
    return result;
}

std::string host_names(const std::vector<std::string>& hosts) {
    if (hosts.size() <= kNamedHosts + 1) return join(hosts, ", ");
    const std::vector<std::string> named(hosts.begin(), hosts.begin() + kNamedHosts);
    return fmt::format("{} and {} more", join(named, ", "), hosts.size() - kNamedHosts);
}

Position position_of(const Unit& unit, const std::string& task) {
    auto origin = unit.origins.find(task);
    if (origin == unit.origins.end()) origin = unit.origins.find("");
    return origin == unit.origins.end() ? Position{} : origin->second.position;
}

struct Group {
    const Cause& cause;
    HostResult first;
    std::vector<std::string> hosts;
};

/// Hosts that failed alike, in the order of the first of each.
std::vector<Group> group(const PlayEvents& events) {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> known;
    for (const auto& [name, host] : events.hosts) {
        if (host.end != HostEnd::failed && host.end != HostEnd::unreachable) continue;
        const auto& cause = cause_of(host);
        auto key = fmt::format("{}\n{}\n{}", cause.code, cause.what, host.task);
        if (host.end == HostEnd::failed) key += likeness(name, host.message);
        const auto [at, is_new] = known.emplace(std::move(key), groups.size());
        if (is_new) groups.push_back({cause, host, {}});
        groups[at->second].hosts.push_back(name);
    }
    return groups;
}

/// A module's own words; of ssh's long warning only what helps to judge a key.
std::string words_of(const HostResult& host) {
    std::string_view words = host.message;
    const auto fingerprint = words.find("The fingerprint for ");
    if (fingerprint == words.npos) return shorten(words);
    words.remove_prefix(fingerprint);
    return shorten(words.substr(0, words.find(" Please contact")));
}

Diagnostic explain(const Group& group, const Unit& unit) {
    auto message =
        fmt::format("{}: {} at '{}'", host_names(group.hosts), group.cause.what, group.first.task);
    if (!group.first.message.empty()) message += ": " + words_of(group.first);
    return error(std::string(group.cause.code), std::move(message),
                 position_of(unit, group.first.task), std::string(group.cause.help));
}

/// The tool's words without the lines of the playbook that it quotes.
std::string refusal_words(std::string_view text) {
    for (const std::string_view start : {"ERROR! ", "[ERROR]: "}) {
        const auto at = text.find(start);
        if (at != text.npos) text.remove_prefix(at + start.size());
    }
    return shorten(trim(text.substr(0, text.find("The offending line appears to be"))));
}

Diagnostic explain_refusal(const std::string& refused, const Unit& unit) {
    const auto* cause = find_cause(refusal_causes(), refused);
    if (cause == nullptr) cause = &kFailed;
    return error(std::string(cause->code),
                 fmt::format("{}: {}: {}", unit.id, cause->what, refusal_words(refused)),
                 position_of(unit, ""), std::string(cause->help));
}

}  // namespace

Diagnostics explain_failures(const PlayEvents& events, const Unit& unit) {
    Diagnostics result;
    if (!events.refused.empty()) result.push_back(explain_refusal(events.refused, unit));
    for (const auto& group : group(events))
        result.push_back(explain(group, unit));
    return result;
}

}  // namespace agentops::ansible
