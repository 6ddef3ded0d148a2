// GitLab's Code Quality report: one entry for each finding; entries with a fingerprint that was
// there already would be dropped.

#include <fmt/core.h>

#include <map>

#include "base/digest.h"
#include "report/document.h"

namespace agentops::report {

namespace {

const char* gitlab_severity(const std::string& severity) {
    if (severity == "critical") return "blocker";
    if (severity == "high" || severity == "error") return "critical";
    if (severity == "medium" || severity == "warning") return "major";
    return severity == "low" ? "minor" : "info";
}

}  // namespace

std::string write_gitlab(const Document& document, const FormatOptions& /*options*/) {
    auto entries = Json::array();
    std::map<std::string, int> seen;
    for (const auto& remark : all_remarks(document)) {
        if (remark.waived) continue;
        const auto print = sha256(
            fmt::format("{}|{}|{}|{}", remark.rule, remark.stack, remark.address, remark.message));
        entries.push_back(
            {{"description", remark.message},
             {"check_name", remark.rule},
             {"fingerprint", fmt::format("{}-{}", print, ++seen[print])},
             {"severity", gitlab_severity(remark.severity)},
             {"location",
              {{"path", remark.place.file.empty() ? "agentops.yaml" : remark.place.file},
               {"lines", {{"begin", std::max(1, remark.place.line)}}}}}});
    }
    return dump_json(entries, 2) + "\n";
}

}  // namespace agentops::report
