#include "run/secrets.h"

#include <fmt/core.h>

#include "base/fs.h"
#include "base/text.h"
#include "run/environment.h"
#include "run/fd.h"
#include "run/tool_output.h"

namespace agentops::run {

namespace {

// Linux refuses a longer variable, and a secret reaches a tool as one.
constexpr std::size_t kMaxSecret = 100'000;
constexpr std::size_t kExcerpt = 500;

class Secrets {
public:
    Secrets(SecretSources sources, fs::path root, Environment env, const Interrupt& interrupt)
        : sources_(std::move(sources)),
          root_(std::move(root)),
          env_(std::move(env)),
          interrupt_(interrupt) {}

    Result<std::string> fetch(const std::string& name) const {
        const auto source = sources_.find(name);
        if (source == sources_.end()) return unknown(name);
        TRY(auto value, read(name, source->second));
        const auto what = fmt::format("the secret '{}'", name);
        if (value.empty()) {
            return fail(error("secret.empty", what + " is empty", {},
                              "put a value where agentops.yaml says it comes from"));
        }
        if (value.find('\0') != std::string::npos || value.size() > kMaxSecret) {
            return fail(
                error("secret.invalid",
                      fmt::format("{} holds a NUL byte or more than {} bytes", what, kMaxSecret),
                      {}, "a secret is text; encode binary data, for instance as base64"));
        }
        return value;
    }

private:
    Result<std::string> read(const std::string& name, const SecretSource& source) const {
        if (source.env) return from_env(name, *source.env);
        if (source.file) return from_file(name, root_ / *source.file);
        return from_command(name, source.command);
    }

    tl::unexpected<Diagnostics> unknown(const std::string& name) const {
        std::vector<std::string> names;
        for (const auto& [known, source] : sources_)
            names.push_back(known);
        const auto near = did_you_mean(name, names);
        return fail(error("secret.unknown",
                          fmt::format("the secret '{}' comes from nowhere", escape_terminal(name)),
                          {},
                          near ? fmt::format("did you mean '{}'?", *near)
                               : fmt::format("add it to agentops.yaml: secrets: {{{}: {{env: "
                                             "NAME_OF_VARIABLE}}}}",
                                             escape_terminal(name))));
    }

    Result<std::string> from_env(const std::string& name, const std::string& variable) const {
        const auto value = env_.find(variable);
        if (value != env_.end()) return value->second;
        return fail(error("secret.missing",
                          fmt::format("the secret '{}' is missing: the variable {} is not set",
                                      name, escape_terminal(variable)),
                          {}, fmt::format("export {}", escape_terminal(variable))));
    }

    static Result<std::string> from_file(const std::string& name, const fs::path& path) {
        auto value = read_file(path, kMaxSecret);
        if (value) return without_newline(*std::move(value));
        return fail(error(
            "secret.missing",
            fmt::format("the secret '{}' is missing: {}", name, value.error().front().message), {},
            "create the file, or correct 'secrets' in agentops.yaml"));
    }

    Result<std::string> from_command(const std::string& name,
                                     const std::vector<std::string>& command) const {
        if (command.empty()) throw InternalError("a secret without a source");
        TRY(const auto out, memory_file());
        TRY(const auto err, memory_file());
        ProcessSpec spec;
        spec.argv = command;
        spec.cwd = root_;
        for (const auto& [variable, value] : env_) {
            if (!is_never_passed(variable)) spec.env.emplace(variable, value);
        }
        spec.stdout_fd = out.get();
        spec.stderr_fd = err.get();
        const Patience patience{.deadline = std::chrono::seconds(30)};
        TRY(const auto end, run_process(spec, patience, interrupt_));
        if (end.exit_code == 0 && end.signal == 0 && !end.timed_out) {
            return without_newline(read_at(out.get(), 0, kMaxSecret + 2));
        }
        return failed(name, command.front(), end, read_at(err.get(), 0, kMaxSecret));
    }

    static tl::unexpected<Diagnostics> failed(const std::string& name, const std::string& program,
                                              const ProcessEnd& end, const std::string& words) {
        const auto how = end.timed_out     ? std::string("took longer than 30 s")
                         : end.signal != 0 ? fmt::format("was ended by signal {}", end.signal)
                                           : fmt::format("gave exit code {}", end.exit_code);
        return fail(error(
            "secret.command",
            fmt::format("the secret '{}' is missing: '{}' {}: {}", name, escape_terminal(program),
                        how, escape_terminal(tail_of(words, kExcerpt))),
            {}, "run the command of 'secrets' in agentops.yaml by hand"));
    }

    static std::string without_newline(std::string value) {
        if (value.ends_with('\n')) value.pop_back();
        return value;
    }

    SecretSources sources_;
    fs::path root_;
    Environment env_;
    const Interrupt& interrupt_;
};

}  // namespace

SecretFetcher make_secret_fetcher(SecretSources sources, std::filesystem::path project_root,
                                  Environment caller_env, const Interrupt& interrupt) {
    return [secrets = Secrets(std::move(sources), std::move(project_root), std::move(caller_env),
                              interrupt)](const std::string& name) { return secrets.fetch(name); };
}

}  // namespace agentops::run
