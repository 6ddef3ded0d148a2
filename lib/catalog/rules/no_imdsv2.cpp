// Machines whose metadata, credentials included, can be read with a plain request.

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

bool is_guarded(const tf::Map& options) {
    const auto* tokens = argument(options, "http_tokens");
    const bool unknown = tokens != nullptr && tokens->text() == nullptr;
    return unknown || text_of(tokens) == "required" ||
           text_of(argument(options, "http_endpoint")) == "disabled";
}

std::optional<Remark> look(const tf::Resource& resource) {
    const bool machine =
        resource.type == "aws_launch_template" ||
        (resource.type == "aws_instance" && argument(resource.body, "launch_template") == nullptr);
    if (!machine) return std::nullopt;
    for (const auto* options : blocks(resource.body, "metadata_options")) {
        if (is_guarded(*options)) return std::nullopt;
    }
    return remark("instance metadata can be read without a session token");
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    return judge_resources(root, look);
}

}  // namespace

const Rule& no_imdsv2_rule() {
    static const Rule rule{"no-imdsv2", Severity::high,
                           "a machine's metadata needs no session token (IMDSv2)",
                           "set metadata_options to {http_tokens: required}", judge};
    return rule;
}

}  // namespace agentops::catalog
