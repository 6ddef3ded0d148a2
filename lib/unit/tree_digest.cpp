#include "unit/tree_digest.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.h"
#include "base/text.h"

namespace agentops {

namespace {

bool passed_over(const std::string& name) {
    return name.empty() || name.front() == '.' || name.find(".tfstate") != std::string::npos ||
           glob_match("*.log", name);
}

/// Collects the digests of files by name.
class Tree {
public:
    Status add(const fs::path& dir, const std::string& prefix = "") {
        std::error_code failure;
        const auto real = fs::canonical(dir, failure);
        // A link may lead back to where we are.
        if (!failure && !inside_.insert(real).second) return {};
        for (fs::directory_iterator at(dir, failure), end; !failure && at != end;
             at.increment(failure))
            TRY_DO(add_entry(at->path(), prefix));
        inside_.erase(real);
        if (!failure) return {};
        return fail(error("file.unreadable",
                          fmt::format("cannot read '{}': {}", dir.string(), failure.message())));
    }
    std::string digest() const { return sha256(files_); }

private:
    Status add_entry(const fs::path& path, const std::string& prefix) {
        const auto name = path.filename().string();
        if (passed_over(name)) return {};
        std::error_code ignored;
        const auto kind = fs::status(path, ignored);
        if (fs::is_directory(kind)) return add(path, prefix + name + "/");
        if (!fs::is_regular_file(kind)) return {};
        TRY(const auto bytes, read_file(path));
        files_[prefix + name] = sha256(bytes);
        return {};
    }

    Json files_ = Json::object();
    std::set<fs::path> inside_;
};

}  // namespace

Result<std::string> tree_digest(const fs::path& dir) {
    std::error_code failure;
    if (!fs::is_directory(dir, failure))
        return fail(error("unit.missing-folder",
                          fmt::format("there is no folder '{}'", dir.string()), {},
                          "check the `source` of the component"));
    Tree tree;
    TRY_DO(tree.add(dir));
    return tree.digest();
}

}  // namespace agentops
