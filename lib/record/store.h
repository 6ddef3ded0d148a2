#pragma once

// Paths under .agentops/, and run ids. Nothing here holds open files.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"

namespace agentops::record {

/// In a run's folder: why its design is as it is, by stack.
inline constexpr const char* kDecisionsFile = "decisions.json";

class Store {
public:
    explicit Store(fs::path project_root) : root_(std::move(project_root)) {}

    const fs::path& project() const { return root_; }
    fs::path dir() const { return root_ / ".agentops"; }
    fs::path stacks() const { return dir() / "stacks"; }
    fs::path runs() const { return dir() / "runs"; }
    fs::path run(const std::string& id) const { return runs() / id; }
    fs::path cache() const { return dir() / "cache"; }
    fs::path locks() const { return dir() / "locks"; }
    fs::path journal() const { return dir() / "journal.jsonl"; }

    /// Creates .agentops (0700) with a .gitignore that hides it.
    Status prepare() const;

    /// Makes the folder of a run that only looks: "latest" passes over it.
    Status mark_check(const std::string& run) const;

    /// All run ids, oldest first.
    std::vector<std::string> run_ids() const;
    /// An id, a unique prefix, or "latest" (that made a plan, or tried to). Codes: run.unknown,
    /// run.ambiguous.
    Result<std::string> find_run(const std::string& word) const;

private:
    fs::path root_;
};

/// "20261123-041200-7f3c9a": sorts by time; the tail holds the millisecond, then chance.
std::string new_run_id(const Clock& clock);

}  // namespace agentops::record
