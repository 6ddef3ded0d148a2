#include "drift/trail.h"

#include <fmt/core.h>

#include "base/json_access.h"

namespace agentops::drift {

namespace {

/// The whole record of an event stands in it as a text.
Json record_of(const Json& event) {
    return Json::parse(text_of(event, "CloudTrailEvent"), nullptr, false);
}

bool only_reads(const Json& event, const Json& record) {
    return text_of(event, "ReadOnly") == "true" || is_true(member(record, "readOnly"));
}

/// "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 ..."
bool is_terraform(const Json& record) {
    return text_of(record, "userAgent").find("Terraform/") != std::string::npos;
}

std::string name_in(const Json& event, const Json& record) {
    const auto user = text_of(event, "Username");
    if (!user.empty()) return user;
    return text_of(member(record, "userIdentity"), "arn");
}

}  // namespace

std::string last_writer(const Json& answer) {
    for (const auto& event : member(answer, "Events")) {  // newest first
        const auto record = record_of(event);
        if (only_reads(event, record) || is_terraform(record)) continue;
        const auto name = name_in(event, record);
        if (name.empty()) continue;
        const auto time = text_of(record, "eventTime");
        return fmt::format("{} ({}{}{})", name, text_of(event, "EventName"),
                           time.empty() ? "" : ", ", time);
    }
    return "";
}

}  // namespace agentops::drift
