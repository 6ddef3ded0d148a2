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
#include "unit/unit.h"

namespace agentops::tf {

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

/// `origins` are by resource address without index, "module.x" too.
struct Unit : agentops::Unit {
    fs::path data_dir;     ///< TF_DATA_DIR, absolute
    std::string backend;   ///< "local", "s3", ...; "" when an existing root decides
    fs::path local_state;  ///< absolute path of a local state; empty when remote or not known
    std::vector<Artifact> preview_files;     ///< stands in for files when inputs are not real yet
    Map variables;                           ///< existing roots: plain values for their variables
    std::string workspace;                   ///< existing roots; "" is default
    std::vector<std::string> local_modules;  ///< sources relative to dir, for the digest
    std::string init_key;  ///< digest of what init depends on, tool version and lock file apart
    fs::path lock_source;  ///< an existing .terraform.lock.hcl
};

}  // namespace agentops::tf
