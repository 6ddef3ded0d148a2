#pragma once

// A step is the only thing that touches the world: one tool call, or one of a few file and network
// acts. Agents write steps as values; the runner (run/runner.h) executes them. Nothing here runs.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace agentops::run {

/// A secret by name; the runner fetches its value just before the call and redacts it everywhere.
struct SecretName {
    std::string name;
};

struct EnvVar {
    std::string name;
    std::variant<std::string, SecretName> value;
};

/// A file written when a call succeeded, so that the next run can skip it: `content`, plus one line
/// "<sha256>  <path>" for each file of `digests` (as it is after the call).
struct Stamp {
    std::filesystem::path path;
    std::string content;
    std::vector<std::filesystem::path> digests;
};

/// One program: argv vector, allow-listed environment plus `env`, own process group, stdin closed
/// unless there is `input`.
struct ToolCall {
    std::vector<std::string> argv;
    std::filesystem::path cwd = {};
    std::vector<EnvVar> env = {};
    std::chrono::milliseconds deadline{std::chrono::hours(6)};
    enum class Capture { none, text, json } capture = Capture::none;
    bool json_lines = false;       ///< stdout is a stream of JSON lines, forwarded as they come
    bool secret_output = false;    ///< stdout holds secrets: its file never has a name
    std::vector<int> accepted{0};  ///< exit codes that are no failure
    std::optional<Stamp> stamp = {};
    /// Not empty: the first interrupt makes this file instead of sending SIGINT; the program looks
    /// for it between two pieces of work and stops there.
    std::filesystem::path stop_file = {};
    std::string exclusive = {};   ///< calls with the same non-empty word never run at once
    int memory_mb = 0;            ///< for admission
    std::string input = {};       ///< what it reads on stdin
    std::size_t most_output = 0;  ///< bytes; not 0: a program that writes more is killed
    /// From the deadline's SIGINT to SIGKILL.
    std::chrono::milliseconds grace{std::chrono::seconds(20)};
};

/// Where a secret's value goes in a file: below this JSON pointer, or with "" it is the whole text.
struct SecretPlace {
    std::string pointer;
    std::string secret;
};

struct File {
    std::filesystem::path path;
    std::string text;  ///< with secrets at pointers: JSON
    unsigned mode = 0600;
    std::vector<SecretPlace> secrets = {};
};

/// Writes files whole (only those that differ) and removes `obsolete` ones; relative paths start in
/// `dir`. `foreign` patterns name what must not lie in `dir` besides the files themselves: it is
/// refused, never removed. They look into folders only with `**`, and then folders count for
/// nothing; as in a shell, a leading dot must be written out.
struct WriteFiles {
    std::filesystem::path dir;
    std::vector<File> files;
    std::vector<std::filesystem::path> obsolete = {};
    std::vector<std::string> foreign = {};
};

/// Copies a file if it exists (0600); a missing source is no failure.
struct CopyFile {
    std::filesystem::path from, to;
};

/// Reads a file of JSON if it exists; the result's json is null when it does not.
struct ReadJson {
    std::filesystem::path path;
};

/// Tries again until it succeeds or `within` has passed.
struct Probe {
    std::string url;   ///< http(s)://..., tcp://host:port, or ssh://host:port (wants its banner)
    int status = 200;  ///< HTTP only
    std::chrono::milliseconds within{std::chrono::seconds(60)};
};

/// Waits for the ssh banner of many machines at once. The result's json maps each name to why it
/// did not answer, "" when it did; a machine that did not is no failure of the step.
struct ReachHosts {
    struct Endpoint {
        std::string name, address;
        int port = 22;
    };
    std::vector<Endpoint> hosts;
    std::chrono::milliseconds within{std::chrono::minutes(5)};
};

struct Step {
    std::string name;  ///< "plan": unique within its unit
    std::string tool;  ///< "terraform", "agentops", "http"
    std::variant<ToolCall, WriteFiles, CopyFile, ReadJson, Probe, ReachHosts> action;
    bool judged = false;  ///< a failure is for an agent to judge, not an error by itself
    /// Not empty: not executed, and why ("nothing changed since last init").
    std::string skip = {};
};

/// What came of a step. A step that was skipped on purpose is ok.
struct StepResult {
    std::string name;
    bool ran = false;
    bool ok = false;
    bool timed_out = false;
    bool interrupted = false;  ///< we asked it to stop
    int exit_code = 0;         ///< meaningful when signal is 0
    int signal = 0;            ///< the signal that ended it
    std::string output;        ///< Capture::text
    /// Capture::json, ReadJson, ReachHosts. Shared because plan JSON is large and many agents read
    /// it.
    std::shared_ptr<const Json> json;
    /// json_lines: every event, in order; lines that were not JSON are {"type":"unparsed","text"}.
    std::vector<Json> events;
    std::filesystem::path stdout_log, stderr_log;
    std::chrono::milliseconds took{0};
    Diagnostics diagnostics;  ///< why it failed, with the tool's own words (redacted)
};

}  // namespace agentops::run
