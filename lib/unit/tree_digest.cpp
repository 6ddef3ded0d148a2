#include "unit/tree_digest.h"

#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/text.h"

namespace agentops {

namespace {

bool passed_over(const std::string& name) {
    return name.empty() || name.front() == '.' || name.find(".tfstate") != std::string::npos ||
           glob_match("*.log", name);
}

}  // namespace

Result<std::string> tree_digest(const fs::path& dir) {
    std::error_code failure;
    if (!fs::is_directory(dir, failure))
        return fail(error("unit.missing-folder",
                          fmt::format("there is no folder '{}'", dir.string()), {},
                          "check the `source` of the component"));
    Json files = Json::object();
    for (fs::recursive_directory_iterator at(dir, failure), end; at != end; at.increment(failure)) {
        if (failure) break;
        const auto name = at->path().filename().string();
        if (passed_over(name)) {
            if (at->is_directory(failure)) at.disable_recursion_pending();
            continue;
        }
        if (!at->is_regular_file(failure)) continue;
        TRY(auto bytes, read_file(at->path()));
        files[relative_to(at->path(), dir)] = sha256(bytes);
    }
    if (failure)
        return fail(error("file.unreadable",
                          fmt::format("cannot read '{}': {}", dir.string(), failure.message())));
    return sha256(files);
}

}  // namespace agentops
