// The open doors: module, resource, terraform.

#include "stack_fixture.h"

namespace catalog_open_test {

using namespace agentops;
using test::StackFixture;

namespace {

std::string components(const std::string& lines) {
    return "components:\n" + lines;
}

}  // namespace

TEST_CASE("a local module is called from the folder of the unit") {
    const StackFixture shop(components(
        "  assets: {kind: bucket}\n"
        "  cdn: {kind: module, source: ../modules/cdn,\n"
        "        inputs: {origin: \"${assets.domain}\", ttl: 60, hosts: [\"a%{b}\", true]}}\n"
        "  zone: {kind: resource, type: aws_route53_record, args: {name: \"${cdn.host}\"}}\n"));
    CHECK(shop.complaints() == "");
    REQUIRE(shop.built.main.modules.size() == 1);
    const auto& module = shop.built.main.modules[0];
    CHECK(module.name == "cdn");
    CHECK(module.source == "../../../../modules/cdn");
    CHECK(module.version == "");
    CHECK(tf::to_tf_json(module.inputs) ==
          Json{{"origin", "${aws_s3_bucket.assets.bucket_regional_domain_name}"},
               {"ttl", 60},
               {"hosts", {"a%%{b}", true}}});
    CHECK(shop.body("aws_route53_record.zone")["name"] == "${module.cdn.host}");
}

TEST_CASE("modules of registries and repositories keep their source") {
    const StackFixture shop(
        components("  a: {kind: module, source: terraform-aws-modules/vpc/aws, version: 5.1.2}\n"
                   "  b: {kind: module, source: \"git::https://example.com/x.git?ref=v1\"}\n"));
    CHECK(shop.complaints() == "");
    REQUIRE(shop.built.main.modules.size() == 2);
    CHECK(shop.built.main.modules[0].source == "terraform-aws-modules/vpc/aws");
    CHECK(shop.built.main.modules[0].version == "5.1.2");
    CHECK(shop.built.main.modules[1].source == "git::https://example.com/x.git?ref=v1");
}

TEST_CASE("mistakes in a module") {
    const auto complaint = [](const std::string& rest) {
        return StackFixture(components("  cdn: {kind: module, " + rest + "}\n")).complaints();
    };
    CHECK(complaint("source: /etc/x") == "catalog.source: '/etc/x' is no source\n");
    CHECK(complaint("source: ~/x") == "catalog.source: '~/x' is no source\n");
    CHECK(complaint("source: ../../x") ==
          "catalog.path-outside: ../../x lies outside of the project\n");
    CHECK(complaint("source: ./a/../../../x") ==
          "catalog.path-outside: ./a/../../../x lies outside of the project\n");
    CHECK(complaint("source: acme/vpc/aws, version: 1.0.0") ==
          "catalog.module-not-allowed: acme/vpc/aws is not allowed\n");
    CHECK(complaint("source: \"git::https://evil.example/x.git\"") ==
          "catalog.module-not-allowed: git::https://evil.example/x.git is not allowed\n");
    CHECK(complaint("source: terraform-aws-modules/vpc/aws") ==
          "catalog.module-version: terraform-aws-modules/vpc/aws comes from a registry and has no "
          "version\n");
    CHECK(complaint("source: ./x, version: 1.0.0") ==
          "catalog.module-version: only modules of a registry have a version\n");
    CHECK(complaint("source: ./x, inputs: {providers: {}}") ==
          "catalog.meta-argument: 'providers' is no input of a module\n");
}

TEST_CASE("listed outputs are all that others may read") {
    const StackFixture shop(components(
        "  cdn: {kind: module, source: ./cdn, outputs: [host]}\n"
        "  zone: {kind: resource, type: aws_route53_record, args: {name: \"${cdn.url}\"}}\n"));
    CHECK(shop.complaints() == "catalog.unknown-output: cdn does not list an output 'url'\n");
}

TEST_CASE("a resource has its arguments as data") {
    const StackFixture shop(
        components("  jobs: {kind: queue}\n"
                   "  topic:\n"
                   "    kind: resource\n"
                   "    type: aws_sns_topic\n"
                   "    args:\n"
                   "      name: \"${file(\\\"/etc/passwd\\\")} ${jobs.name}\"\n"
                   "      \"${evil}\": 1\n"
                   "      fifo_topic: true\n"
                   "      lifecycle: {prevent_destroy: true, ignore_changes: [tags]}\n"
                   "      depends_on: [aws_sqs_queue.jobs]\n"));
    CHECK(shop.complaints() == "");
    CHECK(shop.body("aws_sns_topic.topic") ==
          Json{{"name", "$${file(\"/etc/passwd\")} ${aws_sqs_queue.jobs.name}"},
               {"$${evil}", 1},
               {"fifo_topic", true},
               {"lifecycle", {{"prevent_destroy", true}, {"ignore_changes", {"tags"}}}},
               {"depends_on", {"aws_sqs_queue.jobs"}}});
}

TEST_CASE("secrets in write-only arguments are ephemeral, others are not") {
    const StackFixture shop(
        components("  a: {kind: resource, type: aws_ssm_parameter,\n"
                   "      args: {name: a, type: SecureString, value_wo: \"${secret.token}\"}}\n"
                   "  b: {kind: resource, type: aws_ssm_parameter,\n"
                   "      args: {name: b, type: SecureString, value: \"${secret.token}\"}}\n"));
    CHECK(shop.complaints() == "");
    CHECK(shop.body("aws_ssm_parameter.a")["value_wo"] == "${var.ephemeral_token}");
    CHECK(shop.body("aws_ssm_parameter.b")["value"] == "${var.secret_token}");
    REQUIRE(shop.built.main.secrets.size() == 2);
    CHECK(shop.built.main.secrets[0].ephemeral);
    CHECK(!shop.built.main.secrets[1].ephemeral);
}

TEST_CASE("providers follow from the type, and need a version") {
    const StackFixture shop(
        components("  pet: {kind: resource, type: random_pet}\n"
                   "  own: {kind: resource, type: terraform_data, args: {input: 1}}\n"));
    CHECK(shop.complaints() == "");
    std::vector<std::string> providers;
    for (const auto& each : shop.built.main.requirements)
        providers.push_back(each.name + " " + each.source + " " + each.version);
    CHECK(providers ==
          std::vector<std::string>{"random hashicorp/random 3.6.3", "aws hashicorp/aws 5.100.0"});
    CHECK(StackFixture(components("  f: {kind: resource, type: local_file}\n")).complaints() ==
          "catalog.provider-version: provider hashicorp/local has no version\n");
    CHECK(
        StackFixture(components("  f: {kind: resource, type: random_pet, provider: evil/random}\n"))
            .complaints() == "catalog.provider-not-allowed: provider evil/random is not allowed\n");
}

TEST_CASE("a resource of a provider with another name says so") {
    const StackFixture shop(
        components("  pet: {kind: resource, type: pet_name, provider: hashicorp/random}\n"));
    CHECK(shop.body("pet_name.pet") == Json{{"provider", "random"}});
}

TEST_CASE("what runs commands or multiplies resources is refused") {
    const auto complaint = [](const std::string& args) {
        return StackFixture(
                   components("  x: {kind: resource, type: aws_instance, args: {" + args + "}}\n"))
            .complaints();
    };
    CHECK(complaint("provisioner: {local-exec: {command: id}}") ==
          "catalog.provisioner: 'provisioner' would run commands\n");
    CHECK(complaint("connection: {}") == "catalog.provisioner: 'connection' would run commands\n");
    CHECK(complaint("count: 3") == "catalog.meta-argument: 'count' is no argument of a resource\n");
    CHECK(complaint("for_each: {}") ==
          "catalog.meta-argument: 'for_each' is no argument of a resource\n");
    CHECK(complaint("lifecycle: {precondition: {}}") ==
          "catalog.lifecycle: lifecycle cannot have 'precondition' here\n");
    CHECK(complaint("lifecycle: {ignore_changes: [\"${x}\"]}") ==
          "catalog.lifecycle: '${x}' is no path of an argument\n");
    CHECK(complaint("depends_on: [\"f(x)\"]") == "catalog.depends-on: 'f(x)' is no address\n");
    CHECK(StackFixture(components("  x: {kind: resource, type: \"aws x\"}\n")).complaints() ==
          "catalog.resource-type: 'aws x' is no resource type\n");
}

TEST_CASE("an existing root gets values, inputs and secrets by its own variables' names") {
    const StackFixture shop(
        components("  assets: {kind: bucket}\n"
                   "  legacy: {kind: terraform, source: ../roots/legacy/, workspace: blue, "
                   "outputs: [vpc_id],\n"
                   "           variables: {size: 3, names: [a, b], bucket: \"${assets.name}\",\n"
                   "                       token: \"${secret.token}\"}}\n"));
    CHECK(shop.complaints() == "");
    REQUIRE(shop.built.existing.size() == 1);
    const auto& root = shop.built.existing[0];
    CHECK(root.component == "legacy");
    CHECK(root.dir == "/project/roots/legacy");
    CHECK(root.workspace == "blue");
    CHECK(root.outputs == std::vector<std::string>{"vpc_id"});
    CHECK(tf::to_tf_json(root.variables) == Json{{"size", 3}, {"names", {"a", "b"}}});
    REQUIRE(root.inputs.size() == 1);
    CHECK(root.inputs[0].variable == "bucket");
    CHECK(root.inputs[0].from == "shop/main");
    CHECK(root.inputs[0].output == "assets_name");
    REQUIRE(root.secrets.size() == 1);
    CHECK(root.secrets[0].variable == "token");
    CHECK(root.secrets[0].secret == "token");
}

TEST_CASE("what others read of an existing root becomes one of its outputs and their input") {
    const StackFixture shop(components(
        "  legacy: {kind: terraform, source: ./legacy}\n"
        "  topic: {kind: resource, type: aws_sns_topic, args: {name: \"${legacy.vpc_id}\"}}\n"));
    CHECK(shop.complaints() == "");
    REQUIRE(shop.built.existing.size() == 1);
    CHECK(shop.built.existing[0].outputs == std::vector<std::string>{"vpc_id"});
    CHECK(shop.body("aws_sns_topic.topic")["name"] == "${local.legacy_vpc_id}");
    REQUIRE(shop.built.main.inputs.size() == 1);
    CHECK(shop.built.main.inputs[0].from == "shop/legacy");
    CHECK(shop.built.main.inputs[0].output == "vpc_id");
}

TEST_CASE("mistakes in an existing root") {
    const auto complaint = [](const std::string& rest) {
        return StackFixture(components("  assets: {kind: bucket}\n"
                                       "  old: {kind: terraform, " +
                                       rest + "}\n"))
            .complaints();
    };
    CHECK(complaint("source: a/b/aws") ==
          "catalog.source: 'a/b/aws' is no folder beside this file\n");
    CHECK(complaint("source: ../../x") ==
          "catalog.path-outside: ../../x lies outside of the project\n");
    CHECK(complaint("source: ./x, workspace: -x") == "catalog.workspace: '-x' is no workspace\n");
    CHECK(complaint("source: ./x, variables: {\"a b\": 1}") ==
          "catalog.variable: 'a b' is no variable of Terraform\n");
    CHECK(complaint("source: ./x, variables: {a: \"x-${assets.name}\"}") ==
          "catalog.variable-reference: a reference must be the whole value of a variable\n");
}

}  // namespace catalog_open_test
