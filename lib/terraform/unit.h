#pragma once

// One Terraform root with a state of its own inside a stack: generated, or an existing folder.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/fs.h"
#include "base/json.h"
#include "base/source.h"
#include "terraform/value.h"

namespace agentops::tf {

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

/// A block `resource "type" "name" {}` or `data ...`.
struct Resource {
    bool data = false;
    std::string type;
    std::string name;
    Map body;
    Origin origin;
    std::string provider;  ///< "aws", or "aws.us_east_1" for an alias
    /// "aws_vpc.net", "data.aws_ami.web"
    std::string address() const;
};

struct ModuleCall {
    std::string name;
    std::string source;   ///< literal; local ones are relative to the unit's folder
    std::string version;  ///< may be empty
    Map inputs;
    Origin origin;
};

struct OutputBlock {
    std::string name;  ///< "<component>_<output>", dashes made underscores
    Value value;
    bool sensitive = false;
    std::string description;
};

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

struct ProviderRequirement {
    std::string name;     ///< local name: "aws"
    std::string source;   ///< "hashicorp/aws"
    std::string version;  ///< constraint: "5.100.0"
};

struct ProviderBlock {
    std::string name;   ///< "aws"
    std::string alias;  ///< may be empty
    Map body;
};

/// What is to be written for a generated root. Everything in it is known before any tool runs.
struct Root {
    std::vector<ProviderRequirement> requirements;
    std::vector<ProviderBlock> providers;
    std::string backend = "local";
    Json backend_config;  ///< literal settings, written as they are
    std::vector<Resource> resources;
    std::vector<ModuleCall> modules;
    std::vector<OutputBlock> outputs;
    std::vector<Input> inputs;
    std::vector<SecretVariable> secrets;
    std::string required_version;
};

struct Artifact {
    std::string name;  ///< file name in the unit's folder: "network.tf.json"
    std::string text;
};

/// A unit that is ready for its tool.
struct Unit {
    std::string id;  ///< "shop@dev/main"
    std::string stack;
    std::string name;  ///< "main", or the component's name for kind terraform
    bool existing = false;
    fs::path dir;          ///< where the tool runs, absolute
    fs::path data_dir;     ///< TF_DATA_DIR, absolute
    std::string backend;   ///< "local", "s3", ...; "" when an existing root decides
    fs::path local_state;  ///< absolute path of a local state; empty when remote or not known
    std::vector<Artifact> files;          ///< generated roots only
    std::vector<Artifact> preview_files;  ///< stands in for files when inputs are not real yet
    std::vector<Input> inputs;
    std::vector<SecretVariable> secrets;
    Map variables;                           ///< existing roots: plain values for their variables
    std::string workspace;                   ///< existing roots; "" is default
    std::vector<std::string> after;          ///< unit ids before this one
    std::vector<std::string> local_modules;  ///< sources relative to dir, for the digest
    std::vector<std::string> output_names;   ///< outputs that others may read
    std::map<std::string, Origin> origins;   ///< by resource address without index, "module.x" too
    std::set<std::string> protected_components;
    std::string init_key;  ///< digest of what init depends on, tool version and lock file apart
    std::string digest;    ///< digest of the artifacts, or of the existing root's files
    fs::path lock_source;  ///< an existing .terraform.lock.hcl
};

}  // namespace agentops::tf
