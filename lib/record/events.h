#pragma once

// events.jsonl of a run: one JSON record per line, in order of happening, each with `time` and
// `type`. The same stream goes to --events FILE. The first line names the format version.

#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"

namespace agentops::record {

class EventLog {
public:
    explicit EventLog(const Clock& clock) : clock_(clock) {}

    /// Adds a file that gets every event from now on; writes its version line. "-" is not special.
    Status open(const fs::path& path, const std::string& run);
    /// Thread-safe. `data` is a record; time and type are added. The caller has redacted it.
    void write(const std::string& type, Json data);

private:
    const Clock& clock_;
    std::mutex mutex_;
    std::vector<std::ofstream> files_;
};

}  // namespace agentops::record
