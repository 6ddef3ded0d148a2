// Buckets that strangers can read: by ACL, by policy, or because nothing blocks either.

#include <fmt/core.h>

#include <algorithm>

#include "catalog/rules/policies.h"

namespace agentops::catalog {

namespace {

constexpr std::string_view kPublicAcls[] = {"public-read", "public-read-write",
                                            "authenticated-read"};
constexpr std::string_view kBlocks[] = {"block_public_acls", "block_public_policy",
                                        "ignore_public_acls", "restrict_public_buckets"};

bool is_public(const Statement& statement) {
    return statement.allows && !statement.conditional &&
           std::find(statement.principals.begin(), statement.principals.end(), "*") !=
               statement.principals.end();
}

std::optional<Remark> look_at_acl(const tf::Resource& resource) {
    const auto acl = text_of(argument(resource.body, "acl"));
    if (std::find(std::begin(kPublicAcls), std::end(kPublicAcls), acl) == std::end(kPublicAcls))
        return std::nullopt;
    return remark(fmt::format("the ACL {} lets strangers in", acl));
}

std::optional<Remark> look_at_block(const tf::Resource& resource) {
    for (const auto name : kBlocks) {
        if (is_off(argument(resource.body, name)))
            return remark(fmt::format("{} is off, so the bucket can be made public", name));
    }
    return std::nullopt;
}

std::optional<Remark> look_at_policy(const AddressBook& book, const tf::Resource& resource) {
    const auto found = statements(book, argument(resource.body, "policy"));
    if (std::none_of(found.begin(), found.end(), is_public)) return std::nullopt;
    return remark("the policy lets everybody in", Severity::critical);
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    const AddressBook book(root);
    return judge_resources(root, [&](const tf::Resource& resource) -> std::optional<Remark> {
        if (resource.type == "aws_s3_bucket" || resource.type == "aws_s3_bucket_acl")
            return look_at_acl(resource);
        if (resource.type == "aws_s3_bucket_public_access_block") return look_at_block(resource);
        if (resource.type == "aws_s3_bucket_policy") return look_at_policy(book, resource);
        return std::nullopt;
    });
}

}  // namespace

const Rule& public_bucket_rule() {
    static const Rule rule{"public-bucket", Severity::high, "a bucket can be read by strangers",
                           "keep all four public access blocks on and name who may read", judge};
    return rule;
}

}  // namespace agentops::catalog
