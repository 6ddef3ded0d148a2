#include "catalog/forms.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::catalog {

namespace {

constexpr std::int64_t kMostId = 2'147'483'647;  ///< what every system's tools still read

constexpr std::string_view kReserved[] = {
#define RESERVED(name) #name,
#include "catalog/reserved_variables.def"
#undef RESERVED
};

/// `text` in a class of a regular expression without escapes: "A-Za-z0-9._-".
bool in_class(std::string_view characters, char c) {
    for (std::size_t i = 0; i < characters.size(); ++i) {
        if (i + 2 < characters.size() && characters[i + 1] == '-') {
            if (c >= characters[i] && c <= characters[i + 2]) return true;
            i += 2;
        } else if (c == characters[i]) {
            return true;
        }
    }
    return false;
}

bool is_tidy_path(std::string_view path) {
    if (path.size() > 1 && path.back() == '/') return false;
    const auto steps = split(path, '/');
    return std::none_of(steps.begin() + 1, steps.end(), [&](const std::string& step) {
        return (step.empty() && path != "/") || step == "." || step == "..";
    });
}

bool is_unit_file(std::string_view text) {
    constexpr std::string_view kTypes[] = {".service", ".socket", ".timer", ".path",
                                           ".mount",   ".target", ".slice"};
    return std::any_of(std::begin(kTypes), std::end(kTypes), [&](std::string_view type) {
        return text.size() > type.size() && text.ends_with(type);
    });
}

bool is_octal(std::string_view text) {
    return text.size() == 4;
}

bool is_public_key(std::string_view text) {
    constexpr std::string_view kTypes[] = {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256",
                                           "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};
    const auto words = split(text, ' ');
    return words.size() >= 2 && words[1].starts_with("AAAA") &&
           std::find(std::begin(kTypes), std::end(kTypes), words[0]) != std::end(kTypes);
}

bool is_collection(std::string_view text) {
    const auto words = split(text, '.');
    return words.size() == 2 && !words[0].empty() && !words[1].empty();
}

/// "namespace.role", or "namespace.collection.role".
bool is_role(std::string_view text) {
    const auto words = split(text, '.');
    return (words.size() == 2 || words.size() == 3) &&
           std::none_of(words.begin(), words.end(), [](const auto& word) { return word.empty(); });
}

bool is_host(std::string_view text) {
    return text != "all" && text != "ungrouped" && text != "localhost" && is_name(text);
}

}  // namespace

const Form kPackageName{"package",   "package",
                        "A-Za-z0-9", "A-Za-z0-9.+_:~=-",
                        128,         "use the package manager's name, e.g. nginx or python3-venv"};
const Form kAccountName{
    "user or group", "account", "a-z_",
    "a-z0-9_-",      32,        "use lower-case letters, digits, '-' and '_', at most 32"};
const Form kServiceName{"service",        "service", "A-Za-z0-9",
                        "A-Za-z0-9:_.@-", 200,       "use the service manager's name, e.g. nginx"};
const Form kUnitFileName{"unit file", "unit-file",
                         "A-Za-z0-9", "A-Za-z0-9:_.@-",
                         200,         "name a unit of systemd with its type, e.g. app.service",
                         is_unit_file};
const Form kKernelSetting{"kernel setting", "sysctl", "a-z",
                          "A-Za-z0-9_./-",  200,      "use sysctl's name, e.g. net.core.somaxconn"};
const Form kJobName{"name of a job", "job", "A-Za-z0-9",
                    "A-Za-z0-9 ._-", 63,    "use letters, digits, spaces, '.', '-' and '_'"};
const Form kJobTime{
    "time of a job", "job-time", "A-Za-z0-9*",
    "A-Za-z0-9*,/-", 100,        "write it as cron does, in quotes: \"5\", \"*/10\", \"mon-fri\""};
const Form kCommandName{"name of a command",
                        "command-name",
                        "A-Za-z0-9",
                        "A-Za-z0-9 ._/-",
                        63,
                        "use letters, digits, spaces, '.', '/', '-' and '_'"};
const Form kRemotePath{
    "path",      "path",
    "/",         "A-Za-z0-9/._@+:=,%~ -",
    1000,        "write the whole path, without `..` and without a slash at its end",
    is_tidy_path};
const Form kMode{"mode",  "mode", "0-7", "0-7", 4, "write four octal digits in quotes: \"0644\"",
                 is_octal};
const Form kProgramPath{"path of a program", "path", "/",
                        "A-Za-z0-9/._+-",    250,    "write the whole path, e.g. /usr/bin/python3",
                        is_tidy_path};
const Form kAddress{
    "address", "address", "A-Za-z0-9._:", "A-Za-z0-9._:-", 253, "write a name or an IP address"};
const Form kLoginName{"user",         "account", "A-Za-z0-9_",
                      "A-Za-z0-9_.-", 64,        "use letters, digits, '.', '-' and '_'"};
const Form kPublicKey{"public key", "public-key",
                      "a-z",        "A-Za-z0-9 @.:/+=_-",
                      4000,         "write one line as in id_ed25519.pub: ssh-ed25519 AAAA...",
                      is_public_key};
const Form kRoleName{"role",
                     "role",
                     "a-z_",
                     "a-z0-9_.-",
                     128,
                     "write ./roles/nginx (a folder, relative to this file), namespace.name, or "
                     "namespace.collection.name",
                     is_role};
const Form kCollectionName{"collection", "collection",
                           "a-z",        "a-z0-9_.",
                           128,          "write namespace.name, e.g. community.general",
                           is_collection};
const Form kVersionRange{"version",
                         "version",
                         "A-Za-z0-9<>=!*",
                         "A-Za-z0-9<>=!*.,+_ -",
                         100,
                         "write \"3.2.0\", or for a collection a range such as \">=7,<8\""};
const Form kHostName{"host name",
                     "host-name",
                     "a-z",
                     "a-z0-9-",
                     63,
                     "names are lower-case letters, digits and '-', start with a letter, at most "
                     "63 in all; all, ungrouped and localhost are Ansible's own",
                     is_host};
const Form kGroupName{"group of machines", "group-name", "a-z", "a-z0-9-", 63,
                      kHostName.help,      is_host};
const Form kTagName{"tag, host or group", "tag", "A-Za-z0-9_",
                    "A-Za-z0-9_.-",       128,   "use one name; patterns are not taken"};

bool matches(const Form& form, std::string_view text) {
    return !text.empty() && text.size() <= form.max && in_class(form.first, text.front()) &&
           std::all_of(text.begin() + 1, text.end(),
                       [&](char c) { return in_class(form.rest, c); }) &&
           (form.also == nullptr || form.also(text));
}

bool check_form(const yaml::Node& node, const Form& form, Decoding& context) {
    if (matches(form, node.text)) return true;
    Decoding own{context.out, "catalog"};
    return own.fail(node, form.slug, fmt::format("'{}' is no {}", node.text, form.noun),
                    std::string(form.help));
}

Json form_schema(const Form& form) {
    return {{"type", "string"},
            {"pattern", fmt::format("^[{}][{}]*$", form.first, form.rest)},
            {"maxLength", form.max}};
}

namespace {

bool check_variable_name(const yaml::Node& key, Decoding& context) {
    const auto& name = key.text;
    Decoding own{context.out, "catalog"};
    for (const std::string_view prefix : {"ansible_", "agentops_"}) {
        if (starts_with(name, prefix))
            return own.fail(
                key, "variable-name",
                fmt::format("'{}' belongs to {}", name, prefix.substr(0, prefix.size() - 1)),
                "give the variable a name of your own; how machines are reached is "
                "said under `connect`, or by the fields of a host");
    }
    if (std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved))
        return own.fail(key, "variable-name",
                        fmt::format("'{}' has a meaning of its own in Ansible", name),
                        fmt::format("write '{}_{}', or another name", "my", name));
    const bool good =
        !name.empty() && name.size() <= 128 && in_class("a-z_", name.front()) &&
        std::all_of(name.begin(), name.end(), [](char c) { return in_class("a-z0-9_", c); });
    return good || own.fail(key, "variable-name", fmt::format("'{}' is no variable", name),
                            "use lower-case letters, digits and '_', and begin with a letter");
}

/// Keys below a variable are data, but Ansible reads keys as templates as well.
bool check_keys(const yaml::Node& node, Decoding& context) {
    bool ok = true;
    for (const auto& member : node.members) {
        for (const auto* sign : {"{{", "{%", "{#"}) {
            if (member.key.find(sign) == std::string::npos) continue;
            Decoding own{context.out, "catalog"};
            ok = own.fail(intent::key_node(member), "template-in-key",
                          fmt::format("the key '{}' would be a template", member.key),
                          "rename it; text with braces can stand in values");
            break;
        }
        ok = check_keys(member.value, context) && ok;
    }
    for (const auto& item : node.items)
        ok = check_keys(item, context) && ok;
    return ok;
}

}  // namespace

bool decode_value(const yaml::Node& node, Variables& value, Decoding& context) {
    if (!expect_map(node, context)) return false;
    bool ok = true;
    for (const auto& member : node.members) {
        ok = check_variable_name(intent::key_node(member), context) && ok;
        ok = check_keys(member.value, context) && ok;
        value.entries.emplace_back(member.key, member.value);
    }
    return ok;
}

Json value_schema(const Variables*) {
    return {{"type", "object"},
            {"propertyNames",
             {{"pattern", "^(?!ansible_|agentops_)[a-z_][a-z0-9_]*$"},
              {"not",
               {{"enum",
                 Json(std::vector<std::string>(std::begin(kReserved), std::end(kReserved)))}}}}}};
}

bool decode_value(const yaml::Node& node, Argv& value, Decoding& context) {
    if (!decode(node, value.words, context)) return false;
    if (!value.words.empty()) return true;
    Decoding own{context.out, "catalog"};
    return own.fail(node, "command", "a command needs its program",
                    "write the program and its arguments as a list: [systemctl, reload, nginx]");
}

Json value_schema(const Argv*) {
    return {{"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 1}};
}

bool decode_value(const yaml::Node& node, AccountId& value, Decoding& context) {
    if (!agentops::decode_value(node, value.value, context)) return false;
    if (value.value >= 0 && value.value <= kMostId) return true;
    Decoding own{context.out, "catalog"};
    return own.fail(node, "account", fmt::format("{} is no number of a user or group", value.value),
                    fmt::format("write a number from 0 to {}", kMostId));
}

Json value_schema(const AccountId*) {
    return {{"type", "integer"}, {"minimum", 0}, {"maximum", kMostId}};
}

bool decode_value(const yaml::Node& node, PortNumber& value, Decoding& context) {
    std::int64_t number = 0;
    if (!agentops::decode_value(node, number, context)) return false;
    value.value = static_cast<int>(number);
    if (number >= 1 && number <= 65'535) return true;
    Decoding own{context.out, "catalog"};
    return own.fail(node, "port", fmt::format("{} is no port", number),
                    "write a port from 1 to 65535");
}

Json value_schema(const PortNumber*) {
    return {{"type", "integer"}, {"minimum", 1}, {"maximum", 65'535}};
}

bool decode_value(const yaml::Node& node, SecretName& value, Decoding& context) {
    intent::Template text;
    if (!intent::decode_value(node, text, context)) return false;
    const auto* reference =
        text.parts.size() == 1 ? std::get_if<intent::Reference>(&text.parts.front()) : nullptr;
    if (reference != nullptr && reference->kind == intent::RefKind::secret) {
        value.value = reference->name;
        return true;
    }
    Decoding own{context.out, "catalog"};
    return own.fail(node, "not-a-secret", "this must be exactly one secret",
                    "write \"${secret.NAME}\", and in agentops.yaml where it comes from");
}

Json value_schema(const SecretName*) {
    return {{"type", "string"}, {"pattern", "^\\$\\{secret\\.[a-z][a-z0-9_-]*\\}$"}};
}

bool decode_value(const yaml::Node& node, Line& value, Decoding& context) {
    if (!intent::decode_value(node, value.text, context)) return false;
    if (node.text.find('\n') == std::string::npos) return true;
    Decoding own{context.out, "catalog"};
    return own.fail(node, "line", "this must stay on one line",
                    "the file it goes to has one entry a line; put longer text into a file");
}

Json value_schema(const Line*) {
    return {{"type", "string"}, {"pattern", "^[^\\n]*$"}};
}

}  // namespace agentops::catalog
