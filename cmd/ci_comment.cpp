#include "cmd/ci_comment.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::cmd {

namespace {

constexpr std::string_view kCommentMark = "<!-- agentops: comment -->";
constexpr std::string_view kIssueMark = "<!-- agentops: drift -->";
constexpr const char* kIssueTitle = "Drift: what is there is not what was applied";
constexpr const char* kLabel = "agentops";
constexpr std::size_t kLeast = 2'000;  ///< bytes for one record, whatever else there is

std::string begin_mark(const std::string& section) {
    return fmt::format("<!-- agentops: section {} -->\n", section);
}
std::string end_mark(const std::string& section) {
    return fmt::format("<!-- agentops: end {} -->\n", section);
}

/// No text of a record may look like a mark of ours.
std::string without_marks(std::string text) {
    constexpr std::string_view kMark = "<!-- agentops:";
    for (auto found = text.find(kMark); found != text.npos; found = text.find(kMark, found + 1))
        text.replace(found, 1, "&lt;");
    return text;
}

std::string markdown_of(const report::Document& document, std::size_t most) {
    return without_marks(
        report::find_format("markdown")->write(document, report::FormatOptions{most}));
}

/// The id of what a forge lists, as the path needs it.
std::string id_in(const Json& object, const char* name) {
    const auto& id = member(object, name);
    return id.is_number_unsigned() ? std::to_string(id.get<std::uint64_t>()) : "";
}

/// Tells what the token wrote from what others did: anybody may write our marks. Without a name it
/// belongs to an app of GitHub's, which may not ask for its own: it writes as a bot.
bool is_by(const Json& object, const std::string& name) {
    const auto& github = member(object, "user");
    if (github.is_null()) return text_of(member(object, "author"), "username") == name;
    return name.empty() ? text_of(github, "type") == "Bot" : text_of(github, "login") == name;
}

/// The first of a list that is ours and begins with a mark; null when there is none. (GitHub lists
/// requests as issues too.)
Result<const Json*> find_ours(const Forge& forge, const Json& list, const char* text,
                              std::string_view mark, run::Runner& runner) {
    std::vector<const Json*> marked;
    for (const auto& each : list) {
        if (starts_with(text_of(each, text), mark) && member(each, "pull_request").is_null())
            marked.push_back(&each);
    }
    if (marked.empty()) return nullptr;
    TRY(const auto name, user_of(forge, runner));
    const auto ours = std::find_if(marked.begin(), marked.end(),
                                   [&](const auto* each) { return is_by(*each, name); });
    return ours == marked.end() ? nullptr : *ours;
}

std::string url_in(const Json& object) {
    for (const auto* name : {"html_url", "web_url"}) {
        if (auto url = text_of(object, name); !url.empty()) return escape_terminal(url);
    }
    return "";
}

/// Where a forge keeps things, and what it calls them.
struct Endpoints {
    std::string comments, comment;  ///< paths: the list of a request; the folder of single ones
    std::string issues;
    const char *issue_id, *issue_text, *update;
};

Endpoints endpoints_of(const Forge& forge) {
    if (forge.kind == Forge::Kind::github) {
        const auto base = "/repos/" + forge.project + "/issues";
        return {fmt::format("{}/{}/comments", base, forge.request.value_or("")),
                base + "/comments",
                base,
                "number",
                "body",
                "PATCH"};
    }
    const auto base = "/projects/" + forge.project;
    const auto notes = fmt::format("{}/merge_requests/{}/notes", base, forge.request.value_or(""));
    return {notes, notes, base + "/issues", "iid", "description", "PUT"};
}

}  // namespace

std::string with_section(const std::string& body, const std::string& section,
                         const std::string& text) {
    const auto begin = begin_mark(section), end = end_mark(section);
    const auto made = begin + text + (text.ends_with('\n') ? "" : "\n") + end;
    const auto from = body.find(begin);
    const auto to = from == body.npos ? from : body.find(end, from);
    if (to != body.npos) return body.substr(0, from) + made + body.substr(to + end.size());
    if (!starts_with(body, kCommentMark)) return std::string(kCommentMark) + "\n" + made;
    return body + (body.ends_with('\n') ? "" : "\n") + made;
}

Result<Posted> post_comment(const Forge& forge, const std::string& section,
                            const std::vector<report::Document>& documents, run::Runner& runner) {
    if (!forge.request) return Posted{"none", "", "no pull request: nothing to comment on"};
    if (forge.is_fork)
        return Posted{"none", "", "a pull request of a fork: its token may not comment"};
    const auto at = endpoints_of(forge);
    TRY(const auto comments, list_forge(forge, at.comments + "?", runner));
    TRY(const auto* known, find_ours(forge, comments, "body", kCommentMark, runner));
    auto before = known == nullptr ? std::string() : text_of(*known, "body");
    std::erase(before, '\r');
    const auto others = with_section(before, section, "").size();
    // One section leaves the other half to those that are still to come.
    const auto longest = forge.longest_body();
    const auto room = std::min(longest > others ? longest - others : 0, longest / 2);
    std::string text;
    for (const auto& document : documents)
        text += markdown_of(document, std::max(kLeast, room / documents.size())) + "\n";
    const auto body = with_section(before, section, text);
    if (known == nullptr) {
        TRY(const auto made, call_forge(forge, {"POST", at.comments, {{"body", body}}}, runner));
        return Posted{"created", url_in(made), ""};
    }
    if (body == before) return Posted{"unchanged", url_in(*known), ""};
    TRY(const auto made,
        call_forge(forge, {at.update, at.comment + "/" + id_in(*known, "id"), {{"body", body}}},
                   runner));
    return Posted{"updated", url_in(made), ""};
}

Result<Posted> post_issue(const Forge& forge, const report::Document& document,
                          run::Runner& runner) {
    const auto at = endpoints_of(forge);
    const bool github = forge.kind == Forge::Kind::github;
    TRY(const auto issues, list_forge(forge,
                                      fmt::format("{}?state={}&labels={}&", at.issues,
                                                  github ? "open" : "opened", kLabel),
                                      runner));
    TRY(const auto* known, find_ours(forge, issues, at.issue_text, kIssueMark, runner));
    const bool calm = document.exit == ExitCode::done;
    if (calm && known == nullptr) return Posted{"none", "", "no drift, and no issue about any"};
    const auto text = std::string(kIssueMark) + "\n" +
                      markdown_of(document, forge.longest_body() - kIssueMark.size() - 1);
    Json body = {{"title", kIssueTitle}, {at.issue_text, text}};
    if (known == nullptr) {
        body["labels"] = github ? Json::array({kLabel}) : Json(kLabel);
        TRY(const auto made, call_forge(forge, {"POST", at.issues, std::move(body)}, runner));
        return Posted{"created", url_in(made), ""};
    }
    if (calm) body[github ? "state" : "state_event"] = github ? "closed" : "close";
    TRY(const auto made,
        call_forge(forge,
                   {at.update, at.issues + "/" + id_in(*known, at.issue_id), std::move(body)},
                   runner));
    return Posted{calm ? "closed" : "updated", url_in(made), ""};
}

}  // namespace agentops::cmd
