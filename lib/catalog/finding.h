#pragma once

// Findings: remarks on the user's infrastructure. Static rules judge a built stack before any tool
// runs; one rule is one file under catalog/rules/ and one line in catalog/rules.def.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/design.h"

namespace agentops::catalog {

enum class Severity { low, medium, high, critical };
std::string_view to_text(Severity severity);
std::optional<Severity> parse_severity(std::string_view text);

struct Finding {
    std::string rule;  ///< "public-database"
    Severity severity = Severity::medium;
    std::string stack;
    std::string address;  ///< "aws_db_instance.db"
    std::string component;
    Position position;
    std::string message;
    std::string remediation;
    bool waived = false;
    std::string waiver;   ///< "accepted by ann until 2027-01-31: migration"
    bool blocks = false;  ///< at or above fail_on, or denied by the intent; never when waived
};
Json to_json(const Finding& finding);

struct RuleInfo {
    std::string_view name;
    Severity severity;
    std::string_view summary;
    std::string_view remediation;
};

class Rule {
public:
    virtual ~Rule() = default;
    virtual const RuleInfo& info() const = 0;
    /// Adds one finding per offending resource; fills address and message, may lower or raise
    /// severity.
    virtual void judge(
        const tf::Root& root,
        const std::function<void(const tf::Resource&, std::string message)>& report) const = 0;
};
const std::vector<const Rule*>& rules();
const Rule* find_rule(std::string_view name);

/// All rules over a built stack; waivers (with `today`, YYYY-MM-DD) and blocking applied. An
/// expired waiver is a warning, an unknown rule in deny or waive an error (catalog.unknown-rule).
std::vector<Finding> judge(const BuiltStack& built, const intent::Stack& stack, Severity fail_on,
                           std::string_view today, Diagnostics& diagnostics);

}  // namespace agentops::catalog
