#include "agents/risk.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"

namespace agentops {

namespace {

/// Types whose loss loses data, by prefix.
constexpr std::string_view kStateful[] = {
    "aws_db_",          "aws_rds_",       "aws_s3_bucket", "aws_dynamodb_table",
    "aws_efs_",         "aws_ebs_volume", "aws_kms_key",   "aws_elasticache_",
    "aws_redshift_",    "aws_docdb_",     "google_sql_",   "google_storage_bucket",
    "azurerm_storage_", "azurerm_mssql_"};

bool is_stateful(std::string_view type) {
    // Settings of a bucket are no bucket.
    if (starts_with(type, "aws_s3_bucket")) return type == "aws_s3_bucket";
    return std::any_of(std::begin(kStateful), std::end(kStateful),
                       [&](std::string_view prefix) { return starts_with(type, prefix); });
}

bool guards_access(std::string_view type) {
    return type.find("security_group") != std::string_view::npos ||
           type.find("_iam_") != std::string_view::npos ||
           type.find("_policy") != std::string_view::npos;
}

}  // namespace

Risk risk_of(const Change& change) {
    switch (change.action) {
        case Action::no_op:
        case Action::read:
        case Action::create:
        case Action::forget:
            return Risk::low;
        case Action::unknown:
            return Risk::medium;
        case Action::update:
            return guards_access(change.type) ? Risk::medium : Risk::low;
        case Action::replace:
            return is_stateful(change.type) ? Risk::critical : Risk::medium;
        case Action::destroy:
            return is_stateful(change.type) ? Risk::critical : Risk::high;
    }
    throw InternalError("action outside the enum");
}

}  // namespace agentops
