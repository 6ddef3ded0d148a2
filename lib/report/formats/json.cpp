#include "report/document.h"

namespace agentops::report {

std::string write_json(const Document& document, const FormatOptions& /*options*/) {
    return document.source;
}

}  // namespace agentops::report
