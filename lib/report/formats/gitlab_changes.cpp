#include "report/document.h"

namespace agentops::report {

/// A replacement is a creation and a deletion there.
std::string write_gitlab_changes(const Document& document, const FormatOptions& /*options*/) {
    const auto counts = document.counts();
    return dump_json(Json{{"create", counts.create + counts.replace},
                          {"update", counts.update},
                          {"delete", counts.destroy + counts.replace}}) +
           "\n";
}

}  // namespace agentops::report
