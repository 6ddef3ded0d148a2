#include "record/store.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::record {

Status Store::prepare() const {
    TRY_DO(make_private_dir(dir()));
    const auto ignore = dir() / ".gitignore";
    std::error_code ignored;
    if (fs::exists(ignore, ignored)) return {};
    return write_file(ignore, "*\n", 0600);
}

std::vector<std::string> Store::run_ids() const {
    std::vector<std::string> ids;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(runs(), failure)) {
        if (entry.is_directory(failure)) ids.push_back(entry.path().filename().string());
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

Result<std::string> Store::find_run(const std::string& word) const {
    const auto ids = run_ids();
    if (word == "latest") {
        if (!ids.empty()) return ids.back();
        return fail(error("run.unknown", "there is no run yet", {}, "make one: agentops plan"));
    }
    std::vector<std::string> found;
    for (const auto& id : ids) {
        if (id == word) return id;
        // The random tail is what people type: "7f3c9a" as well as "20261123".
        if (starts_with(id, word) || starts_with(id.substr(id.rfind('-') + 1), word))
            found.push_back(id);
    }
    if (found.size() == 1) return found.front();
    if (found.empty())
        return fail(error("run.unknown", fmt::format("there is no run '{}'", word), {},
                          "agentops runs lists them"));
    return fail(error("run.ambiguous",
                      fmt::format("'{}' fits several runs: {}", word, join(found, ", ")), {},
                      "type more of the id"));
}

std::string new_run_id(const Clock& clock) {
    if (sodium_init() < 0) throw InternalError("libsodium does not start");
    const auto now = std::chrono::time_point_cast<std::chrono::seconds>(clock.now());
    return fmt::format("{:%Y%m%d-%H%M%S}-{:06x}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                       randombytes_uniform(1u << 24));
}

}  // namespace agentops::record
