#pragma once

// A project: the folder with agentops.yaml, or simply files named *.intent.yaml. Everything in
// agentops.yaml is optional.

#include <functional>
#include <map>
#include <set>

#include "base/file_tree.h"
#include "intent/model.h"
#include "intent/telemetry_source.h"

namespace agentops::intent {

/// Where a secret's value comes from; never the value. Exactly one is set.
struct SecretSource {
    std::optional<std::string> env;
    std::optional<std::string> file;
    std::vector<std::string> command;  ///< argv, no shell
    Position position;
    template <class V>
    void visit(V& v) {
        v.optional("env", env, "environment variable that holds it");
        v.optional("file", file, "file that holds it, relative to the project");
        v.optional("command", command, "program and arguments that print it");
    }
};

struct AllowList {
    std::vector<std::string> allow;
    template <class V>
    void visit(V& v) {
        v.optional("allow", allow, "patterns of what may be used");
    }
};

struct ProviderSettings {
    std::vector<std::string> allow{"hashicorp/*"};
    OrderedMap<std::string> versions;  ///< provider name -> version constraint
    template <class V>
    void visit(V& v) {
        v.optional("allow", allow, "provider sources that may be used, e.g. hashicorp/aws");
        v.optional("versions", versions, "version constraints by provider source");
    }
};

struct TerraformSettings {
    std::optional<Located<std::string>> binary;  ///< terraform, tofu or a path
    std::optional<Located<yaml::Node>> backend;  ///< one key: the backend's name -> its settings
    ProviderSettings providers;
    AllowList modules{{"./**", "../**"}};
    template <class V>
    void visit(V& v) {
        v.optional("binary", binary, "terraform, tofu, or a path to either");
        v.optional("backend", backend, "state backend of generated units: {s3: {bucket: ...}}");
        v.optional("providers", providers, "which providers, in which versions");
        v.optional("modules", modules, "which module sources and roots may be used");
    }
};

struct AnsibleSettings {
    std::optional<Located<std::string>> binary;  ///< ansible-playbook, or a path to it
    Located<Choice<kHostKeys>> host_keys{{"strict"}, {}};
    Located<std::int64_t> forks{10, {}};
    Located<Duration> connect_timeout{{std::chrono::seconds(10)}, {}};
    Located<Duration> wait{{std::chrono::minutes(5)}, {}};
    Located<Duration> timeout{{std::chrono::hours(2)}, {}};
    bool install = false;
    std::vector<std::string> environment;  ///< names of variables
    template <class V>
    void visit(V& v) {
        v.optional("binary", binary, "ansible-playbook, or a path to it");
        v.optional("host_keys", host_keys,
                   "strict, or accept-new: take the key of a machine that is not known (strict)");
        v.optional("forks", forks, "machines at a time (10)");
        v.optional("connect_timeout", connect_timeout, "time to connect to a machine (10 s)");
        v.optional("wait", wait, "time for machines that were just created (5 min)");
        v.optional("timeout", timeout, "time for one run (2 h)");
        v.optional("install", install,
                   "whether ansible-galaxy may fetch roles and collections (false)");
        v.optional("environment", environment,
                   "ANSIBLE_* variables of the caller that are passed on (none)");
    }
};

struct ArtifactSettings {
    std::optional<std::string> dir;
    template <class V>
    void visit(V& v) {
        v.optional("dir", dir, "folder for generated artifacts, to commit them");
    }
};

struct DriftSettings {
    std::string dir = ".agentops/drift";
    template <class V>
    void visit(V& v) {
        v.optional("dir", dir,
                   "folder for what was seen and what is accepted, to commit it (.agentops/drift)");
    }
};

struct PriceSettings {
    std::optional<Located<std::string>> book;
    Located<Duration> max_age{{std::chrono::hours(24 * 730)}, {}};
    template <class V>
    void visit(V& v) {
        v.optional("book", book, "CSV file whose prices win over those of agentops");
        v.optional("max_age", max_age, "age of a price that is warned of (730 d)");
    }
};

/// What all stacks of the project may use together.
struct SharedLimits {
    std::optional<Located<Money>> budget;
    std::optional<Located<Count>> processors;
    template <class V>
    void visit(V& v) {
        v.optional("budget", budget, "most that all stacks may cost together");
        v.optional("processors", processors,
                   "most virtual processors that their machines may have together: the quota of an "
                   "account, e.g. 64");
    }
};

/// A program of the project's own that takes part in decisions. It reads JSON on stdin and writes
/// JSON on stdout (agents/counsel.h).
struct OutsideAgent {
    std::vector<std::string> command;  ///< argv, no shell; a path is relative to the project
    std::vector<Located<Choice<kAgentReads>>> reads;
    std::vector<Located<Choice<kAgentWrites>>> writes;
    std::vector<std::string> knobs;  ///< empty: all
    Located<Duration> deadline{{std::chrono::seconds(10)}, {}};
    std::vector<std::string> environment;
    bool is_required = false;
    Position position;

    bool does_read(std::string_view slot) const;
    bool does_write(std::string_view slot) const;
    template <class V>
    void visit(V& v) {
        v.required("command", command, "program and arguments, relative to the project");
        v.required("reads", reads, "what it is told: prices, components, resources");
        v.required("writes", writes, "what it may say: prices, constraints, preferences, findings");
        v.optional("knobs", knobs, "knobs that it may speak of (all)");
        v.optional("deadline", deadline, "time for one answer (10 s)");
        v.optional("environment", environment, "variables of the caller that it gets (none)");
        v.optional("required", is_required,
                   "whether nothing goes on without its answer (false: a warning)");
    }
};

/// agentops.yaml.
struct Settings {
    std::string api_version;
    std::vector<std::string> intents{"**/*.intent.yaml"};
    TerraformSettings terraform;
    AnsibleSettings ansible;
    OrderedMap<SecretSource> secrets;
    ArtifactSettings artifacts;
    DriftSettings drift;
    PriceSettings prices;
    OrderedMap<TelemetrySource> telemetry;
    SharedLimits limits;
    OrderedMap<OutsideAgent> agents;
    Located<Choice<kSeverities>> fail_on{{"high"}, {}};
    template <class V>
    void visit(V& v) {
        v.required("apiVersion", api_version, "agentops/v1");
        v.optional("intents", intents, "patterns of intent files, relative to the project");
        v.optional("terraform", terraform, "binary, backend, providers and modules");
        v.optional("ansible", ansible, "binary, host keys, limits of time and number");
        v.optional("secrets", secrets, "where each secret comes from");
        v.optional("artifacts", artifacts, "where generated files go");
        v.optional("drift", drift, "where drift is remembered");
        v.optional("prices", prices, "prices of your own, and how old they may be");
        v.optional("telemetry", telemetry,
                   "component: where its observed load is, in place of `load`");
        v.optional("limits", limits, "what all stacks may use together");
        v.optional("agents", agents, "programs of your own that take part in decisions");
        v.optional("fail_on", fail_on, "findings at or above this severity block: low to critical");
    }
};

struct Project {
    FileTreePtr tree;  ///< where its files are read from
    fs::path root;     ///< absolute
    fs::path base;     ///< what paths in positions are relative to: the root, unless several
                       ///< projects are shown together
    Settings settings;
    const Source* source = nullptr;  ///< agentops.yaml, or null
    std::vector<fs::path> files;     ///< intent files, sorted, absolute
};

/// What loading may look at beside the files.
struct Inputs {
    std::map<std::string, std::string> params;                             ///< --param
    std::function<std::optional<std::string>(const std::string&)> getenv;  ///< for ${env.NAME}
};

/// Finds the project: `start` itself when it was named (-C), else upward to the first folder with
/// agentops.yaml or *.intent.yaml, stopping at a git root or $HOME. Reads agentops.yaml and lists
/// the intent files (hidden folders, .agentops, .terraform, node_modules are passed over; symlinks
/// are not followed out of the project). Codes: project.*.
/// A project may have no intent file yet: check_project() tells.
Result<Project> open_project(const fs::path& start, bool named, Sources& sources,
                             FileTreePtr tree = disk_tree());
/// The folder that open_project() would open.
Result<fs::path> find_project(const fs::path& start, bool named, const FileTree& tree);
/// A file that makes its folder a project.
bool marks_project(const fs::path& file);
/// A path that the project's patterns of intents name.
bool is_wanted(const fs::path& file, const Project& project);

/// The stacks of one file: one per environment, or one, and only those without mistakes. Every
/// mistake of the file is reported once, sorted by place.
struct Loaded {
    std::vector<Stack> stacks;
    std::set<std::string> params;  ///< that the file declares
    Diagnostics diagnostics;
};
/// Pure: no disk, no clock. Thread-safe.
Loaded load_intent(const Source& source, const Inputs& inputs);

/// Reads and loads one file of the project; paths in positions are relative to the project.
Loaded load_file(const Project& project, const fs::path& file, const Inputs& inputs,
                 Sources& sources);

/// Mistakes between files: no file at all, an intent name used twice, a --param nobody knows (told
/// only when every file could be read: a broken one may declare it).
Diagnostics check_project(const std::vector<Loaded>& loaded, const Inputs& inputs);

/// The stacks that the patterns ("intent", "intent@env", globs) name, in order of id; all when
/// there is none. `env` keeps one environment. A pattern that matches nothing is an error with a
/// suggestion (cli.unknown-stack).
Result<std::vector<const Stack*>> select(const std::vector<Stack>& stacks,
                                         const std::vector<std::string>& patterns,
                                         const std::optional<std::string>& env);

/// The schema of intent files without the kinds: `component_schemas` maps kind -> JSON Schema of
/// its body; the caller (cmd/schema) brings them from the catalog. Draft 7, $id, titles.
Json intent_schema(const std::map<std::string, Json>& component_schemas);
Json settings_schema();

}  // namespace agentops::intent
