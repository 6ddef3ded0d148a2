#pragma once

// `configure`: what a component wants on its machines. One field table decodes it, describes it and
// is turned into a play (configure_play.cpp).

#include "catalog/builder.h"
#include "catalog/forms.h"
#include "intent/choice.h"
#include "intent/quantity.h"

namespace agentops::catalog {

inline constexpr intent::Words kPresence{"state", {"present", "absent"}};
inline constexpr intent::Words kActivity{"state", {"started", "stopped"}};
using Presence = intent::Choice<kPresence>;

struct Package {
    Word<kPackageName> name;
    Presence state{"present"};
    Word<kPackageName>& text() { return name; }
    template <class V>
    void visit(V& v) {
        v.required("name", name, "name of the package");
        v.optional("state", state, "present or absent (present)");
    }
};

struct Group {
    std::optional<AccountId> gid;
    std::optional<bool> system;
    Presence state{"present"};
    template <class V>
    void visit(V& v) {
        v.optional("gid", gid, "its number");
        v.optional("system", system, "true for a system group");
        v.optional("state", state, "present or absent (present)");
    }
};

struct User {
    std::optional<AccountId> uid;
    std::vector<Word<kAccountName>> groups;
    std::optional<Word<kProgramPath>> shell;
    std::optional<Word<kRemotePath>> home;
    std::optional<bool> system;
    std::optional<Line> comment;
    std::optional<Located<Word<kPublicKey>>> authorized_key;
    Presence state{"present"};
    template <class V>
    void visit(V& v) {
        v.optional("uid", uid, "its number");
        v.optional("groups", groups, "groups it is in, beside its own");
        v.optional("shell", shell, "login shell");
        v.optional("home", home, "home folder");
        v.optional("system", system, "true for a system user");
        v.optional("comment", comment, "full name, or what it is for");
        v.optional("authorized_key", authorized_key, "public key that may log in as this user");
        v.optional("state", state, "present or absent (present)");
    }
};

/// Who owns a file or folder.
struct Ownership {
    std::optional<Word<kAccountName>> owner;
    std::optional<Word<kAccountName>> group;
    std::optional<Word<kMode>> mode;
    template <class V>
    void visit_ownership(V& v, std::string_view mode_doc) {
        v.optional("owner", owner, "user that owns it");
        v.optional("group", group, "group that owns it");
        v.optional("mode", mode, mode_doc);
    }
};

struct Directory : Ownership {
    Presence state{"present"};
    template <class V>
    void visit(V& v) {
        visit_ownership(v, "rights as four octal digits in quotes (\"0755\")");
        v.optional("state", state, "present or absent (present)");
    }
};

/// Where the bytes of a file come from.
struct Content {
    std::optional<Located<intent::Literal>> source;
    std::optional<Located<intent::Template>> content;
    std::optional<Located<Word<kServiceName>>> notify;
    Position position;
    template <class V>
    void visit_content(V& v) {
        v.optional("source", source, "file to copy, relative to this file");
        v.optional("content", content, "the text itself");
        v.optional("notify", notify, "service to restart when it changes");
    }
};

struct File : Content, Ownership {
    std::optional<Located<intent::Literal>> template_file;
    std::optional<Located<Variables>> vars;
    Presence state{"present"};
    template <class V>
    void visit(V& v) {
        visit_content(v);
        v.optional("template", template_file, "Jinja template to fill in, relative to this file");
        v.optional("vars", vars, "variables of the template");
        visit_ownership(v, "rights as four octal digits in quotes (\"0644\", with a secret 0600)");
        v.optional("state", state, "present or absent (present)");
    }
    bool is_absent() const { return state.value == "absent"; }
};

struct UnitFile : Content {
    template <class V>
    void visit(V& v) {
        visit_content(v);
    }
};

struct Job {
    std::optional<Word<kJobTime>> minute, hour, day, month, weekday;
    std::optional<Line> job;
    std::optional<Word<kAccountName>> user;
    Presence state{"present"};
    Position position;
    template <class V>
    void visit(V& v) {
        v.optional("minute", minute, "minutes of the hour, as cron writes them (all)");
        v.optional("hour", hour, "hours of the day (all)");
        v.optional("day", day, "days of the month (all)");
        v.optional("month", month, "months (all)");
        v.optional("weekday", weekday, "days of the week (all)");
        v.optional("job", job, "command line that cron runs");
        v.optional("user", user, "user whose crontab has it (root)");
        v.optional("state", state, "present or absent (present)");
    }
};

struct ServiceState {
    std::optional<intent::Choice<kActivity>> state;
    std::optional<bool> enabled;
    Position position;
    template <class V>
    void visit(V& v) {
        v.optional("state", state, "started or stopped");
        v.optional("enabled", enabled, "whether it starts with the machine");
    }
};

struct Command {
    Located<Word<kCommandName>> name;
    Argv run;
    std::optional<Word<kRemotePath>> creates;
    std::optional<Word<kRemotePath>> removes;
    std::optional<Argv> unless;
    std::optional<Word<kRemotePath>> chdir;
    std::optional<Word<kAccountName>> user;
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("name", name, "what it does, in a word or two");
        v.required("run", run, "program and arguments");
        v.optional("creates", creates, "path that it makes: when it is there, nothing is run");
        v.optional("removes", removes, "path that it takes away: without it nothing is run");
        v.optional("unless", unless, "program and arguments: when it succeeds, nothing is run");
        v.optional("chdir", chdir, "folder to run it in");
        v.optional("user", user, "user to run it as");
    }
};

/// A role: a folder of the project ("./roles/nginx") or one that is installed by name.
struct Role {
    Located<intent::Literal> role;
    std::optional<Word<kVersionRange>> version;
    std::optional<Variables> vars;
    Located<intent::Literal>& text() { return role; }
    template <class V>
    void visit(V& v) {
        v.required("role", role, "./folder relative to this file, or namespace.name");
        v.optional("version", version, "version to install; not for folders");
        v.optional("vars", vars, "its variables");
    }
    bool is_local() const;
    /// What a play calls it: the folder's name, or the whole name.
    std::string name() const;
};

/// How many machines at a time.
struct Rollout {
    std::optional<Located<std::int64_t>> first;
    std::optional<Located<intent::Percent>> then;
    std::optional<Located<intent::Percent>> max_fail;
    std::optional<Located<intent::Name>> check;
    template <class V>
    void visit(V& v) {
        v.optional("first", first, "machines in the first batch (1)");
        v.optional("then", then, "share of the machines in each batch after it (100 %)");
        v.optional("max_fail", max_fail, "share of a batch that may fail (0 %)");
        v.optional("check", check, "http or tcp check that must pass after each batch");
    }
};

using Named = Shorthand<Word<kPackageName>, Package>;

struct Configure {
    std::vector<Named> packages;
    Keyed<kAccountName, Group> groups;
    Keyed<kAccountName, User> users;
    Keyed<kRemotePath, Directory> directories;
    Keyed<kRemotePath, File> files;
    Keyed<kUnitFileName, UnitFile> units;
    Keyed<kKernelSetting, Line> sysctl;
    Keyed<kJobName, Job> cron;
    Keyed<kServiceName, ServiceState> services;
    std::vector<Command> commands;
    std::vector<Shorthand<Located<intent::Literal>, Role>> roles;
    Keyed<kCollectionName, Located<Word<kVersionRange>>> collections;
    Variables vars;
    bool become = true;
    std::optional<Rollout> rollout;

    template <class V>
    void visit(V& v) {
        v.optional("packages", packages, "packages of the operating system");
        v.optional("groups", groups, "groups by name");
        v.optional("users", users, "users by name");
        v.optional("directories", directories, "folders by path");
        v.optional("files", files, "files by path");
        v.optional("units", units, "unit files of systemd, in /etc/systemd/system");
        v.optional("sysctl", sysctl, "kernel settings by name");
        v.optional("cron", cron, "cron jobs by name");
        v.optional("services", services, "services by name");
        v.optional("commands", commands, "commands, each with what tells that it is not needed");
        v.optional("roles", roles, "existing roles");
        v.optional("collections", collections, "collections that roles need: name -> versions");
        v.optional("vars", vars, "variables for templates and roles");
        v.optional("become", become, "whether tasks run as root (true)");
        v.optional("rollout", rollout, "how many machines at a time, and what must hold between");
    }
};

/// Mistakes that no single field shows. Area "catalog".
void check_configure(const Configure& configure, Decoding& context);
/// Mistakes that show only in the stack: files and roles outside of the project, a rollout's check.
Diagnostics check_configure(const Configure& configure, const Design& design);

/// Names that a component with machines cannot have, since its group in the inventory or its unit
/// has it.
void check_machine_name(const intent::Component& component, bool configured, Decoding& context);

/// Adds the Ansible unit of a part: its machines, and the play if it is configured.
void add_playbook(const Part& part, const Configure* configure, Builder& builder);

}  // namespace agentops::catalog
