#include "catalog/aws/provider.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/names.h"

namespace agentops::catalog::aws {

namespace {

const std::vector<std::string>& regions() {
    static const std::vector<std::string> list{
#define REGION(name) name,
#include "catalog/aws/regions.def"
#undef REGION
    };
    return list;
}

/// The services of the catalog's resources, and those that other kinds' arguments meet most.
constexpr std::string_view kServices[] = {"acm",
                                          "autoscaling",
                                          "cloudfront",
                                          "cloudwatch",
                                          "cloudwatchlogs",
                                          "dynamodb",
                                          "ec2",
                                          "ecr",
                                          "ecs",
                                          "efs",
                                          "eks",
                                          "elasticache",
                                          "elbv2",
                                          "events",
                                          "iam",
                                          "kinesis",
                                          "kms",
                                          "lambda",
                                          "rds",
                                          "route53",
                                          "s3",
                                          "s3control",
                                          "secretsmanager",
                                          "sns",
                                          "sqs",
                                          "ssm",
                                          "stepfunctions",
                                          "sts"};

void fail(Diagnostics& out, std::string code, std::string message,
          const Located<intent::Literal>& at, std::string help) {
    auto diagnostic = error(std::move(code), std::move(message), at.position, std::move(help));
    diagnostic.width = static_cast<int>(at.value.value.size());
    out.push_back(std::move(diagnostic));
}

void add_endpoint(tf::Map& body, const std::string& endpoint) {
    tf::Map endpoints;
    for (const auto service : kServices)
        endpoints.emplace_back(service, endpoint);
    body.emplace_back("endpoints", std::move(endpoints));
    body.emplace_back("access_key", "test");
    body.emplace_back("secret_key", "test");
    body.emplace_back("s3_use_path_style", true);
    // The account is asked for: without it, the provider takes every security group for another's.
    for (const auto* check :
         {"skip_credentials_validation", "skip_metadata_api_check", "skip_region_validation"})
        body.emplace_back(check, true);
}

}  // namespace

tf::ProviderBlock provider(const intent::Stack& stack) {
    tf::Map body{{"region", stack.target.region.value.value},
                 {"default_tags", tf::Map{{"tags", stack_tags(stack)}}}};
    if (stack.target.endpoint) add_endpoint(body, stack.target.endpoint->value.value);
    return {"aws", {}, std::move(body)};
}

void check_target(const intent::Target& target, Diagnostics& out) {
    const auto& region = target.region.value.value;
    if (std::find(regions().begin(), regions().end(), region) == regions().end()) {
        const auto near = did_you_mean(region, regions());
        fail(out, "catalog.unknown-region", fmt::format("AWS has no region '{}'", region),
             target.region,
             near ? fmt::format("did you mean '{}'?", *near) : "write a region such as eu-west-1");
    }
    if (!target.endpoint) return;
    const auto& endpoint = target.endpoint->value.value;
    if (!starts_with(endpoint, "http://") && !starts_with(endpoint, "https://"))
        fail(out, "catalog.endpoint", fmt::format("'{}' is no address", endpoint), *target.endpoint,
             "write it as http://127.0.0.1:5000");
}

}  // namespace agentops::catalog::aws
