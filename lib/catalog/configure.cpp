#include "catalog/configure.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/open/source.h"

namespace agentops::catalog {

namespace {

class Checker {
public:
    Checker(const Configure& configure, Decoding& context)
        : configure_(configure), context_(context) {}

    void run() {
        for (const auto& [path, position, file] : configure_.files)
            check_file(path, position, file);
        for (const auto& [name, position, unit] : configure_.units)
            check_content(unit, name, position, false);
        for (const auto& [name, position, job] : configure_.cron)
            check_job(name, position, job);
        for (const auto& [name, position, service] : configure_.services)
            check_service(name, position, service);
        for (const auto& command : configure_.commands)
            check_command(command);
        for (const auto& role : configure_.roles)
            check_role(role.value);
        if (configure_.rollout) check_rollout(*configure_.rollout);
        check_packages();
    }

private:
    void fail(Position position, std::size_t width, std::string_view slug, std::string message,
              std::string help) {
        yaml::Node at;
        at.position = position;
        at.width = static_cast<int>(width);
        context_.fail(at, slug, std::move(message), std::move(help));
    }

    /// A package under two states would be installed and removed by turns.
    void check_packages() {
        std::set<std::string_view> seen;
        for (const auto& package : configure_.packages) {
            const auto& name = package.value.name.value;
            if (!seen.insert(name).second)
                fail(package.position, name.size(), "twice",
                     fmt::format("{} stands here twice", name), "once is enough");
        }
    }

    void check_file(const std::string& path, Position position, const File& file) {
        if (file.is_absent()) {
            if (file.source || file.content || file.template_file)
                fail(position, path.size(), "file-content",
                     fmt::format("{} is to be absent and has content", path),
                     "leave one of them out");
            return;
        }
        check_content(file, path, position, file.template_file.has_value());
        if (file.template_file) check_source_path(*file.template_file);
        if (file.vars && !file.template_file)
            fail(file.vars->position, 1, "file-content", "only a template has variables",
                 "write `template` instead of `source`, or leave `vars` out");
    }

    void check_content(const Content& content, const std::string& name, Position position,
                       bool is_template) {
        const int sources =
            (content.source ? 1 : 0) + (content.content ? 1 : 0) + (is_template ? 1 : 0);
        if (sources != 1)
            fail(position, name.size(), "file-content",
                 fmt::format("{} needs exactly one of source, content{}", name,
                             name.front() == '/' ? " and template" : ""),
                 "e.g. {source: files/shop.conf} or {content: \"text\"}");
        if (content.source) check_source_path(*content.source);
    }

    void check_source_path(const Located<intent::Literal>& source) {
        const auto& text = source.value.value;
        const bool bad = text.empty() || text.front() == '/' || text.front() == '~' ||
                         text.front() == '-' || text.back() == '/';
        if (bad)
            fail(source.position, text.size(), "source",
                 fmt::format("'{}' is no file beside this file", text),
                 "write it relative to this file, e.g. files/shop.conf");
    }

    void check_job(const std::string& name, Position position, const Job& job) {
        if ((job.state.value == "absent") == job.job.has_value())
            fail(position, name.size(), "job",
                 job.job ? fmt::format("{} is to be absent and has a job", name)
                         : fmt::format("{} does not say what to run", name),
                 job.job ? "leave one of them out" : "add `job: /usr/local/bin/backup`");
    }

    void check_service(const std::string& name, Position position, const ServiceState& service) {
        if (!service.state && !service.enabled)
            fail(position, name.size(), "service", fmt::format("nothing is wanted of {}", name),
                 "write {state: started, enabled: true}, or one of them");
    }

    void check_command(const Command& command) {
        const int guards =
            (command.creates ? 1 : 0) + (command.removes ? 1 : 0) + (command.unless ? 1 : 0);
        const auto& name = command.name.value.value;
        if (guards != 1)
            fail(command.name.position, name.size(), "command",
                 fmt::format("'{}' needs exactly one of creates, removes and unless", name),
                 "they tell that there is nothing left to do; without one it would run, and "
                 "change something, at every apply");
        if (!command_names_.insert(name).second)
            fail(command.name.position, name.size(), "twice",
                 fmt::format("{} stands here twice", name), "give each command a name of its own");
    }

    void check_role(const Role& role) {
        const auto& text = role.role.value.value;
        const auto complain = [&](std::string_view slug, std::string message, std::string help) {
            fail(role.role.position, text.size(), slug, std::move(message), std::move(help));
        };
        if (role.is_local()) {
            if (role.version)
                complain("role-version", "a role of the project has no version", "leave it out");
            if (!matches(kServiceName, role.name()))
                complain("role", fmt::format("'{}' is no name of a role", role.name()),
                         "use letters, digits, '.', '-' and '_' for its folder");
            return;
        }
        if (!matches(kRoleName, text))
            return complain("role", fmt::format("'{}' is no role", text),
                            std::string(kRoleName.help));
        const auto words = split(text, '.');
        if (words.size() == 3) {
            check_collection(role, words[0] + "." + words[1]);
        } else if (!role.version) {
            complain(
                "role-version", fmt::format("role {} has no version", text),
                fmt::format("add the version that was tested: {{role: {}, version: \"3.2.0\"}}",
                            text));
        }
    }

    void check_collection(const Role& role, const std::string& collection) {
        const auto& list = configure_.collections;
        const bool known = std::any_of(list.begin(), list.end(),
                                       [&](const auto& entry) { return entry.key == collection; });
        if (!known)
            fail(role.role.position, role.role.value.value.size(), "role",
                 fmt::format("collection {} is not among `collections`", collection),
                 fmt::format("add `collections: {{{}: \">=1\"}}` with the versions that fit",
                             collection));
        if (role.version)
            fail(role.role.position, role.role.value.value.size(), "role-version",
                 "the version of a collection's role is its collection's",
                 "say it under `collections`");
    }

    void check_rollout(const Rollout& rollout) {
        if (rollout.first && (rollout.first->value < 1 || rollout.first->value > 100'000))
            fail(rollout.first->position, 1, "rollout", "a batch has at least one machine",
                 "write `first: 1`");
        if (rollout.then) check_share(*rollout.then, 1);
        if (rollout.max_fail) check_share(*rollout.max_fail, 0);
    }

    void check_share(const Located<intent::Percent>& share, int least) {
        const auto value = share.value.value;
        if (value >= least && value <= 100 && value == static_cast<int>(value)) return;
        fail(share.position, 1, "rollout",
             fmt::format("{} is no share of machines", intent::to_text(share.value)),
             fmt::format("write a whole number from {} % to 100 %", least));
    }

    const Configure& configure_;
    Decoding& context_;
    std::set<std::string_view> command_names_;
};

Diagnostic at(std::string_view code, std::string message, Position position, std::size_t width,
              std::string help) {
    auto diagnostic = error(std::string(code), std::move(message), position, std::move(help));
    diagnostic.width = static_cast<int>(width);
    return diagnostic;
}

/// "host:port" whose port is data.
bool has_port(const intent::Template& address) {
    const auto* last =
        address.parts.empty() ? nullptr : std::get_if<std::string>(&address.parts.back());
    const auto colon = last == nullptr ? std::string::npos : last->rfind(':');
    const auto port = colon == std::string::npos ? "" : last->substr(colon + 1);
    return !port.empty() && port.size() <= 5 &&
           port.find_first_not_of("0123456789") == std::string::npos;
}

void check_rollout(const Located<intent::Name>& wanted, const Design& design, Diagnostics& out) {
    const auto& name = wanted.value.value;
    std::vector<std::string> names;
    for (const auto& [known, check] : design.stack().checks) {
        if (!check.command.empty()) continue;
        names.push_back(known);
        if (known == name && check.tcp && !has_port(*check.tcp))
            out.push_back(at("catalog.rollout",
                             fmt::format("the port of check '{}' is not known "
                                         "beforehand",
                                         name),
                             wanted.position, name.size(), "write it: \"${web.dns_name}:443\""));
    }
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    const auto near = did_you_mean(name, names);
    out.push_back(at("catalog.unknown-check",
                     fmt::format("there is no http or tcp check '{}'", name), wanted.position,
                     name.size(),
                     near            ? fmt::format("did you mean '{}'?", *near)
                     : names.empty() ? "add one under `checks`"
                                     : fmt::format("known checks: {}", join(names, ", "))));
}

/// Two folders of one name: Ansible would take the first for both.
void check_role_names(const Configure& configure, const Design& design, Diagnostics& out) {
    std::map<std::string, fs::path> seen;
    for (const auto& [role, position] : configure.roles) {
        if (!role.is_local()) continue;
        const auto dir = source_dir(design, role.role.value.value);
        const auto [known, fresh] = seen.emplace(role.name(), dir);
        if (!fresh && known->second != dir)
            out.push_back(at("catalog.role", fmt::format("two roles are called {}", role.name()),
                             role.role.position, role.role.value.value.size(),
                             "give one of the folders another name"));
    }
}

}  // namespace

bool Role::is_local() const {
    return source_form(role.value.value) == SourceForm::local;
}

std::string Role::name() const {
    if (!is_local()) return role.value.value;
    const auto path = fs::path(role.value.value).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

void check_configure(const Configure& configure, Decoding& context) {
    Checker(configure, context).run();
}

Diagnostics check_configure(const Configure& configure, const Design& design) {
    Diagnostics out;
    for (const auto& file : configure.files) {
        if (file.value.source) append(out, check_inside(design, *file.value.source));
        if (file.value.template_file) append(out, check_inside(design, *file.value.template_file));
    }
    for (const auto& unit : configure.units) {
        if (unit.value.source) append(out, check_inside(design, *unit.value.source));
    }
    for (const auto& role : configure.roles) {
        if (role.value.is_local()) append(out, check_source(design, role.value.role));
    }
    check_role_names(configure, design, out);
    const auto& rollout = configure.rollout;
    if (rollout && rollout->check) check_rollout(*rollout->check, design, out);
    return out;
}

void check_machine_name(const intent::Component& component, bool configured, Decoding& context) {
    const auto& name = component.name;
    if (configured && name == "main")
        context.fail(component.body, "reserved-name",
                     "what is configured cannot be called 'main': that is the unit of what is "
                     "generated",
                     "give the component another name");
    if (name == "all" || name == "ungrouped")
        context.fail(
            component.body, "reserved-name",
            fmt::format("machines cannot be called '{}': that is a group of Ansible's own", name),
            "give the component another name");
}

}  // namespace agentops::catalog
