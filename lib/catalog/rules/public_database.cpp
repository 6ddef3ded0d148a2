// Databases that have an address on the Internet.

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

std::optional<Remark> look(const tf::Resource& resource) {
    const auto* open = argument(resource.body, "publicly_accessible");
    const bool database = resource.type == "aws_db_instance" ||
                          resource.type == "aws_rds_cluster_instance" ||
                          resource.type == "aws_redshift_cluster";
    // Redshift is public unless told otherwise.
    const bool by_default = resource.type == "aws_redshift_cluster" && open == nullptr;
    if (!database || (!is_true(open) && !by_default)) return std::nullopt;
    return remark("the database can be reached from the Internet");
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    return judge_resources(root, look);
}

}  // namespace

const Rule& public_database_rule() {
    static const Rule rule{"public-database", Severity::critical, "a database has a public address",
                           "set publicly_accessible to false and reach it from inside its network",
                           judge};
    return rule;
}

}  // namespace agentops::catalog
