// Static rules, waivers and blocking.

#include "catalog/finding.h"
#include "stack_fixture.h"

namespace rules_test {

using namespace agentops;
using catalog::Severity;
using test::StackFixture;

namespace {

struct Judged {
    explicit Judged(const std::string& body, Severity fail_on = Severity::high) : shop(body) {
        CHECK(shop.complaints() == "");
        findings = catalog::judge(shop.built, shop.stacks.front(), {fail_on, "2026-11-23", {}}, {},
                                  diagnostics);
    }
    /// "severity rule address: message" of each finding, one a line.
    std::string text() const {
        std::string lines;
        for (const auto& each : findings)
            lines += std::string(to_text(each.severity)) + " " + each.rule + " " + each.address +
                     ": " + each.message + "\n";
        return lines;
    }

    StackFixture shop;
    Diagnostics diagnostics;
    std::vector<catalog::Finding> findings;
};

/// One raw resource named x.
std::string raw(const std::string& type, const std::string& args) {
    return "components:\n  x: {kind: resource, type: " + type + ", args: {" + args + "}}\n";
}

std::string judged(const std::string& type, const std::string& args) {
    return Judged(raw(type, args)).text();
}

}  // namespace

TEST_CASE("what our kinds build by default passes all rules but for plain HTTP") {
    CHECK(Judged("components:\n"
                 "  net: {kind: network, cidr: 10.20.0.0/16, nat: one}\n"
                 "  web: {kind: service, in: net, image: ubuntu-24.04, uses: [db, assets, jobs],\n"
                 "        expose: {port: 443, to: internet}}\n"
                 "  admin: {kind: server, in: net, image: debian-12}\n"
                 "  db: {kind: database, engine: postgres 16, in: net,\n"
                 "       password: \"${secret.db_password}\"}\n"
                 "  assets: {kind: bucket, versioned: true, expire: 30 d}\n"
                 "  jobs: {kind: queue}\n"
                 "rules: {protect: [db]}\n")
              .text() == "");
    CHECK(Judged("components:\n"
                 "  net: {kind: network, cidr: 10.20.0.0/16}\n"
                 "  web: {kind: service, in: net, image: ubuntu-24.04,\n"
                 "        expose: {port: 80, to: internet}}\n")
              .text() ==
          "medium plaintext-http aws_lb_listener.web: the listener speaks plain "
          "HTTP with the Internet\n");
    CHECK(Judged("components:\n"
                 "  net: {kind: network, cidr: 10.20.0.0/16}\n"
                 "  web: {kind: service, in: net, image: ubuntu-24.04,\n"
                 "        expose: {port: 80, to: vpc}}\n")
              .text() == "");
}

TEST_CASE("public-database") {
    const std::string safe = "storage_encrypted: true, backup_retention_period: 7";
    CHECK(judged("aws_db_instance", safe + ", publicly_accessible: true") ==
          "critical public-database aws_db_instance.x: the database can be reached from the "
          "Internet\n");
    CHECK(judged("aws_db_instance", safe + ", publicly_accessible: \"true\"") ==
          "critical public-database aws_db_instance.x: the database can be reached from the "
          "Internet\n");
    CHECK(judged("aws_db_instance", safe) == "");
    CHECK(judged("aws_redshift_cluster", "encrypted: true, publicly_accessible: false") == "");
    CHECK(judged("aws_redshift_cluster", "encrypted: true") ==
          "critical public-database aws_redshift_cluster.x: the database can be reached from the "
          "Internet\n");
}

TEST_CASE("unencrypted-storage and no-backup") {
    CHECK(judged("aws_db_instance", "engine: mysql") ==
          "high unencrypted-storage aws_db_instance.x: storage_encrypted is off\n"
          "medium no-backup aws_db_instance.x: the database has no automatic backups\n");
    CHECK(judged("aws_db_instance", "replicate_source_db: other") == "");
    CHECK(judged("aws_ebs_volume", "size: 8, encrypted: false") ==
          "high unencrypted-storage aws_ebs_volume.x: encrypted is off\n");
    CHECK(judged("aws_sqs_queue", "sqs_managed_sse_enabled: false") ==
          "high unencrypted-storage aws_sqs_queue.x: sqs_managed_sse_enabled is off\n");
    CHECK(judged("aws_sqs_queue", "sqs_managed_sse_enabled: false, kms_master_key_id: k") == "");
    const std::string tokens = "metadata_options: {http_tokens: required}, ";
    CHECK(judged("aws_instance", tokens + "ami: ami-1") ==
          "high unencrypted-storage aws_instance.x: the root disk is not encrypted\n");
    CHECK(judged("aws_instance", tokens + "root_block_device: [{encrypted: true}]") == "");
    CHECK(judged("aws_instance", tokens + "root_block_device: {encrypted: true}, "
                                          "ebs_block_device: [{device_name: b}]") ==
          "high unencrypted-storage aws_instance.x: a disk is not encrypted\n");
    CHECK(judged("aws_launch_template",
                 tokens + "block_device_mappings: [{ebs: {encrypted: \"false\"}}]") ==
          "high unencrypted-storage aws_launch_template.x: a disk is not encrypted\n");
}

TEST_CASE("no-imdsv2") {
    const std::string disk = "root_block_device: {encrypted: true}";
    CHECK(judged("aws_instance", disk) ==
          "high no-imdsv2 aws_instance.x: instance metadata can be read without a session token\n");
    CHECK(judged("aws_instance", disk + ", metadata_options: [{http_tokens: optional}]") ==
          "high no-imdsv2 aws_instance.x: instance metadata can be read without a session token\n");
    CHECK(judged("aws_instance", disk + ", metadata_options: [{http_endpoint: disabled}]") == "");
}

TEST_CASE("open-ingress") {
    CHECK(judged("aws_security_group",
                 "ingress: [{from_port: 8080, to_port: 8080, protocol: tcp, "
                 "cidr_blocks: [10.0.0.0/8, 0.0.0.0/0]}]") ==
          "high open-ingress aws_security_group.x: port 8080 is open to the Internet\n");
    CHECK(judged("aws_security_group",
                 "ingress: {from_port: 22, to_port: 22, protocol: tcp, "
                 "ipv6_cidr_blocks: [\"::/0\"]}") ==
          "critical open-ingress aws_security_group.x: port 22 is open to the Internet\n");
    CHECK(judged("aws_security_group_rule",
                 "type: ingress, from_port: 5000, to_port: 6000, protocol: tcp, "
                 "cidr_blocks: [0.0.0.0/1]") ==
          "critical open-ingress aws_security_group_rule.x: ports 5000 to 6000 are open to the "
          "Internet, 5432 among them\n");
    CHECK(judged("aws_vpc_security_group_ingress_rule",
                 "ip_protocol: \"-1\", cidr_ipv4: 0.0.0.0/0") ==
          "critical open-ingress aws_vpc_security_group_ingress_rule.x: every port is open to the "
          "Internet, 22 among them\n");
    CHECK(judged("aws_security_group",
                 "ingress: {from_port: 443, to_port: 443, protocol: tcp, "
                 "cidr_blocks: [10.0.0.0/8]}") == "");
    CHECK(judged("aws_security_group_rule",
                 "type: egress, from_port: 0, to_port: 0, protocol: \"-1\", "
                 "cidr_blocks: [0.0.0.0/0]") == "");
}

TEST_CASE("an exposed port is no finding unless it is one of administration") {
    const auto server = [](const std::string& port) {
        return Judged(
                   "components:\n"
                   "  net: {kind: network, cidr: 10.20.0.0/16}\n"
                   "  web: {kind: server, in: net, image: ubuntu-24.04,\n"
                   "        expose: {port: " +
                   port + ", to: internet}}\n")
            .text();
    };
    CHECK(server("443") == "");
    CHECK(server("22") ==
          "critical open-ingress aws_vpc_security_group_ingress_rule.web_expose: port 22 is open "
          "to the Internet\n");
}

TEST_CASE("public-bucket") {
    CHECK(judged("aws_s3_bucket_acl", "bucket: b, acl: public-read") ==
          "high public-bucket aws_s3_bucket_acl.x: the ACL public-read lets strangers in\n");
    CHECK(judged("aws_s3_bucket_public_access_block",
                 "bucket: b, block_public_acls: true, block_public_policy: true, "
                 "ignore_public_acls: true") ==
          "high public-bucket aws_s3_bucket_public_access_block.x: restrict_public_buckets is off, "
          "so the bucket can be made public\n");
    CHECK(judged("aws_s3_bucket_policy",
                 "policy: '{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": "
                 "[\"*\"]}, \"Action\": \"s3:GetObject\", \"Resource\": \"x\"}]}'") ==
          "critical public-bucket aws_s3_bucket_policy.x: the policy lets everybody in\n");
    CHECK(judged("aws_s3_bucket_policy",
                 "policy: '{\"Statement\": {\"Effect\": \"Deny\", \"Principal\": \"*\", "
                 "\"Action\": \"s3:*\", \"Resource\": \"x\"}}'") == "");
}

TEST_CASE("wildcard-iam") {
    const auto policy = [](const std::string& action, const std::string& resource) {
        return judged("aws_iam_policy",
                      "policy: '{\"Statement\": [{\"Effect\": \"Allow\", "
                      "\"Action\": [\"" +
                          action + "\"], \"Resource\": \"" + resource + "\"}]}'");
    };
    CHECK(policy("*", "*") ==
          "critical wildcard-iam aws_iam_policy.x: the policy allows * on everything\n");
    CHECK(policy("s3:*", "arn:aws:s3:::b") ==
          "high wildcard-iam aws_iam_policy.x: the policy allows s3:* on its resources\n");
    CHECK(policy("s3:GetObject", "*") ==
          "high wildcard-iam aws_iam_policy.x: the policy allows s3:GetObject on everything\n");
    CHECK(policy("ec2:DescribeInstances", "*") == "");
    CHECK(policy("s3:GetObject", "arn:aws:s3:::b/*") == "");
    CHECK(judged("aws_iam_role_policy_attachment",
                 "policy_arn: \"arn:aws:iam::aws:policy/AdministratorAccess\"") ==
          "critical wildcard-iam aws_iam_role_policy_attachment.x: AdministratorAccess allows "
          "everything\n");
    CHECK(judged("aws_iam_policy", "policy: \"{not json\"") == "");
    CHECK(judged("aws_iam_policy", "policy: 3") == "");
}

TEST_CASE("a policy with references in its text is read all the same") {
    CHECK(Judged("components:\n"
                 "  assets: {kind: bucket}\n"
                 "  x:\n"
                 "    kind: resource\n"
                 "    type: aws_iam_policy\n"
                 "    args:\n"
                 "      policy: '{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\",\n"
                 "        \"Resource\": \"${assets.arn}/*\"}]}'\n")
              .text() ==
          "high wildcard-iam aws_iam_policy.x: the policy allows s3:* on its resources\n");
}

TEST_CASE("plaintext-http") {
    CHECK(judged("aws_lb_listener",
                 "protocol: HTTP, port: 80, "
                 "default_action: [{type: redirect, redirect: {}}]") == "");
    CHECK(judged("aws_lb_listener", "protocol: HTTP, port: 80, default_action: {type: forward}") ==
          "medium plaintext-http aws_lb_listener.x: the listener speaks plain HTTP with the "
          "Internet\n");
}

TEST_CASE("secret-in-state") {
    CHECK(judged("aws_ssm_parameter", "value: \"${secret.token}\"") ==
          "medium secret-in-state aws_ssm_parameter.x: value puts the secret token into the "
          "state\n");
    CHECK(judged("aws_ssm_parameter", "value_wo: \"${secret.token}\"") == "");
    CHECK(judged("aws_lambda_function",
                 "environment: [{variables: {URL: \"https://x:${secret.token}@y\"}}]") ==
          "medium secret-in-state aws_lambda_function.x: environment puts the secret token into "
          "the state\n");
    CHECK(Judged("components:\n"
                 "  m: {kind: module, source: ./m, inputs: {token: \"${secret.token}\"}}\n")
              .text() ==
          "medium secret-in-state module.m: token puts the secret token into the state\n");
}

TEST_CASE("unpinned-module") {
    const auto module = [](const std::string& rest) {
        return Judged("components:\n  m: {kind: module, " + rest + "}\n").text();
    };
    const std::string git = "source: \"git::https://example.com/x.git";
    CHECK(module("source: ./m") == "");
    CHECK(module(git + "?ref=v1.2.0\"") == "");
    CHECK(module(git + "\"") ==
          "medium unpinned-module module.m: the source has no ?ref= and can mean another module "
          "tomorrow\n");
    CHECK(module(git + "?depth=1&ref=main\"") ==
          "medium unpinned-module module.m: the branch main can mean another module tomorrow\n");
    CHECK(module("source: terraform-aws-modules/vpc/aws, version: 5.1.2") == "");
    CHECK(module("source: terraform-aws-modules/vpc/aws, version: ~> 5.1") ==
          "medium unpinned-module module.m: version ~> 5.1 can mean another module tomorrow\n");
}

TEST_CASE("no-deletion-protection is for protected components only") {
    const auto balancer = raw("aws_lb", "internal: true");
    CHECK(Judged(balancer).text() == "");
    CHECK(Judged(balancer + "rules: {protect: [x]}\n").text() ==
          "low no-deletion-protection aws_lb.x: x is protected and enable_deletion_protection is "
          "off\n");
}

TEST_CASE("arguments of any shape are passed over") {
    for (const auto* type :
         {"aws_db_instance", "aws_security_group", "aws_instance", "aws_launch_template",
          "aws_iam_policy", "aws_s3_bucket_policy", "aws_lb_listener", "aws_iam_role"}) {
        for (const auto* value : {"null", "3", "[]", "[[{}]]", "{a: [1]}", "\"${a.b}\""}) {
            std::string args;
            for (const auto* name :
                 {"storage_encrypted", "backup_retention_period", "ingress", "metadata_options",
                  "root_block_device", "block_device_mappings", "policy", "inline_policy",
                  "default_action", "protocol"})
                args += (args.empty() ? "" : ", ") + std::string(name) + ": " + value;
            Judged(raw(type, args) + "  a: {kind: resource, type: aws_vpc}\n");
        }
    }
}

TEST_CASE("findings block at their severity, or when they are denied") {
    const auto listener = raw("aws_lb_listener", "protocol: HTTP");
    CHECK(!Judged(listener).findings.at(0).blocks);
    CHECK(Judged(listener, Severity::medium).findings.at(0).blocks);
    CHECK(Judged(listener + "rules: {deny: [plaintext-http]}\n").findings.at(0).blocks);
}

TEST_CASE("a waiver holds until its day, for its component") {
    const auto waived = [](const std::string& more) {
        return Judged(raw("aws_ebs_volume", "encrypted: false") +
                      "rules:\n  deny: [unencrypted-storage]\n"
                      "  waive: [{rule: unencrypted-storage, reason: moving, owner: ann, " +
                      more + "}]\n");
    };
    const auto held = waived("until: 2026-11-23");
    REQUIRE(held.findings.size() == 1);
    CHECK(held.findings[0].waived);
    CHECK(!held.findings[0].blocks);
    CHECK(held.findings[0].waiver == "accepted by ann until 2026-11-23: moving");
    CHECK(held.diagnostics.empty());
    const auto over = waived("until: 2026-11-22");
    CHECK(over.findings.at(0).blocks);
    REQUIRE(over.diagnostics.size() == 1);
    CHECK(over.diagnostics[0].code == "catalog.waiver-expired");
    CHECK(over.diagnostics[0].level == Level::warning);
    CHECK(waived("until: 2027-01-01, component: x").findings.at(0).waived);
}

TEST_CASE("an unknown rule is an error") {
    const Judged shop(raw("aws_vpc", "") +
                      "rules:\n  deny: [public-databse]\n"
                      "  waive: [{rule: nope, reason: r, owner: o, until: 2027-01-01}]\n");
    REQUIRE(shop.diagnostics.size() == 2);
    CHECK(shop.diagnostics[0].code == "catalog.unknown-rule");
    CHECK(shop.diagnostics[0].help == "did you mean 'public-database'?");
    CHECK(shop.diagnostics[1].message == "unknown rule 'nope'");
}

TEST_CASE("a finding as JSON") {
    const Judged shop(raw("aws_ebs_volume", "encrypted: false"));
    CHECK(
        to_json(shop.findings.at(0)) ==
        Json{{"rule", "unencrypted-storage"},
             {"severity", "high"},
             {"stack", "shop"},
             {"address", "aws_ebs_volume.x"},
             {"component", "x"},
             {"position", {{"file", "intents/shop.intent.yaml"}, {"line", 5}, {"column", 3}}},
             {"message", "encrypted is off"},
             {"remediation", "switch encryption on; it costs nothing with the provider's own key"},
             {"waived", false},
             {"waiver", nullptr}});
}

}  // namespace rules_test
