#include "record/store.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace agentops::record {

Status Store::prepare() const {
    TRY_DO(make_private_dir(dir()));
    const auto ignore = dir() / ".gitignore";
    std::error_code ignored;
    if (fs::exists(ignore, ignored)) return {};
    return write_file(ignore, "*\n", 0600);
}

namespace {

/// Whether a folder's name has the form of new_run_id(): anything else under runs/ is not ours.
bool is_run_id(std::string_view name) {
    constexpr std::string_view kForm = "dddddddd-dddddd-xxxxxx";
    if (name.size() != kForm.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool digit = name[i] >= '0' && name[i] <= '9';
        const bool hex = digit || (name[i] >= 'a' && name[i] <= 'f');
        if (kForm[i] == '-' ? name[i] != '-' : kForm[i] == 'd' ? !digit : !hex) return false;
    }
    return true;
}

/// A drift check keeps its record under this name from the start.
constexpr const char* kCheck = "drift.json";

bool is_check(const fs::path& run) {
    std::error_code ignored;
    return fs::exists(run / kCheck, ignored);
}

}  // namespace

Status Store::mark_check(const std::string& id) const {
    return write_file(run(id) / kCheck, "{}\n", 0600);
}

std::vector<std::string> Store::run_ids() const {
    std::vector<std::string> ids;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(runs(), failure)) {
        auto name = entry.path().filename().string();
        if (is_run_id(name) && entry.is_directory(failure)) ids.push_back(std::move(name));
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

Result<std::string> Store::find_run(const std::string& word) const {
    const auto ids = run_ids();
    if (word == "latest") {
        const auto plan = std::find_if(ids.rbegin(), ids.rend(),
                                       [&](const auto& id) { return !is_check(run(id)); });
        if (plan != ids.rend()) return *plan;
        return fail(error("run.unknown", "there is no run yet", {}, "make one: agentops plan"));
    }
    std::vector<std::string> found;
    for (const auto& id : ids) {
        if (id == word) return id;
        // The random tail is what people type: "7f3c9a" as well as "20261123".
        const bool fits = starts_with(id, word) || starts_with(id.substr(id.rfind('-') + 1), word);
        if (fits && !word.empty()) found.push_back(id);
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
    using namespace std::chrono;
    if (sodium_init() < 0) throw InternalError("libsodium does not start");
    constexpr unsigned kChanceBits = 14;  // 1000 ms fit in the 10 bits above them
    const auto now = clock.now();
    const auto second = floor<seconds>(now);
    const auto ms = static_cast<unsigned>(floor<milliseconds>(now - second).count());
    return fmt::format("{:%Y%m%d-%H%M%S}-{:06x}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(second)),
                       ms << kChanceBits | randombytes_uniform(1u << kChanceBits));
}

}  // namespace agentops::record
