#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "catalog/aws/provider.h"
#include "cmd/command.h"
#include "cmd/schemas.h"
#include "cmd/session.h"
#include "intent/choice.h"
#include "intent/project.h"
#include "record/store.h"

namespace agentops::cmd {

namespace {

constexpr std::string_view kIntent =
    R"(# yaml-language-server: $schema=./.agentops/intent.schema.json

# An intent says what should exist; agentops works out how, and says why.
#   agentops check                is this file sound? (no tool, no network)
#   agentops plan                 what would change, and which line asks for it
#   agentops explain web.size     why this value
#   agentops explain server       what else a server can say
apiVersion: agentops/v1
intent: @NAME@
# owner: you@example.com          # becomes a tag of every resource
target:
  provider: @PROVIDER@
  region: @REGION@
  # endpoint: http://127.0.0.1:5000   # an emulator; without it, the real cloud

components:
  net:
    kind: network                 # a public and a private subnet in each zone
    cidr: 10.20.0.0/16

  files:
    kind: bucket                  # encrypted and not public, without being asked
    versioned: true

  web:
    kind: server
    in: net
    image: ubuntu-24.04
    uses: [files]                 # its permissions follow from this line; it gets no others
    # size: t3.small              # not pinned: agentops explain web.size
    # expose: {port: 443, to: internet}   # nobody outside reaches it unless you say so

# rules:
#   protect: [files]              # never destroyed or replaced without --allow-protected

# environments:                   # variants of this intent: agentops plan --env prod
#   dev: {}
#   prod:
#     components:
#       web: {size: t3.large}
)";

constexpr std::string_view kProject =
    R"(# yaml-language-server: $schema=./.agentops/project.schema.json

# The project: all *.intent.yaml files below this folder. Everything else here is optional.
apiVersion: agentops/v1

# Findings of this severity and above block a plan: low, medium, high or critical.
fail_on: high

# terraform:
#   binary: tofu                  # default: terraform on PATH, else tofu
#   backend: {s3: {bucket: acme-state, region: eu-west-1}}   # default: local, in .agentops
#   modules: {allow: ["./**", "../**", "terraform-aws-modules/**"]}

# secrets:                        # where they come from, never what they are
#   db_password: {env: DB_PASSWORD}

# artifacts: {dir: generated}     # to commit the generated Terraform; default: in .agentops
)";

std::string fill(std::string_view text,
                 const std::vector<std::pair<std::string_view, std::string_view>>& values) {
    std::string filled(text);
    for (const auto& [name, value] : values)
        filled.replace(filled.find(name), name.size(), value);
    return filled;
}

/// What is left of a text when it is made a name; may be empty.
std::string to_name(std::string_view text) {
    std::string name;
    for (const char c : text.substr(0, 63)) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool letter = lower >= 'a' && lower <= 'z';
        const bool later = (lower >= '0' && lower <= '9') || lower == '-';
        if (letter || (later && !name.empty()))
            name += lower;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    while (!name.empty() && name.back() == '-')
        name.pop_back();
    return name;
}

/// A word as a shell reads it back.
std::string quoted(const std::string& word) {
    const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '/' || c == '.' || c == '-' || c == '_';
    });
    if (plain) return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

class Init final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "init",
            .summary = "Write a starter intent",
            .description =
                "Writes NAME.intent.yaml, a small commented intent that passes check, and "
                "agentops.yaml when there is none. NAME is the folder's name unless given. "
                "Schemas for your editor go under .agentops/, which git ignores. Nothing that "
                "exists is overwritten.",
            .examples = {{"agentops init", "in the folder of a new project"},
                         {"agentops init shop --region us-east-1", "shop.intent.yaml"},
                         {"agentops init -C infra", "in another folder, made when missing"}},
            .exit_codes = {"0 written", "3 it exists already, or the name or region is not valid"},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("NAME", name_, "Name of the intent (default: that of the folder)");
        options.choice("--provider", provider_, intent::kProviders.list(), "Cloud provider");
        options.text("--region", region_, "REGION", "Region of the provider (default: eu-west-1)");
        options.flag("--force", force_, "Overwrite NAME.intent.yaml");
    }

    ExitCode run(Session& session) override {
        std::error_code ignored;
        folder_ = fs::weakly_canonical(fs::absolute(session.start()), ignored);
        if (!name_) name_ = to_name(folder_.filename().string());
        if (name_->empty()) name_ = "starter";
        auto mistakes = check();
        if (!mistakes.empty()) return session.fail_with(std::move(mistakes));
        if (auto written = write(); !written) return session.fail_with(written.error());
        return answer(session);
    }

private:
    std::string intent_file() const { return *name_ + ".intent.yaml"; }

    /// All that could be wrong is said before anything is written.
    Diagnostics check() const {
        Diagnostics mistakes;
        if (!is_name(*name_)) {
            const auto near = to_name(*name_);
            mistakes.push_back(
                error("cli.name", fmt::format("'{}' cannot name an intent", *name_), {},
                      near.empty() ? "a name is a-z, 0-9 and '-', and starts with a letter"
                                   : fmt::format("agentops init {}", near)));
        }
        intent::Target target;
        target.region.value.value = region();
        catalog::aws::check_target(target, mistakes);
        std::error_code ignored;
        if (!force_ && fs::exists(fs::symlink_status(folder_ / intent_file(), ignored)))
            mistakes.push_back(error("cli.exists", fmt::format("{} exists already", intent_file()),
                                     {}, "give another NAME, or --force to overwrite it"));
        return mistakes;
    }

    std::string region() const { return region_.value_or("eu-west-1"); }

    /// The intent comes last: when it is there, all that it names is.
    Status write() {
        std::error_code failure;
        fs::create_directories(folder_, failure);
        const record::Store store(folder_);
        TRY_DO(store.prepare());
        TRY_DO(put(".agentops/intent.schema.json", dump_json(published_intent_schema(), 1) + "\n"));
        TRY_DO(
            put(".agentops/project.schema.json", dump_json(intent::settings_schema(), 1) + "\n"));
        if (!fs::exists(folder_ / "agentops.yaml", failure))
            TRY_DO(put("agentops.yaml", std::string(kProject)));
        return put(
            intent_file(),
            fill(kIntent, {{"@NAME@", *name_}, {"@PROVIDER@", provider_}, {"@REGION@", region()}}));
    }

    Status put(const std::string& file, const std::string& text) {
        TRY_DO(write_file(folder_ / file, text, 0644));
        written_.push_back(file);
        return {};
    }

    ExitCode answer(Session& session) const {
        auto report = session.new_report();
        report.extra["written"] = written_;
        report.verdict = fmt::format("wrote {}", intent_file());
        const auto where =
            session.globals().dir ? fmt::format(" -C {}", quoted(*session.globals().dir)) : "";
        report.next = {fmt::format("agentops{} check", where),
                       fmt::format("agentops{} explain web", where),
                       fmt::format("agentops{} plan", where)};
        if (!session.globals().json && !session.globals().quiet) {
            for (const auto& file : written_)
                session.print(fmt::format("  {}\n", escape_terminal(file)));
        }
        return session.finish(std::move(report));
    }

    std::optional<std::string> name_, region_;
    std::string provider_ = "aws";
    bool force_ = false;
    fs::path folder_;
    std::vector<std::string> written_;
};

}  // namespace

std::unique_ptr<Command> init_command() {
    return std::make_unique<Init>();
}

}  // namespace agentops::cmd
