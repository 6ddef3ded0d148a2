#include "cmd/forge.h"

#include <fmt/core.h>

#include "base/fs.h"
#include "base/json_access.h"
#include "base/text.h"
#include "unit/change.h"

namespace agentops::cmd {

namespace {

constexpr std::size_t kPage = 100;  // both forges give no more
constexpr std::size_t kMostPages = 100;

std::string value_of(const EnvLookup& env, const std::string& name) {
    return env(name).value_or("");
}

/// Host and path of a repository or a request: "https://host/acme/shop.git", "git@host:acme/shop".
struct Address {
    std::string host, path;
};
Address address_of(std::string url) {
    if (const auto scheme = url.find("://"); scheme != url.npos)
        url.erase(0, scheme + 3);
    else if (const auto colon = url.find(':'); colon != url.npos)
        url[colon] = '/';
    const auto slash = url.find('/');
    if (slash == url.npos) return {};
    Address address{url.substr(0, slash), url.substr(slash + 1)};
    if (const auto at = address.host.find('@'); at != address.host.npos)
        address.host.erase(0, at + 1);
    for (const auto* rest : {"/-/", "/pull/", "/merge_requests/"}) {
        if (const auto found = address.path.find(rest); found != address.path.npos)
            address.path.resize(found);
    }
    while (address.path.ends_with('/'))
        address.path.pop_back();
    if (address.path.ends_with(".git")) address.path.resize(address.path.size() - 4);
    return address;
}

/// "acme/shop" as one part of a path.
std::string encoded(const std::string& path) {
    std::string text;
    for (const char c : path)
        text += c == '/' ? "%2F" : std::string(1, c);
    return text;
}

std::optional<std::string> number_of(const std::string& text) {
    return whole_number(text) ? std::optional(text) : std::nullopt;
}

/// What only GitHub's event says: the request's number, and whether it comes from a fork.
void read_event(const EnvLookup& env, Forge& forge) {
    const auto text = read_file(value_of(env, "GITHUB_EVENT_PATH")).value_or("");
    const auto request = member(Json::parse(text, nullptr, false), "pull_request");
    const auto& number = member(request, "number");
    if (number.is_number_unsigned()) forge.request = std::to_string(number.get<std::uint64_t>());
    const auto from = text_of(member(member(request, "head"), "repo"), "full_name");
    forge.is_fork = request.is_object() && from != forge.project;
}

Forge of_github_actions(const EnvLookup& env) {
    Forge forge{Forge::Kind::github,
                value_of(env, "GITHUB_API_URL"),
                value_of(env, "GITHUB_REPOSITORY"),
                {},
                {},
                false};
    read_event(env, forge);
    return forge;
}

Forge of_gitlab_ci(const EnvLookup& env) {
    Forge forge{Forge::Kind::gitlab,
                value_of(env, "CI_API_V4_URL"),
                value_of(env, "CI_PROJECT_ID"),
                {},
                number_of(value_of(env, "CI_MERGE_REQUEST_IID")),
                false};
    forge.is_fork = forge.request && value_of(env, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID") !=
                                         value_of(env, "CI_MERGE_REQUEST_PROJECT_ID");
    return forge;
}

/// Jenkins and Buildkite serve many forges: the address of the repository tells which.
Result<Forge> of_address(const EnvLookup& env) {
    auto url = value_of(env, "CHANGE_URL");
    if (url.empty()) url = value_of(env, "GIT_URL");
    if (url.empty()) url = value_of(env, "BUILDKITE_REPO");
    auto request = value_of(env, "CHANGE_ID");
    if (request.empty()) request = value_of(env, "BUILDKITE_PULL_REQUEST");
    const auto address = address_of(url);
    auto name = value_of(env, "AGENTOPS_FORGE");
    for (const auto* known : {"github", "gitlab"}) {
        if (name.empty() && address.host.find(known) != address.host.npos) name = known;
    }
    if (address.path.empty() || (name != "github" && name != "gitlab"))
        return fail(error("forge.unknown",
                          "the environment does not tell which forge this pipeline runs for", {},
                          "in a job of GitHub Actions, GitLab CI, Jenkins or Buildkite; for a "
                          "server with another "
                          "name set AGENTOPS_FORGE=github or gitlab"));
    Forge forge;
    forge.request = number_of(request);
    if (name == "gitlab") {
        forge.kind = Forge::Kind::gitlab;
        forge.api = fmt::format("https://{}/api/v4", address.host);
        forge.project = encoded(address.path);
    } else {
        forge.api = address.host == "github.com" ? "https://api.github.com"
                                                 : fmt::format("https://{}/api/v3", address.host);
        forge.project = address.path;
    }
    return forge;
}

/// A text in a file of curl's options.
std::string curl_text(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"\n";
}

run::Step curl_step(const Forge& forge, const ForgeCall& call) {
    run::ToolCall tool;
    tool.argv = {"curl",           "-q",          "--silent",   "--show-error", "--globoff",
                 "--proto",        "=http,https", "--max-time", "60",           "--write-out",
                 "\n%{http_code}", "--config",    "-"};
    tool.input =
        "url = " + curl_text(forge.api + call.path) + "request = " + curl_text(call.method);
    tool.input += forge.kind == Forge::Kind::github
                      ? "header = " + curl_text("Authorization: Bearer " + forge.token) +
                            "header = " + curl_text("Accept: application/vnd.github+json")
                      : "header = " + curl_text("PRIVATE-TOKEN: " + forge.token);
    if (!call.body.is_null())
        tool.input += "header = " + curl_text("Content-Type: application/json") +
                      "data-raw = " + curl_text(dump_json(call.body));
    tool.deadline = std::chrono::seconds(90);
    tool.capture = run::ToolCall::Capture::text;
    tool.most_output = 64 << 20;
    return {"call", "curl", std::move(tool), false, ""};
}

tl::unexpected<Diagnostics> refused(const Forge& forge, const ForgeCall& call,
                                    const std::string& why) {
    return fail(error(
        "forge.refused",
        fmt::format("{} {}{}: {}", call.method, escape_terminal(forge.api),
                    escape_terminal(call.path), single_line(escape_terminal(why))),
        {},
        fmt::format("see that {} may do this, and that the server answers", forge.token_name())));
}

/// What the forge says, whatever it is.
struct ForgeAnswer {
    std::string status;  ///< "200"
    Json json;           ///< discarded when it is none

    bool well() const { return starts_with(status, "2"); }
    std::string message() const {
        const auto& said = member(json, "message");
        return said.is_null() ? text_of(json, "error") : agentops::value_text(said);
    }
};

Result<ForgeAnswer> ask_forge(const Forge& forge, const ForgeCall& call, run::Runner& runner) {
    const auto* name = forge.kind == Forge::Kind::github ? "GitHub" : "GitLab";
    const auto answer = runner.run(name, curl_step(forge, call));
    if (!answer.ok)
        return refused(
            forge, call,
            answer.diagnostics.empty() ? "curl failed" : answer.diagnostics.front().message);
    const auto end = answer.output.rfind('\n');
    return ForgeAnswer{end == std::string::npos ? "" : answer.output.substr(end + 1),
                       Json::parse(answer.output.substr(0, end), nullptr, false)};
}

}  // namespace

const char* Forge::token_name() const {
    return kind == Kind::github ? "GITHUB_TOKEN" : "GITLAB_TOKEN";
}

std::size_t Forge::longest_body() const {
    // GitHub: 65,536 characters; GitLab: 1,000,000. Bytes are never fewer. The rest is for a
    // section that comes when the comment is full.
    return kind == Kind::github ? 60'000 : 990'000;
}

Result<Forge> forge_of(const EnvLookup& env) {
    Forge forge;
    if (value_of(env, "GITHUB_ACTIONS") == "true") {
        forge = of_github_actions(env);
    } else if (value_of(env, "GITLAB_CI") == "true") {
        forge = of_gitlab_ci(env);
    } else {
        TRY(forge, of_address(env));
    }
    if (const auto api = value_of(env, "AGENTOPS_FORGE_API"); !api.empty()) forge.api = api;
    forge.token = value_of(env, forge.token_name());
    if (forge.token.empty() || forge.token.find_first_of("\r\n") != forge.token.npos)
        return fail(error("forge.no-token", fmt::format("{} holds no token", forge.token_name()),
                          {}, "give the job a token that may write comments and issues"));
    return forge;
}

Result<Json> call_forge(const Forge& forge, const ForgeCall& call, run::Runner& runner) {
    TRY(auto answer, ask_forge(forge, call, runner));
    if (!answer.well())
        return refused(forge, call, fmt::format("{} {}", answer.status, answer.message()));
    if (answer.json.is_discarded()) return refused(forge, call, "the answer is no JSON");
    return std::move(answer.json);
}

Result<std::string> user_of(const Forge& forge, run::Runner& runner) {
    const bool github = forge.kind == Forge::Kind::github;
    TRY(const auto answer, ask_forge(forge, {"GET", "/user"}, runner));
    if (github && answer.status == "403") return "";
    auto name = text_of(answer.json, github ? "login" : "username");
    if (!answer.well() || name.empty())
        return refused(forge, {"GET", "/user"},
                       fmt::format("{} {}", answer.status, answer.message()));
    return name;
}

Result<Json> list_forge(const Forge& forge, const std::string& path, run::Runner& runner) {
    auto all = Json::array();
    for (std::size_t page = 1; page <= kMostPages; ++page) {
        TRY(auto some,
            call_forge(forge, {"GET", fmt::format("{}per_page={}&page={}", path, kPage, page)},
                       runner));
        if (!some.is_array()) return refused(forge, {"GET", path}, "the answer is no list");
        const auto count = some.size();
        for (auto& each : some)
            all.push_back(std::move(each));
        if (count < kPage) break;
    }
    return all;
}

}  // namespace agentops::cmd
