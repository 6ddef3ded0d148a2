#include "record/applied.h"

#include "record/manifest.h"

namespace agentops::record {

namespace {

bool settled(const std::string& status) {
    return status == "applied" || status == "unchanged" || status == "not-converged";
}

/// Takes what this run applied of `units` out of them.
void take(const Store& store, const std::string& run, std::set<std::string>& units,
          std::map<std::string, Applied>& found) {
    const auto outcome = read_outcome(store, run);
    if (!outcome || outcome->units.empty()) return;
    const auto manifest = read_manifest(store, run);
    if (!manifest) return;
    for (const auto& stack : manifest->stacks) {
        for (const auto& unit : stack.units) {
            const auto status = outcome->units.find(unit.id);
            if (status == outcome->units.end() || !settled(status->second)) continue;
            if (units.erase(unit.id) > 0)
                found[unit.id] = {run, manifest->created, unit.artifacts, unit.inputs};
        }
    }
}

}  // namespace

std::map<std::string, Applied> last_applied(const Store& store, std::set<std::string> units) {
    std::map<std::string, Applied> found;
    const auto runs = store.run_ids();
    for (auto run = runs.rbegin(); run != runs.rend() && !units.empty(); ++run)
        take(store, *run, units, found);
    return found;
}

}  // namespace agentops::record
