#pragma once

// Where secrets come from: the caller's environment, a file, or a command. Values live in memory
// only; a command's output never reaches the disk.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "run/interrupt.h"
#include "run/process.h"
#include "run/runner.h"

namespace agentops::run {

/// Exactly one of the three.
struct SecretSource {
    std::optional<std::string> env;
    std::optional<std::filesystem::path> file;  ///< from the project's root
    std::vector<std::string> command;           ///< run in the project's root, 30 s at most
};

using SecretSources = std::map<std::string, SecretSource>;

/// One trailing newline of a file or of a command's output is cut. A command sees the caller's
/// environment but for what is_never_passed(): password managers are set up by variables that
/// nobody can list. Codes: secret.unknown, secret.missing, secret.empty, secret.invalid,
/// secret.command; tool.missing and file.* from below.
SecretFetcher make_secret_fetcher(SecretSources sources, std::filesystem::path project_root,
                                  Environment caller_env, const Interrupt& interrupt);

}  // namespace agentops::run
