#pragma once

// The forge that a pipeline runs for, GitHub or GitLab, as far as its comments and issues go. It is
// spoken to through curl, so that no TLS library is linked; the token goes there on stdin.

#include <optional>
#include <string>

#include "base/json.h"
#include "base/term.h"
#include "run/runner.h"

namespace agentops::cmd {

struct Forge {
    enum class Kind { github, gitlab };
    Kind kind = Kind::github;
    std::string api;      ///< "https://api.github.com"
    std::string project;  ///< "acme/shop"; of GitLab a number or the path, encoded for a URL
    std::string token;
    /// The pull or merge request that the pipeline runs for; none when it is for none.
    std::optional<std::string> request;
    bool is_fork = false;  ///< of a request: its pipeline's token may not write

    const char* token_name() const;
    std::size_t longest_body() const;  ///< bytes of a comment or an issue
};

/// By the variables of GitHub Actions, GitLab CI, Jenkins (branch source of either forge) or
/// Buildkite; AGENTOPS_FORGE (github or gitlab) and AGENTOPS_FORGE_API stand over them, for a
/// server whose name does not tell. Codes: forge.unknown, forge.no-token.
Result<Forge> forge_of(const EnvLookup& env);

struct ForgeCall {
    std::string method = "GET";
    std::string path;  ///< below the API: "/repos/acme/shop/issues"
    Json body = nullptr;
};

/// The answer's JSON. Code: forge.refused, with the forge's own words.
Result<Json> call_forge(const Forge& forge, const ForgeCall& call, run::Runner& runner);
/// The name under which the token writes; "" of an app of GitHub's, which may not ask for it.
Result<std::string> user_of(const Forge& forge, run::Runner& runner);
/// All pages of a list; `path` ends with its query.
Result<Json> list_forge(const Forge& forge, const std::string& path, run::Runner& runner);

}  // namespace agentops::cmd
