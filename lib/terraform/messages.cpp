#include "terraform/messages.h"

#include <fmt/core.h>

#include <array>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::tf {

namespace {

/// "aws_vpc.net" of "aws_vpc.net[0].x", "data.a.b" of "data.a.b", "module.x" of "module.x.a.b": the
/// key of Unit::origins.
std::string origin_key(std::string_view address) {
    const auto parts = split(address.substr(0, address.find('[')), '.');
    const std::size_t count = !parts.empty() && parts[0] == "data" ? 3 : 2;
    return join({parts.begin(), parts.begin() + static_cast<long>(std::min(count, parts.size()))},
                ".");
}

/// The address that a diagnostic is about, from itself or from the block its snippet lies in.
std::string address_of(const Json& diagnostic) {
    auto address = text_of(diagnostic, "address");
    if (!address.empty()) return address;
    const auto context = text_of(member(diagnostic, "snippet"), "context");
    constexpr std::string_view kResource = "resource.";
    return starts_with(context, kResource) ? context.substr(kResource.size()) : context;
}

Position position_of(const Json& diagnostic, const Unit& unit) {
    const auto origin = unit.origins.find(origin_key(address_of(diagnostic)));
    return origin == unit.origins.end() ? Position{} : origin->second.position;
}

/// " (web.tf.json:12)", or "".
std::string place_of(const Json& diagnostic) {
    const auto& range = member(diagnostic, "range");
    const auto file = text_of(range, "filename");
    if (file.empty()) return "";
    const auto& line = member(member(range, "start"), "line");
    return line.is_number_integer() ? fmt::format(" ({}:{})", file, line.get<std::int64_t>())
                                    : fmt::format(" ({})", file);
}

bool says_stale_plan(const Json& diagnostic) {
    const auto summary = text_of(diagnostic, "summary");
    return summary == "Saved plan is stale" ||
           starts_with(summary, "Saved plan does not match the given state");
}

struct Kind {
    std::string code, help;
};

Kind kind_of(const Json& diagnostic) {
    if (text_of(diagnostic, "severity") == "warning") return {"terraform.warning", ""};
    if (says_lock_held(diagnostic)) {
        return {
            "terraform.locked",
            "Wait until the other operation is done (--lock-timeout 5m waits). If its process is "
            "gone for sure, "
            "`terraform force-unlock ID` in the unit's folder removes the lock."};
    }
    if (says_stale_plan(diagnostic))
        return {"terraform.stale-plan", "Plan again: the state has changed since this plan."};
    return {"terraform.error", ""};
}

}  // namespace

bool says_lock_held(const Json& diagnostic) {
    const auto detail = text_of(diagnostic, "detail");
    return text_of(diagnostic, "summary") == "Error acquiring the state lock" &&
           detail.find("Lock Info:") != std::string::npos;
}

Diagnostic read_message(const Json& diagnostic, const Unit& unit) {
    auto [code, help] = kind_of(diagnostic);
    auto message = single_line(text_of(diagnostic, "summary"));
    const auto detail = single_line(text_of(diagnostic, "detail"));
    if (!detail.empty()) message += ": " + detail;
    message += place_of(diagnostic);
    Diagnostic result =
        error(std::move(code), std::move(message), position_of(diagnostic, unit), std::move(help));
    if (result.code == "terraform.warning") result.level = Level::warning;
    return result;
}

Diagnostics read_validation(const Json& json, const Unit& unit) {
    const auto& list = member(json, "diagnostics");
    if (!list.is_array() || !member(json, "valid").is_boolean()) {
        return {error("terraform.validate-format",
                      fmt::format("'validate -json' of {} answered something else", unit.id), {},
                      "Look at the step's log; the tool may have crashed.")};
    }
    Diagnostics result;
    for (const auto& diagnostic : list)
        result.push_back(read_message(diagnostic, unit));
    return result;
}

Diagnostics read_messages(const std::vector<Json>& events, const Unit& unit) {
    Diagnostics result;
    for (const auto& event : events) {
        if (text_of(event, "type") == "diagnostic")
            result.push_back(read_message(member(event, "diagnostic"), unit));
    }
    return result;
}

}  // namespace agentops::tf
