#pragma once

// Findings: remarks on the user's infrastructure. Static rules judge a built stack before any tool
// runs; one rule is one file under catalog/rules/ and one line in catalog/rules.def.

#include <optional>
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

/// What a rule says of one block.
struct Remark {
    std::string address;
    const Origin* origin = nullptr;
    std::string message;
    std::optional<Severity> severity;  ///< when it is not the rule's own
};

struct Rule {
    std::string_view name;  ///< "public-database"
    Severity severity;
    std::string_view summary;
    std::string_view remediation;
    /// One remark per offending block, in the order of the root. Pure; arguments of any shape, and
    /// expressions nobody knows yet, are passed over.
    std::vector<Remark> (*judge)(const tf::Root& root, const intent::Stack& stack);
};
/// All rules, in the order of rules.def.
const std::vector<const Rule*>& rules();
/// Null when there is none of that name.
const Rule* find_rule(std::string_view name);

/// By what findings are judged.
struct Standards {
    Severity fail_on = Severity::high;
    std::string_view today;           ///< YYYY-MM-DD, for waivers
    std::vector<std::string> agents;  ///< whose rules are "<agent>/..."
};

/// All rules over a built stack, and `others` that somebody else found; waivers and blocking
/// applied; the worst first. An expired waiver is a warning (catalog.waiver-expired), an unknown
/// rule in deny or waive an error (catalog.unknown-rule).
std::vector<Finding> judge(const BuiltStack& built, const intent::Stack& stack,
                           const Standards& standards, std::vector<Finding> others,
                           Diagnostics& diagnostics);

}  // namespace agentops::catalog
