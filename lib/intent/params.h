#pragma once

// Parameters and environment variables: replaced in the tree, before anything is decoded. What they
// hold is data: a value can never bring a reference into being.

#include <map>
#include <set>
#include <utility>

#include "intent/project.h"

namespace agentops::intent {

/// The values that went in, for the digest, and the places (line, column) of scalars and
/// references that could not be completed, so that nobody complains about them twice.
struct Substituted {
    std::map<std::string, std::string> params;
    std::map<std::string, std::string> variables;
    std::set<std::pair<int, int>> failed;
};

/// Replaces ${param.x} and ${env.NAME} in the scalars of an intent. A plain scalar stays plain, so
/// `port: ${param.port}` is a number. Reports misspelt references and references in keys.
Substituted substitute(yaml::Node& root, const OrderedMap<Param>& declared, const Inputs& inputs,
                       Decoding& context);

}  // namespace agentops::intent
