#include "unit/tree_digest.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.h"
#include "base/text.h"

namespace agentops {

namespace {

constexpr std::size_t kMaxFile = std::size_t(1) << 30;

bool passed_over(const std::string& name) {
    return name.empty() || name.front() == '.' || name.find(".tfstate") != std::string::npos ||
           glob_match("*.log", name);
}

/// Collects the digests of files by name.
class Collector {
public:
    explicit Collector(const FileTree& tree) : tree_(tree) {}

    Status add(const fs::path& dir, const std::string& prefix = "") {
        // A link may lead back to where we are.
        const auto real = tree_.resolve(dir);
        if (!inside_.insert(real).second) return {};
        TRY(const auto entries, tree_.entries(dir));
        for (const auto& entry : entries)
            TRY_DO(add_entry(dir / entry.name, prefix));
        inside_.erase(real);
        return {};
    }
    std::string digest() const { return sha256(files_); }

private:
    Status add_entry(const fs::path& path, const std::string& prefix) {
        const auto name = path.filename().string();
        if (passed_over(name)) return {};
        const auto kind = tree_.kind(path);
        if (kind == FileTree::Kind::folder) return add(path, prefix + name + "/");
        if (kind != FileTree::Kind::file) return {};
        TRY(const auto bytes, tree_.read(path, kMaxFile));
        files_[prefix + name] = sha256(bytes);
        return {};
    }

    const FileTree& tree_;
    Json files_ = Json::object();
    std::set<fs::path> inside_;
};

}  // namespace

Result<std::string> tree_digest(const FileTree& tree, const fs::path& dir) {
    if (!tree.is_folder(dir))
        return fail(error("unit.missing-folder",
                          fmt::format("there is no folder '{}'", dir.string()), {},
                          "check the `source` of the component"));
    Collector collector(tree);
    TRY_DO(collector.add(dir));
    return collector.digest();
}

}  // namespace agentops
