#include "cmd/ci_init.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "base/text.h"
#include "cmd/pipelines/apply_sh.h"
#include "cmd/pipelines/buildkite_yml.h"
#include "cmd/pipelines/check_sh.h"
#include "cmd/pipelines/drift_sh.h"
#include "cmd/pipelines/github_yml.h"
#include "cmd/pipelines/gitlab_yml.h"
#include "cmd/pipelines/jenkinsfile.h"
#include "cmd/pipelines/plan_sh.h"

namespace agentops::cmd {

namespace {

using Words = std::map<std::string, std::string>;

/// What differs from one CI to the next. In `container`, {} is the image.
struct Ci {
    const char* file;
    const char* pipeline;
    const char* container;          ///< when there is an image
    const char* no_container = "";  ///< and when there is none
    bool shares_owner = false;      ///< files belong to the user that a container runs as
    bool doubles_dollars = false;   ///< the pipeline's own variables have to be escaped
    const char* base;               ///< the revision that a pull request starts from
    const char* who;                ///< approves
    const char* where;              ///< the page of the run
    const char *after_check = "", *after_plan = "", *after_apply = "", *after_drift = "";
};

const Ci kGithub{
    .file = ".github/workflows/agentops.yml",
    .pipeline = kGithubPipeline,
    .container = "container:\n  image: {}\n  options: --user 0",
    .base = "HEAD^1",
    .who = "$GITHUB_ACTOR",
    .where = "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID",
    .after_check =
        "agentops report check.json --format github\n"
        "agentops report check.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"\n"
        "agentops report diff.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"",
    .after_plan =
        "agentops report plan.json --format github\n"
        "agentops report plan.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"\n"
        "cat plan.env >> \"$GITHUB_OUTPUT\"",
    .after_apply =
        "agentops report apply.json --format github\n"
        "agentops report apply.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"",
    .after_drift = "agentops report drift.json --format markdown >> \"$GITHUB_STEP_SUMMARY\"",
};

const Ci kGitlab{
    .file = ".gitlab-ci.yml",
    .pipeline = kGitlabPipeline,
    .container = "image:\n  name: {}\n  entrypoint: [\"\"]",
    .base = "$CI_MERGE_REQUEST_DIFF_BASE_SHA",
    .who = "$GITLAB_USER_LOGIN",
    .where = "$CI_PIPELINE_URL",
    .after_check =
        "agentops report check.json --format gitlab --format junit "
        "-o gl-code-quality-report.json -o check.xml",
    .after_plan = "agentops report plan.json --format gitlab_changes -o changes.json",
};

const Ci kJenkins{
    .file = "Jenkinsfile",
    .pipeline = kJenkinsPipeline,
    .container = "agent {{\n  docker {{\n    image '{}'\n    args '--entrypoint='\n  }}\n}}",
    .no_container = "agent any",
    .shares_owner = true,
    .base = "$(git merge-base \"origin/$CHANGE_TARGET\" HEAD)",
    .who = "$APPROVER",
    .where = "$BUILD_URL",
    .after_check = "agentops report check.json -o check.xml",
};

const Ci kBuildkite{
    .file = ".buildkite/pipeline.yml",
    .pipeline = kBuildkitePipeline,
    .container =
        "plugins:\n  - docker#v5.12.0:\n      image: {}\n      entrypoint: \"\"\n"
        "      shell: [\"/bin/sh\", \"-e\", \"-c\"]\n      propagate-environment: true\n"
        "      mount-buildkite-agent: true",
    .doubles_dollars = true,
    .base = "$(git merge-base \"origin/$BUILDKITE_PULL_REQUEST_BASE_BRANCH\" HEAD)",
    .who = "$BUILDKITE_UNBLOCKER",
    .where = "$BUILDKITE_BUILD_URL",
    .after_check =
        "agentops report check.json --format markdown | "
        "buildkite-agent annotate --context agentops-check",
    .after_plan =
        "agentops report plan.json --format markdown | "
        "buildkite-agent annotate --context agentops-plan",
};

const std::map<std::string, const Ci&>& all() {
    static const std::map<std::string, const Ci&> kAll = {
        {"github", kGithub}, {"gitlab", kGitlab}, {"jenkins", kJenkins}, {"buildkite", kBuildkite}};
    return kAll;
}

/// Nothing that a shell, YAML or Groovy would read as more than a name.
bool is_plain(std::string_view text, std::string_view others) {
    return !text.empty() && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), [&](unsigned char c) {
               return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != others.npos;
           });
}

/// Puts words in the place of <<name>>. One that stands alone on its line may be several lines, all
/// indented like it, or none.
std::string fill_words(std::string_view text, const Words& words) {
    std::istringstream lines{std::string(text)};
    std::string filled, line;
    while (std::getline(lines, line)) {
        auto start = line.find("<<");
        if (start == line.find_first_not_of(' ') && line.ends_with(">>")) {
            std::istringstream parts(words.at(line.substr(start + 2, line.size() - start - 4)));
            std::string part;
            while (std::getline(parts, part))
                filled += line.substr(0, start) + part + "\n";
            continue;
        }
        for (; start != line.npos; start = line.find("<<")) {
            const auto end = line.find(">>", start);
            line.replace(start, end + 2 - start, words.at(line.substr(start + 2, end - start - 2)));
        }
        filled += line + "\n";
    }
    return filled;
}

std::string doubled_dollars(const std::string& text) {
    std::string doubled;
    for (const char c : text)
        doubled += c == '$' ? "$$" : std::string(1, c);
    return doubled;
}

/// In most containers the files belong to somebody else, which git takes amiss.
std::string first_lines(const PipelineWish& wish, const Ci& ci) {
    std::string lines;
    if (wish.image && !ci.shares_owner)
        lines += "git config --global --add safe.directory \"$PWD\"\n";
    if (!wish.folder.empty()) lines += "cd " + wish.folder + "\n";
    return lines;
}

Words words_of(const PipelineWish& wish, const Ci& ci) {
    const std::string in = wish.folder.empty() ? "" : wish.folder + "/";
    Words words = {
        {"cd", first_lines(wish, ci)},
        {"in", in},
        {"branch", wish.branch},
        {"base", ci.base},
        {"who", ci.who},
        {"where", ci.where},
        {"container", wish.image ? fmt::format(fmt::runtime(ci.container), *wish.image)
                                 : std::string(ci.no_container)},
        {"after_check", ci.after_check},
        {"after_plan", ci.after_plan},
        {"after_apply", ci.after_apply},
        {"after_drift", ci.after_drift},
    };
    for (const auto& [name, steps] : {std::pair("check", kCheckSteps),
                                      {"plan", kPlanSteps},
                                      {"apply", kApplySteps},
                                      {"drift", kDriftSteps}}) {
        auto lines = fill_words(steps, words);
        words[name] = ci.doubles_dollars ? doubled_dollars(lines) : lines;
    }
    return words;
}

Result<Pipeline> refused_wish(std::string message, std::string help) {
    return fail(error("ci.pipeline", std::move(message), {}, std::move(help)));
}

}  // namespace

const std::vector<std::string>& pipeline_names() {
    static const auto kNames = [] {
        std::vector<std::string> names;
        for (const auto& [name, ci] : all())
            names.push_back(name);
        return names;
    }();
    return kNames;
}

Result<Pipeline> render_pipeline(const PipelineWish& wish) {
    const auto found = all().find(wish.ci);
    if (found == all().end()) {
        const auto near = did_you_mean(wish.ci, pipeline_names());
        return refused_wish(fmt::format("no pipeline for '{}'", escape_terminal(wish.ci)),
                            near ? fmt::format("did you mean '{}'?", *near)
                                 : "one of " + join(pipeline_names(), ", "));
    }
    if (!is_plain(wish.branch, "._/-"))
        return refused_wish(
            fmt::format("'{}' is no branch for a pipeline", escape_terminal(wish.branch)),
            "pass --branch main");
    if (wish.image && !is_plain(*wish.image, "._/:@-"))
        return refused_wish(fmt::format("'{}' is no container image", escape_terminal(*wish.image)),
                            "write it as registry/name:tag");
    if (!wish.folder.empty() && !is_plain(wish.folder, "._/-"))
        return refused_wish(
            fmt::format("'{}' is no folder for a pipeline", escape_terminal(wish.folder)),
            "letters, digits and . _ - only, as shells read it");
    return Pipeline{found->second.file,
                    fill_words(found->second.pipeline, words_of(wish, found->second))};
}

}  // namespace agentops::cmd
