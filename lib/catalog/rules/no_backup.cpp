// Databases that nobody backs up.

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

std::optional<Remark> look(const tf::Resource& resource) {
    // A replica has its source's backups.
    if (resource.type != "aws_db_instance" ||
        argument(resource.body, "replicate_source_db") != nullptr)
        return std::nullopt;
    const auto* days = argument(resource.body, "backup_retention_period");
    if (days != nullptr && number_of(days) != 0) return std::nullopt;
    return remark("the database has no automatic backups");
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    return judge_resources(root, look);
}

}  // namespace

const Rule& no_backup_rule() {
    static const Rule rule{"no-backup", Severity::medium, "a database has no automatic backups",
                           "keep backups for a day at least: `backup_days: 7`", judge};
    return rule;
}

}  // namespace agentops::catalog
