#pragma once

// Where modules and roots come from, as an intent names it.

#include "catalog/design.h"

namespace agentops::catalog {

enum class SourceForm {
    local,     ///< "./x", "../x", relative to the intent's file
    registry,  ///< "namespace/name/provider", with or without a host
    remote,    ///< git, http and other addresses
    unknown,   ///< absolute paths, ~ and the like
};
SourceForm source_form(std::string_view source);

/// The folder that a local source means: absolute, normal; the disk is not looked at.
fs::path source_dir(const Design& design, const std::string& source);

/// A source that must not be used: outside of the project, or not allowed by agentops.yaml. Codes:
/// catalog.path-outside, catalog.module-not-allowed.
Diagnostics check_source(const Design& design, const Located<intent::Literal>& source);

/// A file that lies outside of the project: catalog.path-outside.
Diagnostics check_inside(const Design& design, const Located<intent::Literal>& source);

/// References to outputs of a part that its list `outputs` does not have; an empty list has all.
Diagnostics check_listed_outputs(const Part& part, const Design& design,
                                 const std::vector<std::string>& outputs);

}  // namespace agentops::catalog
