#include "vcs/hook.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <tuple>

#include "base/text.h"

namespace agentops::vcs {

namespace {

constexpr const char* kName = "pre-commit";
constexpr const char* kBefore = "pre-commit.before-agentops";
constexpr std::string_view kMark = "# Written by `agentops hook install`";
constexpr std::string_view kScript = R"(#!/bin/sh
# Written by `agentops hook install`; `agentops hook uninstall` takes it away.
# A hook that was here before runs first.
before="$(dirname "$0")/pre-commit.before-agentops"
if [ -x "$before" ]; then
  "$before" "$@" || exit
fi
if ! command -v agentops >/dev/null; then
  echo "agentops is not on PATH: install it, or run 'git commit --no-verify'" >&2
  exit 1
fi
exec agentops check --staged --no-input
)";

fs::path hooks_folder(const Repository& repository, const std::optional<std::string>& setting) {
    if (!setting || setting->empty()) return repository.common_dir() / "hooks";
    const char* home = std::getenv("HOME");
    if (starts_with(*setting, "~/") && home != nullptr) return fs::path(home) / setting->substr(2);
    return (repository.root() / *setting).lexically_normal();
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

Status move_file(const fs::path& from, const fs::path& to) {
    std::error_code failure;
    fs::rename(from, to, failure);
    if (!failure) return {};
    return fail(error("file.unwritable",
                      fmt::format("cannot rename '{}': {}", from.string(), failure.message())));
}

}  // namespace

Result<HookStatus> hook_status(const Repository& repository) {
    HookStatus status;
    const auto setting = repository.config("core.hooksPath");
    const auto folder = hooks_folder(repository, setting);
    status.file = folder / kName;
    status.shared = setting;
    if (!is_there(status.file)) return status;
    TRY(const auto text, read_file(status.file, kMaxInputBytes));
    status.installed = text.find(kMark) != std::string::npos;
    status.foreign = !status.installed;
    status.current = text == kScript && access(status.file.c_str(), X_OK) == 0;
    if (status.installed && is_there(folder / kBefore)) status.chained = folder / kBefore;
    return status;
}

Status install_hook(const Repository& repository) {
    TRY(const auto status, hook_status(repository));
    if (status.current) return {};
    if (!status.foreign) return write_file(status.file, kScript, 0755);
    const auto before = status.file.parent_path() / kBefore;
    if (is_there(before))
        return fail(error(
            "vcs.hook-twice",
            fmt::format("'{}' and '{}' are both there", status.file.string(), before.string()), {},
            "keep one of them, then install again"));
    TRY_DO(move_file(status.file, before));
    auto written = write_file(status.file, kScript, 0755);
    if (!written) std::ignore = move_file(before, status.file);
    return written;
}

Status uninstall_hook(const Repository& repository) {
    TRY(const auto status, hook_status(repository));
    if (!status.installed) return {};
    if (status.chained) return move_file(*status.chained, status.file);
    std::error_code failure;
    if (fs::remove(status.file, failure)) return {};
    return fail(error("file.unwritable", fmt::format("cannot remove '{}': {}", status.file.string(),
                                                     failure.message())));
}

}  // namespace agentops::vcs
