// Kinds that keep data: database, bucket, queue.

#include "stack_fixture.h"

namespace catalog_data_test {

using namespace agentops;
using test::StackFixture;

namespace {

const std::string kNet = "components:\n  net: {kind: network, cidr: 10.20.0.0/16}\n";

std::string with(const std::string& components) {
    return kNet + components;
}

}  // namespace

TEST_CASE("a database is private, encrypted, backed up and speaks TLS only") {
    const StackFixture shop(with("  db: {kind: database, engine: postgres 16, in: net}\n"));
    CHECK(shop.complaints() == "");
    CHECK(shop.body("aws_db_instance.db") ==
          Json{{"identifier", "shop-db"},
               {"engine", "postgres"},
               {"engine_version", "16"},
               {"allow_major_version_upgrade", true},
               {"auto_minor_version_upgrade", true},
               {"instance_class", "db.t4g.micro"},
               {"allocated_storage", 20},
               {"storage_type", "gp3"},
               {"storage_encrypted", true},
               {"port", 5432},
               {"db_name", "db"},
               {"username", "app"},
               {"manage_master_user_password", true},
               {"publicly_accessible", false},
               {"multi_az", false},
               {"backup_retention_period", 7},
               {"copy_tags_to_snapshot", true},
               {"deletion_protection", false},
               {"apply_immediately", true},
               {"skip_final_snapshot", false},
               {"final_snapshot_identifier", "shop-db-final"},
               {"db_subnet_group_name", "${aws_db_subnet_group.db.name}"},
               {"vpc_security_group_ids", {"${aws_security_group.db.id}"}},
               {"parameter_group_name", "${aws_db_parameter_group.db.name}"},
               {"tags", {{"Name", "shop-db"}, {"agentops:component", "db"}}}});
    CHECK(shop.body("aws_db_subnet_group.db")["subnet_ids"] ==
          Json{"${aws_subnet.net_private_0.id}", "${aws_subnet.net_private_1.id}"});
    const auto parameters = shop.body("aws_db_parameter_group.db");
    CHECK(parameters["family"] == "postgres16");
    CHECK(parameters["name"] == "shop-db-postgres16");
    CHECK(parameters["parameter"] == Json{{{"name", "rds.force_ssl"}, {"value", "1"}}});
    CHECK(parameters["lifecycle"] == Json{{"create_before_destroy", true}});
}

TEST_CASE("a given password reaches only the write-only argument") {
    const StackFixture shop(
        with("  db: {kind: database, engine: mysql 8.4, in: net, database: orders,\n"
             "       password: \"${secret.db_password}\", password_version: 3}\n"));
    CHECK(shop.complaints() == "");
    const auto body = shop.body("aws_db_instance.db");
    CHECK(body["password_wo"] == "${var.ephemeral_db_password}");
    CHECK(body["password_wo_version"] == 3);
    CHECK(!body.contains("manage_master_user_password"));
    CHECK(body["port"] == 3306);
    CHECK(body["db_name"] == "orders");
    REQUIRE(shop.built.main.secrets.size() == 1);
    CHECK(shop.built.main.secrets[0].secret == "db_password");
    CHECK(shop.built.main.secrets[0].ephemeral);
    CHECK(shop.output("db", "secret_arn") == Json());
    const auto parameters = shop.body("aws_db_parameter_group.db");
    CHECK(parameters["name"] == "shop-db-mysql8-4");
    CHECK(parameters["parameter"] == Json{{{"name", "require_secure_transport"}, {"value", "ON"}}});
}

TEST_CASE("the knobs and switches of a database reach its arguments") {
    const StackFixture shop(
        with("  db: {kind: database, engine: postgres 17, in: net, storage: 100.5 GiB,\n"
             "       size: db.m6g.large, multi_zone: true, backup_days: 0, final_snapshot: false}\n"
             "rules: {protect: [db]}\n"));
    CHECK(shop.complaints() == "");
    const auto body = shop.body("aws_db_instance.db");
    CHECK(body["allocated_storage"] == 101);
    CHECK(body["instance_class"] == "db.m6g.large");
    CHECK(body["multi_az"] == true);
    CHECK(body["backup_retention_period"] == 0);
    CHECK(body["skip_final_snapshot"] == true);
    CHECK(!body.contains("final_snapshot_identifier"));
    CHECK(body["deletion_protection"] == true);
}

TEST_CASE("who uses a database may connect to its port and read its managed password") {
    const StackFixture shop(
        with("  db: {kind: database, engine: postgres 16, in: net}\n"
             "  web: {kind: server, in: net, image: ubuntu-24.04, uses: [db]}\n"));
    CHECK(shop.complaints() == "");
    const auto rule = shop.body("aws_vpc_security_group_ingress_rule.web_to_db_tcp_5432");
    CHECK(rule["security_group_id"] == "${aws_security_group.db.id}");
    CHECK(rule["referenced_security_group_id"] == "${aws_security_group.web.id}");
    CHECK(rule["from_port"] == 5432);
    CHECK(shop.body("data.aws_iam_policy_document.web_uses_db")["statement"] ==
          Json{{{"sid", "ReadPassword"},
                {"actions", {"secretsmanager:GetSecretValue"}},
                {"resources", {"${aws_db_instance.db.master_user_secret[0].secret_arn}"}}}});
    CHECK(shop.output("db", "endpoint") == "${aws_db_instance.db.address}");
}

TEST_CASE("an emulator keeps no record of parameters") {
    const StackFixture emulated(with("  db: {kind: database, engine: postgres 16, in: net}\n"),
                                "http://127.0.0.1:5000");
    CHECK(emulated.complaints() == "");
    CHECK(emulated.body("aws_db_parameter_group.db")["lifecycle"] ==
          Json{{"create_before_destroy", true}, {"ignore_changes", {"parameter"}}});
}

TEST_CASE("mistakes in a database") {
    const auto complaint = [](const std::string& rest) {
        return StackFixture(with("  db: {kind: database, in: net, " + rest + "}\n")).complaints();
    };
    CHECK(complaint("engine: postgres 61") == "intent.value: unknown engine 'postgres 61'\n");
    CHECK(complaint("engine: oracle 19") == "intent.value: unknown engine 'oracle 19'\n");
    CHECK(complaint("engine: postgres 16, storage: 3 GiB") ==
          "catalog.storage: a database cannot have 3 GiB\n");
    CHECK(complaint("engine: postgres 16, database: A-b") ==
          "catalog.database-name: 'A-b' cannot name a database\n");
    CHECK(complaint("engine: postgres 16, username: admin") ==
          "catalog.database-name: the user name 'admin' is reserved\n");
    CHECK(complaint("engine: postgres 16, password: \"${net.vpc_id}\"") ==
          "catalog.password: a password must be one secret\n");
    CHECK(complaint("engine: postgres 16, password_version: 2") ==
          "catalog.password: there is no password that this could be the version of\n");
    CHECK(complaint("engine: postgres 16, backup_days: 36") ==
          "intent.value: 'backup_days' cannot be '36'\n");
    CHECK(StackFixture("components:\n"
                       "  net: {kind: network, cidr: 10.20.0.0/16, zones: 1}\n"
                       "  db: {kind: database, engine: postgres 16, in: net}\n")
              .complaints() == "catalog.zones: database db needs two zones and net has one\n");
}

TEST_CASE("a bucket is private, encrypted and speaks TLS only") {
    const StackFixture shop("components:\n  assets: {kind: bucket}\n");
    CHECK(shop.complaints() == "");
    CHECK(shop.addresses() ==
          std::vector<std::string>{
              "aws_s3_bucket.assets", "aws_s3_bucket_public_access_block.assets",
              "aws_s3_bucket_ownership_controls.assets",
              "aws_s3_bucket_server_side_encryption_configuration.assets",
              "data.aws_iam_policy_document.assets_tls", "aws_s3_bucket_policy.assets"});
    CHECK(shop.body("aws_s3_bucket.assets") ==
          Json{{"bucket_prefix", "shop-assets-"},
               {"force_destroy", false},
               {"tags", {{"Name", "shop-assets"}, {"agentops:component", "assets"}}}});
    CHECK(
        shop.body("data.aws_iam_policy_document.assets_tls")["statement"] ==
        Json{{{"sid", "DenyWithoutTls"},
              {"effect", "Deny"},
              {"actions", {"s3:*"}},
              {"resources", {"${aws_s3_bucket.assets.arn}", "${aws_s3_bucket.assets.arn}/*"}},
              {"principals", {{{"type", "*"}, {"identifiers", {"*"}}}}},
              {"condition",
               {{{"test", "Bool"}, {"variable", "aws:SecureTransport"}, {"values", {"false"}}}}}}});
}

TEST_CASE("a bucket with a name, versions and an end to its objects") {
    const StackFixture shop(
        "components:\n"
        "  assets: {kind: bucket, name: acme-assets, versioned: true, expire: 30 d,\n"
        "           empty_on_destroy: true}\n");
    CHECK(shop.complaints() == "");
    const auto bucket = shop.body("aws_s3_bucket.assets");
    CHECK(bucket["bucket"] == "acme-assets");
    CHECK(bucket["force_destroy"] == true);
    CHECK(shop.body("aws_s3_bucket_versioning.assets")["versioning_configuration"] ==
          Json{{"status", "Enabled"}});
    CHECK(shop.body("aws_s3_bucket_lifecycle_configuration.assets")["rule"] ==
          Json{{{"id", "expire"},
                {"status", "Enabled"},
                {"filter", Json::object()},
                {"expiration", {{"days", 30}}},
                {"noncurrent_version_expiration", {{"noncurrent_days", 30}}},
                {"abort_incomplete_multipart_upload", {{"days_after_initiation", 30}}}}});
}

TEST_CASE("who uses a bucket may list it and work on its objects, no more") {
    const StackFixture shop(
        with("  assets: {kind: bucket}\n"
             "  web: {kind: server, in: net, image: ubuntu-24.04, uses: [assets]}\n"));
    CHECK(shop.body("data.aws_iam_policy_document.web_uses_assets")["statement"] ==
          Json{{{"sid", "ListBucket"},
                {"actions", {"s3:ListBucket"}},
                {"resources", {"${aws_s3_bucket.assets.arn}"}}},
               {{"sid", "ReadWriteObjects"},
                {"actions", {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}},
                {"resources", {"${aws_s3_bucket.assets.arn}/*"}}}});
}

TEST_CASE("a long name is cut for a bucket and stays apart from others") {
    const StackFixture shop("components:\n  " + std::string(60, 'a') + ": {kind: bucket}\n");
    const auto prefix =
        shop.body("aws_s3_bucket." + std::string(60, 'a'))["bucket_prefix"].get<std::string>();
    CHECK(prefix.size() == 37);
    CHECK(prefix.substr(0, 10) == "shop-aaaaa");
}

TEST_CASE("mistakes in a bucket") {
    const auto complaint = [](const std::string& rest) {
        return StackFixture("components:\n  assets: {kind: bucket, " + rest + "}\n").complaints();
    };
    CHECK(complaint("name: A.b") == "catalog.bucket-name: 'A.b' cannot name a bucket\n");
    CHECK(complaint("expire: 36 h") == "catalog.expire: objects cannot expire after 36 h\n");
    CHECK(complaint("expire: 0 d") == "catalog.expire: objects cannot expire after 0 ms\n");
}

TEST_CASE("a queue has a dead letter queue, encryption and TLS only") {
    const StackFixture shop("components:\n  jobs: {kind: queue}\n");
    CHECK(shop.complaints() == "");
    CHECK(shop.body("aws_sqs_queue.jobs") ==
          Json{{"name", "shop-jobs"},
               {"visibility_timeout_seconds", 30},
               {"message_retention_seconds", 345600},
               {"sqs_managed_sse_enabled", true},
               {"lifecycle", {{"ignore_changes", {"redrive_policy"}}}},
               {"tags", {{"Name", "shop-jobs"}, {"agentops:component", "jobs"}}}});
    CHECK(shop.body("aws_sqs_queue.jobs_dead")["name"] == "shop-jobs_dead");
    CHECK(shop.body("aws_sqs_queue.jobs_dead")["message_retention_seconds"] == 1209600);
    CHECK(shop.body("aws_sqs_queue_redrive_policy.jobs") ==
          Json{{"queue_url", "${aws_sqs_queue.jobs.id}"},
               {"redrive_policy",
                "${jsonencode({\"deadLetterTargetArn\" = aws_sqs_queue.jobs_dead.arn, "
                "\"maxReceiveCount\" = 5})}"}});
    CHECK(shop.body("aws_sqs_queue_policy.jobs")["policy"] ==
          "${data.aws_iam_policy_document.jobs_tls.json}");
    CHECK(shop.body("aws_sqs_queue_policy.jobs_dead")["policy"] ==
          "${data.aws_iam_policy_document.jobs_dead_tls.json}");
    CHECK(shop.output("jobs", "dead_letter_url") == "${aws_sqs_queue.jobs_dead.url}");
}

TEST_CASE("an ordered queue and its times") {
    const StackFixture shop(
        "components:\n"
        "  jobs: {kind: queue, fifo: true, visibility: 5 min, retention: 14 d,\n"
        "         dead_letter: {after: 3}}\n");
    CHECK(shop.complaints() == "");
    const auto queue = shop.body("aws_sqs_queue.jobs");
    CHECK(queue["name"] == "shop-jobs.fifo");
    CHECK(queue["fifo_queue"] == true);
    CHECK(queue["visibility_timeout_seconds"] == 300);
    CHECK(queue["message_retention_seconds"] == 1209600);
    CHECK(shop.body("aws_sqs_queue.jobs_dead")["name"] == "shop-jobs_dead.fifo");
    CHECK(shop.body("aws_sqs_queue_redrive_policy.jobs")["redrive_policy"].get<std::string>().find(
              "\"maxReceiveCount\" = 3") != std::string::npos);
}

TEST_CASE("mistakes in a queue") {
    const auto complaint = [](const std::string& rest) {
        return StackFixture("components:\n  jobs: {kind: queue, " + rest + "}\n").complaints();
    };
    CHECK(complaint("visibility: 13 h") == "catalog.queue-time: visibility cannot be 13 h\n");
    CHECK(complaint("visibility: 1500 ms") == "catalog.queue-time: visibility cannot be 1500 ms\n");
    CHECK(complaint("retention: 1 s") == "catalog.queue-time: retention cannot be 1 s\n");
    CHECK(complaint("dead_letter: {after: 0}") ==
          "catalog.attempts: a message cannot have 0 attempts\n");
}

}  // namespace catalog_data_test
