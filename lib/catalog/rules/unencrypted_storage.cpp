// Disks, databases and queues that are not encrypted at rest. Buckets are not looked at: S3 has
// encrypted every new object since January 2023.

#include <fmt/core.h>

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

/// Types with one switch that is off by default.
struct Switch {
    std::string_view type;
    std::string_view argument;
};
constexpr Switch kSwitches[] = {
    {"aws_db_instance", "storage_encrypted"},
    {"aws_rds_cluster", "storage_encrypted"},
    {"aws_docdb_cluster", "storage_encrypted"},
    {"aws_neptune_cluster", "storage_encrypted"},
    {"aws_redshift_cluster", "encrypted"},
    {"aws_ebs_volume", "encrypted"},
    {"aws_efs_file_system", "encrypted"},
    {"aws_elasticache_replication_group", "at_rest_encryption_enabled"}};
/// What is made from another is encrypted as that is.
constexpr std::string_view kOrigins[] = {"replicate_source_db", "replication_source_identifier",
                                         "snapshot_identifier", "snapshot_id"};

std::optional<Remark> look_at_switch(const tf::Resource& resource) {
    for (const auto name : kOrigins) {
        if (argument(resource.body, name) != nullptr) return std::nullopt;
    }
    for (const auto& each : kSwitches) {
        if (resource.type == each.type && is_off(argument(resource.body, each.argument)))
            return remark(fmt::format("{} is off", each.argument));
    }
    return std::nullopt;
}

std::optional<Remark> look_at_disks(const std::vector<const tf::Map*>& disks) {
    for (const auto* disk : disks) {
        if (is_off(argument(*disk, "encrypted")) && argument(*disk, "snapshot_id") == nullptr)
            return remark("a disk is not encrypted");
    }
    return std::nullopt;
}

std::optional<Remark> look_at_instance(const tf::Map& body) {
    if (argument(body, "launch_template") != nullptr) return std::nullopt;
    if (argument(body, "root_block_device") == nullptr)
        return remark("the root disk is not encrypted");
    auto found = look_at_disks(blocks(body, "root_block_device"));
    return found ? found : look_at_disks(blocks(body, "ebs_block_device"));
}

std::optional<Remark> look_at_template(const tf::Map& body) {
    if (argument(body, "block_device_mappings") == nullptr)
        return remark("the root disk is not encrypted");
    std::vector<const tf::Map*> disks;
    for (const auto* mapping : blocks(body, "block_device_mappings")) {
        for (const auto* disk : blocks(*mapping, "ebs"))
            disks.push_back(disk);
    }
    return look_at_disks(disks);
}

std::optional<Remark> look_at_queue(const tf::Map& body) {
    if (!is_false(argument(body, "sqs_managed_sse_enabled")) ||
        argument(body, "kms_master_key_id") != nullptr)
        return std::nullopt;
    return remark("sqs_managed_sse_enabled is off");
}

std::optional<Remark> look(const tf::Resource& resource) {
    if (resource.type == "aws_instance") return look_at_instance(resource.body);
    if (resource.type == "aws_launch_template") return look_at_template(resource.body);
    if (resource.type == "aws_sqs_queue") return look_at_queue(resource.body);
    return look_at_switch(resource);
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    return judge_resources(root, look);
}

}  // namespace

const Rule& unencrypted_storage_rule() {
    static const Rule rule{
        "unencrypted-storage", Severity::high, "a disk, database or queue is not encrypted at rest",
        "switch encryption on; it costs nothing with the provider's own key", judge};
    return rule;
}

}  // namespace agentops::catalog
