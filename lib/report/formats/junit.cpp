// JUnit XML as Jenkins, GitLab and GitHub's reporters read it: a suite for each stack; a case for
// each unit, finding, check and drifted object.

#include <fmt/core.h>

#include "report/document.h"

namespace agentops::report {

namespace {

std::string xml_text(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        switch (c) {
            case '&':
                shown += "&amp;";
                break;
            case '<':
                shown += "&lt;";
                break;
            case '>':
                shown += "&gt;";
                break;
            case '"':
                shown += "&quot;";
                break;
            default:
                shown += c;
        }
    }
    return shown;
}

class JunitSuite {
public:
    explicit JunitSuite(std::string name) : name_(std::move(name)) {}

    void passed(const std::string& test) { add(test, ""); }
    void failed(const std::string& test, const std::string& type, const std::string& message,
                const Place& place) {
        ++failures_;
        const auto where = place.file.empty() ? "" : fmt::format("{}:{}: ", place.file, place.line);
        add(test, fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>", xml_text(type),
                              xml_text(message), xml_text(where + message)));
    }
    void skipped(const std::string& test, const std::string& why) {
        ++skipped_;
        add(test, fmt::format("<skipped message=\"{}\"/>", xml_text(why)));
    }
    bool empty() const { return tests_ == 0; }
    int tests() const { return tests_; }
    int failures() const { return failures_; }
    std::string text() const {
        return fmt::format(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n"
            "{}  </testsuite>\n",
            xml_text(name_), tests_, failures_, skipped_, cases_);
    }

private:
    void add(const std::string& test, const std::string& body) {
        ++tests_;
        cases_ += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_text(name_),
                              xml_text(test)) +
                  (body.empty() ? "/>\n" : ">" + body + "</testcase>\n");
    }

    std::string name_, cases_;
    int tests_ = 0, failures_ = 0, skipped_ = 0;
};

bool went_wrong(std::string_view status) {
    constexpr std::string_view kBad[] = {"failed",        "interrupted", "unknown",
                                         "not-converged", "stale",       "invalid"};
    return std::find(std::begin(kBad), std::end(kBad), status) != std::end(kBad);
}

void add_units(JunitSuite& suite, const DocumentStack& stack) {
    for (const auto& unit : stack.units) {
        if (went_wrong(unit.status))
            suite.failed(unit.id, unit.status, unit.note.empty() ? unit.status : unit.note, {});
        else if (unit.status == "skipped" || unit.status == "pending")
            suite.skipped(unit.id, unit.note);
        else
            suite.passed(unit.id);
    }
    for (const auto& check : stack.checks) {
        if (check.status == "failed")
            suite.failed("check " + check.name, "check", check.note, {});
        else
            suite.passed("check " + check.name);
    }
    if (stack.units.empty() && stack.checks.empty()) suite.passed(stack.id);
}

void add_remark(JunitSuite& suite, const DocumentRemark& remark) {
    const auto test = remark.rule + (remark.address.empty() ? "" : " " + remark.address);
    if (remark.waived)
        suite.skipped(test, remark.waiver);
    else if (remark.blocks || remark.severity == "error" || remark.rule == "drift")
        suite.failed(test, remark.severity, remark.message, remark.place);
    else
        suite.passed(test);
}

}  // namespace

std::string write_junit(const Document& document, const FormatOptions& /*options*/) {
    std::vector<JunitSuite> suites;
    const auto drift = drift_remarks(document);
    for (const auto& stack : document.stacks) {
        auto& suite = suites.emplace_back(stack.id);
        add_units(suite, stack);
        for (const auto& finding : document.findings) {
            if (finding.stack == stack.id) add_remark(suite, finding);
        }
        for (const auto& one : drift) {
            if (one.stack == stack.id) add_remark(suite, one);
        }
    }
    auto& rest = suites.emplace_back("agentops " + document.command);
    for (const auto& diagnostic : document.diagnostics)
        add_remark(rest, diagnostic);
    if (rest.empty()) suites.pop_back();
    int tests = 0, failures = 0;
    std::string text;
    for (const auto& suite : suites) {
        tests += suite.tests();
        failures += suite.failures();
        text += suite.text();
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"agentops {}\" "
        "tests=\"{}\" failures=\"{}\">\n{}</testsuites>\n",
        xml_text(document.command), tests, failures, text);
}

}  // namespace agentops::report
