// Workflow commands of GitHub Actions. A line break would begin another command, so texts are
// escaped as the runner reads them back.

#include <fmt/core.h>

#include "report/document.h"

namespace agentops::report {

namespace {

std::string command_text(std::string_view text, std::string_view also = "") {
    std::string shown;
    for (const char c : text) {
        if (c == '%' || also.find(c) != std::string_view::npos)
            shown += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        else
            shown += c;
    }
    return shown;
}

std::string property_text(std::string_view text) {
    return command_text(text, ":,");
}

const char* github_level(const DocumentRemark& remark) {
    if (remark.severity == "error" || remark.blocks) return "error";
    const bool mild = remark.severity == "low" || remark.severity == "note";
    return mild ? "notice" : "warning";
}

}  // namespace

std::string write_github(const Document& document, const FormatOptions& /*options*/) {
    std::string text;
    for (const auto& remark : all_remarks(document)) {
        if (remark.waived) continue;
        text += fmt::format("::{} ", github_level(remark));
        if (!remark.place.file.empty())
            text += fmt::format("file={},line={},col={},", property_text(remark.place.file),
                                std::max(1, remark.place.line), std::max(1, remark.place.column));
        const auto about = remark.address.empty() ? "" : remark.address + ": ";
        text += fmt::format("title={}::{}{}\n", property_text(remark.rule), command_text(about),
                            command_text(remark.message));
    }
    return text;
}

}  // namespace agentops::report
