// SARIF 2.1.0 (OASIS): findings, mistakes and drift as results. Fingerprints leave out places, so
// that a finding stays the same one when its line moves.

#include <fmt/core.h>

#include <map>

#include "base/digest.h"
#include "report/document.h"

namespace agentops::report {

namespace {

constexpr std::size_t kMostResults = 5000;  ///< what code scanning of GitHub shows of one run

const char* sarif_level(const std::string& severity) {
    if (severity == "critical" || severity == "high" || severity == "error") return "error";
    return severity == "medium" || severity == "warning" ? "warning" : "note";
}

Json message_of(const std::string& text) {
    return {{"text", text}};
}

Json location_of(const DocumentRemark& remark) {
    Json location = Json::object();
    if (!remark.place.file.empty()) {
        location["physicalLocation"]["artifactLocation"]["uri"] = remark.place.file;
        if (remark.place.line > 0)
            location["physicalLocation"]["region"] = {
                {"startLine", remark.place.line},
                {"startColumn", std::max(1, remark.place.column)}};
    }
    if (!remark.address.empty())
        location["logicalLocations"] = {{{"fullyQualifiedName", remark.address}}};
    return location;
}

class SarifLog {
public:
    void add(const DocumentRemark& remark) {
        if (results_.size() == kMostResults) {
            ++left_out_;
            return;
        }
        const auto print = sha256(
            fmt::format("{}|{}|{}|{}", remark.rule, remark.stack, remark.address, remark.message));
        Json result = {{"ruleId", remark.rule},
                       {"ruleIndex", rule_index(remark)},
                       {"level", sarif_level(remark.severity)},
                       {"message", message_of(remark.message)},
                       {"partialFingerprints",
                        {{"agentops/v1", fmt::format("{}:{}", print, ++seen_[print])}}}};
        if (auto location = location_of(remark); !location.empty())
            result["locations"] = {std::move(location)};
        if (remark.waived)
            result["suppressions"] = {{{"kind", "external"}, {"justification", remark.waiver}}};
        results_.push_back(std::move(result));
    }

    Json take(const Document& document) {
        Json invocation = {{"executionSuccessful",
                            document.exit == ExitCode::done || document.exit == ExitCode::changes},
                           {"exitCode", static_cast<int>(document.exit)}};
        if (left_out_ > 0)
            invocation["toolExecutionNotifications"] = {
                {{"level", "warning"},
                 {"message", message_of(fmt::format("{} more results are left out", left_out_))}}};
        Json run = {{"tool", {{"driver", {{"name", "agentops"}, {"rules", std::move(rules_)}}}}},
                    {"automationDetails", {{"id", "agentops/" + document.command + "/"}}},
                    {"columnKind", "unicodeCodePoints"},
                    {"invocations", {std::move(invocation)}},
                    {"results", std::move(results_)}};
        return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                {"version", "2.1.0"},
                {"runs", {std::move(run)}}};
    }

private:
    std::size_t rule_index(const DocumentRemark& remark) {
        const auto [known, fresh] = index_.emplace(remark.rule, rules_.size());
        if (fresh) {
            Json rule = {{"id", remark.rule}};
            if (!remark.remediation.empty()) rule["help"] = message_of(remark.remediation);
            rules_.push_back(std::move(rule));
        }
        return known->second;
    }

    Json rules_ = Json::array(), results_ = Json::array();
    std::map<std::string, std::size_t> index_;
    std::map<std::string, int> seen_;
    std::size_t left_out_ = 0;
};

}  // namespace

std::string write_sarif(const Document& document, const FormatOptions& /*options*/) {
    SarifLog log;
    for (const auto& finding : document.findings)
        log.add(finding);
    for (const auto& diagnostic : document.diagnostics)
        log.add(diagnostic);
    for (const auto& drift : drift_remarks(document))
        log.add(drift);
    return dump_json(log.take(document), 2) + "\n";
}

}  // namespace agentops::report
