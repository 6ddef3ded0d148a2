#pragma once

// What is executed as one inside a stack, whatever its tool, and what it takes from others.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/source.h"

namespace agentops {

/// Which intent line and which agent stand behind a resource.
struct Origin {
    std::string component;
    Position position;
    std::string agent;   ///< "architect", "access"
    std::string reason;  ///< "web uses db"; may be empty
};

/// The type of an output or input, as far as a typed unknown needs it.
enum class ValueType { string, number, boolean, list_of_string, map_of_string, any };
std::string_view to_text(ValueType type);

/// A value that another unit provides: `variable "name"`, filled from that unit's output.
struct Input {
    std::string variable;
    std::string from;               ///< unit id "shop@dev/main"
    std::string output;             ///< output name in that unit
    std::vector<std::string> path;  ///< steps below it
    ValueType type = ValueType::any;
    Position position;  ///< the reference in the intent
    friend bool operator<(const Input& a, const Input& b) { return a.variable < b.variable; }
};

/// `variable "name" { sensitive = true }`, filled from a secret at run time through the
/// environment.
struct SecretVariable {
    std::string variable;
    std::string secret;
    bool ephemeral = false;  ///< for write-only arguments: in no plan and no state
};

struct Artifact {
    std::string name;  ///< file name in the unit's folder: "network.tf.json"
    std::string text;
};

/// A unit that is ready for its tool; Terraform's and Ansible's add what only they have.
struct Unit {
    std::string id;  ///< "shop@dev/main"
    std::string stack;
    std::string name;             ///< "main", or its component's name
    bool existing = false;        ///< not generated: a root or playbook that was there
    fs::path dir;                 ///< where the tool runs, absolute
    std::vector<Artifact> files;  ///< generated units only
    std::vector<Input> inputs;
    std::vector<SecretVariable> secrets;
    std::vector<std::string> after;         ///< unit ids before this one
    std::vector<std::string> output_names;  ///< outputs that others may read
    std::map<std::string, Origin> origins;  ///< by address, as the tool's own reader asks
    std::set<std::string> protected_components;
    std::string digest;  ///< digest of the artifacts, or of the existing folder's files
};

/// Every unit id that these inputs come from, once each, sorted.
std::vector<std::string> upstream_of(const std::vector<Input>& inputs);

/// What the digest of a generated unit covers: names and bytes of all its files.
std::string digest_files(const std::vector<Artifact>& files);

}  // namespace agentops
