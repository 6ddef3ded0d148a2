#pragma once

// One pass of `agentops watch`: observe, compare, act, and tell what changed.

#include "cmd/drift_flow.h"
#include "drift/condition.h"

namespace agentops::cmd {

/// A stack as a pass found it.
struct WatchedStack {
    std::string id;
    drift::StackCondition condition;
    bool told = false;   ///< its condition changed, and that counts
    std::string before;  ///< the condition that was told last; "" at first
    std::size_t drifted = 0, unknown = 0, in_sync = 0, accepted = 0, checks_failed = 0;
};

struct WatchPass {
    std::vector<WatchedStack> stacks;
    report::Report report;
    bool could_not_look = false;  ///< something is unknown: wait longer before the next pass
};

class Watch {
public:
    /// `who`: ask the cloud's trail who changed what drifted.
    Watch(Session& session, std::vector<std::string> patterns, int debounce, bool who)
        : session_(session), patterns_(std::move(patterns)), debounce_(debounce), who_(who) {}

    /// Loads the project anew, so that an intent that changed is seen.
    Result<WatchPass> pass();

private:
    std::string last_clean(const std::string& stack, bool clean);

    Session& session_;
    std::vector<std::string> patterns_;
    int debounce_;
    bool who_;
    std::map<std::string, drift::Debounce> changes_;
    std::map<std::string, std::string> clean_;  ///< when a stack was last seen in order
};

/// "2026-11-25T12:00:00Z shop@dev Drifted (was Ready): ..."
std::string line_of(const WatchedStack& stack);

/// Prometheus' text format: gauges by stack. Byte-equal as long as nothing changes, so that a file
/// with it need not be written again.
std::string metrics_text(const WatchPass& pass);

}  // namespace agentops::cmd
