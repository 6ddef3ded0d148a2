#pragma once

// Pipelines of agentops for the CI of a forge: templates in cmd/pipelines, filled for a repository.

#include <optional>
#include <string>
#include <vector>

#include "base/fs.h"

namespace agentops::cmd {

/// What a pipeline is made for. All of it is checked by render_pipeline().
struct PipelineWish {
    std::string ci;      ///< github, gitlab, jenkins or buildkite
    std::string branch;  ///< the default branch
    std::string folder;  ///< of the project below the repository's top; "" for the top
    std::optional<std::string> image;  ///< of a container with agentops; none: it is on PATH
};

struct Pipeline {
    fs::path file;  ///< below the repository's top
    std::string text;
};

/// The names that ci may have, sorted.
const std::vector<std::string>& pipeline_names();

/// Code: ci.pipeline (an unknown CI, or a name that a pipeline cannot hold).
Result<Pipeline> render_pipeline(const PipelineWish& wish);

}  // namespace agentops::cmd
