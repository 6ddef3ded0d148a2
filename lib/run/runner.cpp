#include "run/runner.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/digest.h"
#include "base/fs.h"
#include "base/text.h"
#include "run/admission.h"
#include "run/fd.h"
#include "run/file_steps.h"
#include "run/probe.h"
#include "run/process.h"
#include "run/schedule.h"
#include "run/tool_output.h"

namespace agentops::run {

namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

/// Fetches each secret once, whether that works or not.
class SecretCache {
public:
    SecretCache(SecretFetcher fetch, Redactor& redactor)
        : fetch_(std::move(fetch)), redactor_(redactor) {}

    Result<std::string> get(const std::string& name) {
        const std::scoped_lock lock(mutex_);
        if (const auto it = values_.find(name); it != values_.end()) return it->second;
        if (!fetch_) throw InternalError("a step needs a secret and there is no source");
        auto value = fetch_(name);
        if (value) redactor_.add(*value);
        return values_.emplace(name, std::move(value)).first->second;
    }

private:
    SecretFetcher fetch_;
    Redactor& redactor_;
    std::mutex mutex_;
    std::map<std::string, Result<std::string>> values_;
};

struct Context {
    const std::string& subject;
    const Step& step;
    StepResult& result;

    void report(Diagnostics diagnostics) const {
        append(result.diagnostics, std::move(diagnostics));
    }
    /// "terraform plan of shop@dev/main"
    std::string name() const { return fmt::format("{} {} of {}", step.tool, step.name, subject); }
};

/// The open output files of a call.
struct Logs {
    Fd out, err;
};

bool is_accepted(const ToolCall& call, const ProcessEnd& end) {
    const auto& codes = call.accepted;
    return end.signal == 0 && !end.timed_out &&
           std::find(codes.begin(), codes.end(), end.exit_code) != codes.end();
}

std::string describe(const ProcessEnd& end) {
    if (end.signal != 0) return fmt::format("signal {}", end.signal);
    return fmt::format("exit code {}", end.exit_code);
}

class ToolRunner final : public Runner {
public:
    ToolRunner(RunnerOptions options, Interrupt& interrupt, Redactor& redactor)
        : options_(std::move(options)),
          interrupt_(interrupt),
          redactor_(redactor),
          secrets_(options_.secrets, redactor),
          admission_(options_.memory_mb) {}

    StepResult run(const std::string& subject, const Step& step) override {
        StepResult result;
        result.name = step.name;
        result.ok = true;
        if (!step.skip.empty()) return result;
        result.ran = true;
        const auto start = SteadyClock::now();
        const Context at{subject, step, result};
        std::visit([&](const auto& action) { perform(at, action); }, step.action);
        if (has_errors(result.diagnostics)) result.ok = false;
        if (result.took == milliseconds(0)) {
            result.took = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - start);
        }
        return result;
    }

private:
    void perform(const Context& at, const WriteFiles& action) {
        const auto& files = action.files;
        const bool secret = std::any_of(files.begin(), files.end(),
                                        [](const File& file) { return !file.secrets.empty(); });
        auto status = secret ? write_secrets(action) : write_files(action);
        if (!status) at.report(status.error());
    }

    Status write_secrets(WriteFiles action) {
        for (auto& file : action.files) {
            for (const auto& place : file.secrets) {
                TRY(const auto value, secrets_.get(place.secret));
                TRY_DO(put_secret(file, place, value));
            }
        }
        return write_files(action);
    }

    void perform(const Context& at, const ReachHosts& action) {
        if (stopped_before(at)) return;
        const auto& hosts = action.hosts;
        std::vector<std::string> answers(hosts.size());
        parallel_for(hosts.size(), std::min<int>(static_cast<int>(hosts.size()), kReachJobs),
                     [&](std::size_t i) {
                         const Probe probe{url_of(hosts[i]), 0, action.within};
                         const auto done = run_probe(probe, options_.environment, interrupt_);
                         if (!done) answers[i] = done.error().front().message;
                     });
        at.result.interrupted = interrupt_.count() > 0;
        Json reached = Json::object();
        for (std::size_t i = 0; i < hosts.size(); ++i)
            reached[hosts[i].name] = answers[i];
        at.result.json = std::make_shared<const Json>(std::move(reached));
    }

    static std::string url_of(const ReachHosts::Endpoint& host) {
        const bool v6 = host.address.find(':') != std::string::npos;
        return fmt::format("ssh://{}:{}", v6 ? "[" + host.address + "]" : host.address, host.port);
    }

    void perform(const Context& at, const CopyFile& action) {
        if (auto status = copy_file(action); !status) at.report(status.error());
    }

    void perform(const Context& at, const ReadJson& action) {
        auto json = read_json(action);
        if (!json) return at.report(json.error());
        at.result.json = std::make_shared<const Json>(*std::move(json));
    }

    void perform(const Context& at, const Probe& action) {
        if (stopped_before(at)) return;
        auto status = run_probe(action, options_.environment, interrupt_);
        if (status) return;
        at.result.interrupted = interrupt_.count() > 0;
        at.report(status.error());
    }

    void perform(const Context& at, const ToolCall& call) {
        if (stopped_before(at)) return;
        auto env = environment_for(call);
        if (!env) return at.report(env.error());
        const auto turn = turns_.take(call.exclusive);
        const auto ticket = admission_.enter(call.memory_mb);
        if (stopped_before(at)) return;
        auto logs = open_logs(at, call);
        if (!logs) return at.report(logs.error());
        auto input = input_of(call);
        if (!input) return at.report(input.error());
        const ProcessSpec spec{call.argv,       call.cwd,        *std::move(env),
                               logs->out.get(), logs->err.get(), options_.inherited_fds,
                               input->get()};
        execute(at, call, spec);
    }

    /// What a program reads is never on disk.
    static Result<Fd> input_of(const ToolCall& call) {
        if (call.input.empty()) return Fd();
        TRY(auto file, memory_file());
        if (!write_all(file.get(), call.input) || ::lseek(file.get(), 0, SEEK_SET) != 0)
            return fail(error("file.unwritable", "cannot write to memory"));
        return file;
    }

    bool stopped_before(const Context& at) const {
        if (interrupt_.count() == 0) return false;
        at.result.ran = false;
        at.result.interrupted = true;
        at.report({error("tool.interrupted", at.name() + " was not started: interrupted")});
        return true;
    }

    Result<Environment> environment_for(const ToolCall& call) {
        auto env = options_.environment;
        for (const auto& variable : call.env) {
            if (const auto* text = std::get_if<std::string>(&variable.value)) {
                env[variable.name] = *text;
                continue;
            }
            TRY(env[variable.name], secrets_.get(std::get<SecretName>(variable.value).name));
        }
        return env;
    }

    Result<Logs> open_logs(const Context& at, const ToolCall& call) const {
        const auto inside = fs::path(at.subject) / (at.step.name + ".");
        if (inside.is_absolute() || inside.lexically_normal() != inside || at.step.name.empty() ||
            *inside.begin() == "..") {
            throw InternalError("not a place for logs: " + inside.string());
        }
        const auto base = (options_.log_dir / inside).string();
        TRY_DO(make_private_dir(fs::path(base).parent_path()));
        at.result.stdout_log = base + "stdout";
        at.result.stderr_log = base + "stderr";
        TRY(auto out, create_log(at.result.stdout_log));
        TRY(auto err, create_log(at.result.stderr_log));
        if (call.secret_output) {
            // It loses its name before the program starts: no crash can leave it behind.
            std::error_code reason;
            if (!fs::remove(at.result.stdout_log, reason)) {
                return fail(error("file.unwritable", fmt::format("cannot remove '{}'",
                                                                 at.result.stdout_log.string())));
            }
            at.result.stdout_log.clear();
        }
        return Logs{std::move(out), std::move(err)};
    }

    void execute(const Context& at, const ToolCall& call, const ProcessSpec& spec) {
        EventReader events(spec.stdout_fd, [&](Json event) {
            forward(at, event);
            at.result.events.push_back(std::move(event));
        });
        Patience patience{.deadline = call.deadline, .after_deadline = call.grace};
        const auto wrote_too_much = [&] {
            return std::max(size_of(spec.stdout_fd), size_of(spec.stderr_fd)) > call.most_output;
        };
        if (call.most_output > 0) patience.had_enough = wrote_too_much;
        if (call.json_lines) patience.tick = [&] { events.read(); };
        if (!call.stop_file.empty())
            patience.stop_gently = [&] {
                // Without the file there is the second interrupt.
                std::ignore = write_file(call.stop_file, "", 0600);
            };
        const auto end = run_process(spec, patience, interrupt_);
        if (!end) return at.report(end.error());
        note_end(at.result, *end);
        if (call.json_lines) {
            events.finish();
            if (events.cut_off()) too_much(at, kMaxOutput);
        }
        const bool accepted = is_accepted(call, *end);
        if (patience.had_enough && wrote_too_much()) return too_much(at, call.most_output);
        capture(at, call, spec.stdout_fd, accepted);
        if (accepted && redactor_.empty()) return finish(at, call);
        const auto words = words_of_logs(at);
        if (!accepted) return at.report({failure(at, *end, words)});
        finish(at, call);
    }

    static void note_end(StepResult& result, const ProcessEnd& end) {
        result.timed_out = end.timed_out;
        result.interrupted = end.interrupted;
        result.exit_code = end.exit_code;
        result.signal = end.signal;
        result.took = end.took;
    }

    void forward(const Context& at, const Json& event) const {
        if (!options_.on_event) return;
        auto shown = redactor_.apply(event);
        if (is_state_dump(event)) shown["state"] = "kept in " + at.result.stdout_log.string();
        options_.on_event(at.subject, at.step, shown);
    }

    void capture(const Context& at, const ToolCall& call, int fd, bool accepted) const {
        if (call.capture == ToolCall::Capture::none) return;
        if (size_of(fd) > kMaxOutput) return too_much(at, kMaxOutput);
        auto text = read_at(fd, 0, kMaxOutput);
        if (call.capture == ToolCall::Capture::text) {
            at.result.output = std::move(text);
            if (accepted && invalid_utf8(at.result.output)) garbage(at, call, "is not UTF-8");
            return;
        }
        auto json = parse_json(text, "output");
        if (json)
            at.result.json = std::make_shared<const Json>(*std::move(json));
        else if (accepted)
            garbage(at, call, "is not JSON", text);
    }

    static void too_much(const Context& at, std::size_t most) {
        at.report({error("tool.output-too-large",
                         fmt::format("{} wrote more than {} bytes", at.name(), most))});
    }

    void garbage(const Context& at, const ToolCall& call, std::string_view why) const {
        garbage(at, call, why, at.result.output);
    }

    void garbage(const Context& at, const ToolCall& call, std::string_view why,
                 std::string_view text) const {
        const auto excerpt =
            call.secret_output ? "(secret)" : head_of(redactor_.apply(text), kGarbageExcerpt);
        at.report(
            {error("tool.garbage",
                   fmt::format("the output of {} {}: {}", at.name(), why, escape_terminal(excerpt)),
                   {}, "see whether the program is the tool that was meant")});
    }

    /// Masks secrets in both log files; the words to quote if the call failed.
    std::string words_of_logs(const Context& at) const {
        auto words =
            head_of(redactor_.apply(error_words(at.result.events)), options_.excerpt_bytes);
        const auto err = redact_log(at.result.stderr_log, redactor_);
        if (!err) at.report(as_warnings(err.error()));
        if (words.empty() && err) words = tail_of(*err, options_.excerpt_bytes);
        if (at.result.stdout_log.empty() || holds_state(at.result)) return words;
        if (redactor_.empty() && !words.empty()) return words;
        const auto out = redact_log(at.result.stdout_log, redactor_);
        if (!out) at.report(as_warnings(out.error()));
        if (words.empty() && out) words = tail_of(*out, options_.excerpt_bytes);
        return words;
    }

    /// A dumped state is the only good copy: masking would destroy it.
    static bool holds_state(const StepResult& result) {
        return std::any_of(result.events.begin(), result.events.end(), is_state_dump);
    }

    Diagnostic failure(const Context& at, const ProcessEnd& end, const std::string& words) const {
        const auto code = end.timed_out     ? "tool.timeout"
                          : end.interrupted ? "tool.interrupted"
                                            : "tool.failed";
        const auto how = end.timed_out     ? "took too long and was stopped"
                         : end.interrupted ? "was interrupted"
                                           : "failed";
        auto message = fmt::format("{} {} ({})", at.name(), how, describe(end));
        if (!words.empty()) message += ": " + escape_terminal(words);
        return error(
            code, std::move(message), {},
            fmt::format("all it wrote is in {}", at.result.stderr_log.parent_path().string()));
    }

    /// A stamp only spares work, so its loss is no failure.
    static void finish(const Context& at, const ToolCall& call) {
        if (!call.stamp || has_errors(at.result.diagnostics)) return;
        auto status = write_file(call.stamp->path, stamp_text(*call.stamp), 0600);
        if (!status) at.report(as_warnings(status.error()));
    }

    static Diagnostics as_warnings(Diagnostics diagnostics) {
        for (auto& diagnostic : diagnostics)
            diagnostic.level = Level::warning;
        return diagnostics;
    }

    static constexpr std::size_t kGarbageExcerpt = 200;
    static constexpr int kReachJobs = 32;

    RunnerOptions options_;
    Interrupt& interrupt_;
    Redactor& redactor_;
    SecretCache secrets_;
    Turns turns_;
    Admission admission_;
};

class DryRunner final : public Runner {
public:
    StepResult run(const std::string&, const Step& step) override {
        StepResult result;
        result.name = step.name;
        result.ok = true;
        return result;
    }
};

}  // namespace

std::unique_ptr<Runner> make_runner(RunnerOptions options, Interrupt& interrupt,
                                    Redactor& redactor) {
    return std::make_unique<ToolRunner>(std::move(options), interrupt, redactor);
}

std::unique_ptr<Runner> make_dry_runner() {
    return std::make_unique<DryRunner>();
}

std::string stamp_text(const Stamp& stamp) {
    auto text = stamp.content;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    for (const auto& path : stamp.digests) {
        const auto bytes = read_file(path);
        text += fmt::format("{}  {}\n", bytes ? sha256(*bytes) : "-", path.string());
    }
    return text;
}

bool stamp_holds(const Stamp& stamp) {
    const auto found = read_file(stamp.path);
    return found && *found == stamp_text(stamp);
}

}  // namespace agentops::run
