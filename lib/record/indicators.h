#pragma once

// The metrics of research on agents that provision infrastructure, and DORA's four, computed from
// the journal alone. A pure function: its clock is the time of the journal's last line.
//
// Provisioning time, error rate, utilisation efficiency, scalability, time to restore, decision
// accuracy, deployment success, autonomy, human intervention and adaptability are the ten that
// evaluations of such systems use; k and pass@k are those of code generation (M. Chen et al.,
// Evaluating Large Language Models Trained on Code, 2021). Over- and under-provisioning are the
// elasticity metrics theta and tau of N. Herbst et al., Ready for Rain? A View from SPEC Research
// on the Future of Cloud Metrics, 2016. The roles of people are the five levels of K. J. K. Feng et
// al., Levels of Autonomy for AI Agents, 2025. DORA's four are those of N. Forsgren, J. Humble and
// G. Kim, Accelerate, 2018.
//
// What cannot be known is none, with n = 0; what is not over yet is counted beside, never left out.
// "Afterwards" is within kHindsight of the end of an apply.

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "record/metrics.h"

namespace agentops::record {

inline constexpr std::chrono::hours kHindsight{24};

/// A number of `n` observations.
struct Quantity {
    std::optional<double> value;
    std::size_t n = 0;
    std::optional<Interval> interval;
    std::string unit;  ///< "a day", "resources a second"; "" for a plain ratio
};

struct Figure {
    std::string key;    ///< "failed_runs"
    std::string label;  ///< "runs that failed"
    std::variant<Share, Spells, Quantity> value;
    /// How many are not in the value, by why: open (not over yet), failed, interrupted,
    /// inconclusive.
    std::map<std::string, std::size_t> besides;
};

struct Topic {
    std::string key;    ///< "error_rate"
    std::string label;  ///< "Error rate"
    std::vector<Figure> figures;
};

/// All topics, always in the same order. Of runs that touch a stack which is asked for, and ended
/// in the span; `measures` is what measure() says of the same entries and options over all stacks.
std::vector<Topic> indicators(const std::vector<JournalEntry>& entries, const Measures& measures,
                              const MetricsOptions& options = {});

}  // namespace agentops::record
