#pragma once

// Executes steps. The real runner owns processes and files; the dry one only lists what would run;
// tests bring their own.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "run/interrupt.h"
#include "run/redact.h"
#include "run/step.h"

namespace agentops::run {

class Runner {
public:
    virtual ~Runner() = default;
    /// `subject` names the stack and unit ("shop@dev/main") for logs and screens. Thread-safe.
    virtual StepResult run(const std::string& subject, const Step& step) = 0;
};

/// Fetches a secret by name: the value, or diagnostics. Called at most once per name.
using SecretFetcher = std::function<Result<std::string>(const std::string& name)>;

struct RunnerOptions {
    std::filesystem::path log_dir;  ///< <log_dir>/<subject>/<step>.stdout|.stderr, 0600
    std::map<std::string, std::string> environment;  ///< what children get (allowed_environment())
    std::vector<int> inherited_fds;  ///< kept open in children (lock files outlive us with them)
    SecretFetcher secrets;
    /// Each JSON event of a json_lines call as it comes, already redacted; called from many
    /// threads. An emergency state dump comes without its state, which stays in the stdout log
    /// only.
    std::function<void(const std::string& subject, const Step& step, const Json& event)> on_event;
    /// Diagnostic words that a tool wrote are cut to this many bytes.
    std::size_t excerpt_bytes = 4000;
    int memory_mb = 0;  ///< admission limit for the sum of ToolCall::memory_mb; 0: no limit
};

/// Once an interrupt was requested no further program or probe is started; file steps still are.
std::unique_ptr<Runner> make_runner(RunnerOptions options, Interrupt& interrupt,
                                    Redactor& redactor);

/// Runs nothing: every step is ok and not ran.
std::unique_ptr<Runner> make_dry_runner();

/// What a stamp file holds for these digests now: content, then "<sha256>  <path>" lines ("-" for a
/// file that is not there).
std::string stamp_text(const Stamp& stamp);
/// True when the stamp's file says the same as now: content, and the digest of each file.
bool stamp_holds(const Stamp& stamp);

/// The caller's environment cut to what tools may see: PATH, HOME, TMPDIR, TERM-free; AWS_*,
/// GOOGLE_*, ARM_*, PG*, CONSUL_HTTP_*, SSL_CERT_*, *_PROXY, SSH_AUTH_SOCK, XDG_*,
/// TF_CLI_CONFIG_FILE when the file exists, TF_PLUGIN_CACHE_DIR, TF_TOKEN_*, TF_HTTP_*;
/// plus LC_ALL=C.UTF-8, TF_IN_AUTOMATION=1, TF_INPUT=0, CHECKPOINT_DISABLE=1, GOGC=400. Never
/// TF_CLI_ARGS*, TF_WORKSPACE, TF_DATA_DIR, TF_REATTACH_PROVIDERS, TF_LOG*, TF_VAR_*, ANSIBLE_*,
/// PYTHON*, LD_*, GIT_*.
std::map<std::string, std::string> allowed_environment(char** environ);

}  // namespace agentops::run
