#include "ansible/ssh_options.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::ansible {

namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
}

bool is_bare(std::string_view word) {
    constexpr std::string_view kSigns = "%+=:,./_@-";
    return !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
        return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
               kSigns.find(c) != std::string_view::npos;
    });
}

/// For the shell that ssh runs a ProxyCommand with.
std::string shell_word(const std::string& word) {
    if (is_bare(word)) return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? R"('\'')" : std::string(1, c);
    return quoted + "'";
}

/// For Ansible, which splits as Python's shlex does.
std::string argument_word(const std::string& word) {
    if (is_bare(word)) return word;
    std::string quoted = "\"";
    for (const char c : word) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"";
}

/// A file name among the several of one ssh option.
std::string file_word(const fs::path& path) {
    const auto text = plain_path(path);
    return text.find(' ') == std::string::npos ? text : fmt::format("\"{}\"", text);
}

/// In a ProxyCommand a percent sign begins a token.
std::string without_tokens(std::string_view text) {
    std::string result;
    for (const char c : text)
        result += c == '%' ? "%%" : std::string(1, c);
    return result;
}

/// -W with tokens of ssh itself; everything else is data, made inert for ssh and for the shell.
std::string proxy_command(const Jump& jump, const std::string& user, const std::string& key,
                          const Settings* run) {
    if (!is_address(jump.address)) throw InternalError("a jump host that is no address");
    Words data{"-p", fmt::format("{}", jump.port)};
    if (!user.empty()) append(data, {"-l", user});
    if (run != nullptr) append(data, trust_options(*run));
    if (!key.empty()) append(data, {"-o", "IdentitiesOnly=yes", "-i", key});
    data.push_back(jump.address);
    std::string command = "ssh -W '[%h]:%p'";
    for (const auto& word : data)
        command += " " + shell_word(without_tokens(word));
    return command;
}

}  // namespace

std::string plain_path(const fs::path& path) {
    if (!is_plain_path(path)) throw InternalError("a path that ssh or Ansible would change");
    return path.string();
}

Words trust_options(const Settings& run) {
    return {"-o", "BatchMode=yes", "-o", fmt::format("ConnectTimeout={}", run.connect_timeout_s),
            "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3", "-o",
            // New keys go to the first file.
            fmt::format("UserKnownHostsFile={} {}", file_word(run.known_hosts),
                        file_word(run.run_dir / "known_hosts")),
            "-o", "GlobalKnownHostsFile=/dev/null", "-o", "HashKnownHosts=no", "-o",
            fmt::format("StrictHostKeyChecking={}", run.accept_new ? "accept-new" : "yes")};
}

std::string argument_line(const Words& words) {
    Words quoted;
    for (const auto& word : words)
        quoted.push_back(argument_word(word));
    return join(quoted, " ");
}

Words machine_options(const Connection& connection, const std::string& key, const Settings* run) {
    Words options;
    if (!key.empty()) append(options, {"-o", "IdentitiesOnly=yes"});
    if (connection.jump) {
        const auto& jump = *connection.jump;
        const auto& user = jump.user.empty() ? connection.user : jump.user;
        append(options, {"-o", "ProxyCommand=" + proxy_command(jump, user, key, run)});
    }
    return options;
}

}  // namespace agentops::ansible
