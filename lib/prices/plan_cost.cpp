#include "prices/plan_cost.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::prices {

namespace {

constexpr double kHours = 730;

/// Types that cost nothing by themselves; a name that ends with '*' stands for all that begin so.
constexpr std::string_view kFree[] = {
    "aws_vpc",
    "aws_subnet",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_*",
    "aws_iam_*",
    "aws_route",
    "aws_route_table",
    "aws_route_table_association",
    "aws_main_route_table_association",
    "aws_internet_gateway",
    "aws_default_*",
    "aws_network_acl*",
    "aws_db_subnet_group",
    "aws_db_parameter_group",
    "aws_db_option_group",
    "aws_launch_template",
    "aws_key_pair",
    "aws_lb_listener*",
    "aws_lb_target_group*",
    "aws_autoscaling_policy",
    "aws_autoscaling_attachment",
    "aws_s3_bucket_*",
    "aws_sqs_queue_*",
    "aws_sns_topic_*",
    "aws_kms_alias",
    "aws_kms_key_policy",
    "aws_secretsmanager_secret_*",
    "aws_ssm_parameter",
    "aws_route53_record",
    "aws_cloudwatch_event_*",
    "aws_cloudwatch_log_stream",
    "aws_ecs_cluster",
    "aws_ecr_lifecycle_policy",
    "aws_efs_mount_target",
    "aws_volume_attachment",
    "aws_eip_association",
    "terraform_data",
    "null_resource",
    "random_*",
    "time_*",
    "local_*",
    "tls_*",
};

bool is_free(std::string_view type) {
    return std::any_of(std::begin(kFree), std::end(kFree), [&](std::string_view name) {
        if (name.back() != '*') return name == type;
        return starts_with(type, name.substr(0, name.size() - 1));
    });
}

double number(const Json& values, std::string_view key, double otherwise) {
    const auto& value = member(values, key);
    return value.is_number() ? value.get<double>() : otherwise;
}

std::string text_or(const Json& values, std::string_view key, std::string otherwise) {
    auto text = text_of(values, key);
    return text.empty() ? std::move(otherwise) : text;
}

using Usages = std::vector<Usage>;

void add_disk(const Json& disk, double otherwise, double times, Usages& usages) {
    const auto gib = number(disk, "volume_size", otherwise) * times;
    usages.push_back(Usage::of("ebs/" + text_or(disk, "volume_type", "gp3"), gib));
}

Usages instance(const Json& values) {
    Usages usages{Usage::of("ec2/" + text_of(values, "instance_type"), kHours)};
    add_disk(item(member(values, "root_block_device"), 0), 8, 1, usages);
    const auto& disks = member(values, "ebs_block_device");
    for (std::size_t i = 0; disks.is_array() && i < disks.size(); ++i)
        add_disk(disks[i], 8, 1, usages);
    return usages;
}

Usages group(const Json& values, const Json& machine) {
    const auto count = number(values, "desired_capacity", number(values, "min_size", 1));
    Usages usages{Usage::of("ec2/" + text_of(machine, "instance_type"), count * kHours)};
    const auto& mapping = item(member(machine, "block_device_mappings"), 0);
    add_disk(item(member(mapping, "ebs"), 0), 8, count, usages);
    return usages;
}

Usages database(const Json& values) {
    const auto* form = is_true(member(values, "multi_az")) ? "multi" : "single";
    const auto gib = number(values, "allocated_storage", 20);
    Usages usages{
        Usage::of(fmt::format("rds/{}/{}/{}", text_of(values, "engine"),
                              text_of(values, "instance_class"), form),
                  kHours),
        Usage::of(fmt::format("rds/{}/{}", text_or(values, "storage_type", "gp2"), form), gib)};
    if (number(values, "backup_retention_period", 0) > 0)
        usages.push_back(
            {"rds/backup", {0, 0, gib}, "backups up to the size of the database cost nothing"});
    return usages;
}

Usages balancer(const Json& values) {
    const std::string kind =
        text_of(values, "load_balancer_type") == "network" ? "elb/nlb" : "elb/alb";
    return {Usage::of(kind, kHours),
            {kind + "-lcu", {0, kHours / 10, kHours}, "up to one capacity unit all the time"}};
}

Usages nat(const Json&) {
    return {Usage::of("vpc/nat", kHours),
            {"vpc/nat-data", {0, 50, 500}, "50 GB a month through NAT, up to 500"}};
}

Usages bucket(const Json&) {
    return {{"s3/standard", {0, 50, 1000}, "50 GB stored, up to 1,000"},
            {"s3/get", {0, 100, 10000}, "100,000 reads, up to 10 million"}};
}

Usages queue(const Json& values) {
    const auto* item = is_true(member(values, "fifo_queue")) ? "sqs/fifo" : "sqs/standard";
    return {{item, {0, 1, 100}, "a million requests a month, up to 100"}};
}

Usages endpoint(const Json& values) {
    if (text_or(values, "vpc_endpoint_type", "Gateway") == "Gateway") return {};
    const auto& subnets = member(values, "subnet_ids");
    const auto zones = subnets.is_array() ? static_cast<double>(subnets.size()) : 1;
    return {Usage::of("vpc/endpoint", zones * kHours)};
}

Usages volume(const Json& values) {
    return {Usage::of("ebs/" + text_or(values, "type", "gp2"), number(values, "size", 8))};
}

Usages function(const Json& values) {
    const auto gb = number(values, "memory_size", 128) / 1024;
    return {{"lambda/requests", {0, 1, 100}, "a million calls a month, up to 100"},
            {"lambda/gb-second", {0, gb * 1e5, gb * 1e7}, "0.1 s a call"}};
}

/// Types that cost so much each, whatever is in them.
template <class Make>
struct Row {
    std::string_view type;
    Make make;
};

constexpr Row<Usages (*)(const Json&)> kPriced[] = {
    {"aws_instance", instance},
    {"aws_db_instance", database},
    {"aws_lb", balancer},
    {"aws_alb", balancer},
    {"aws_nat_gateway", nat},
    {"aws_s3_bucket", bucket},
    {"aws_sqs_queue", queue},
    {"aws_vpc_endpoint", endpoint},
    {"aws_ebs_volume", volume},
    {"aws_lambda_function", function},
    {"aws_eip", [](const Json&) -> Usages { return {Usage::of("vpc/public-ip", kHours)}; }},
    {"aws_kms_key", [](const Json&) -> Usages { return {Usage::of("kms/key", 1)}; }},
    {"aws_secretsmanager_secret",
     [](const Json&) -> Usages { return {Usage::of("secretsmanager/secret", 1)}; }},
    {"aws_route53_zone", [](const Json&) -> Usages { return {Usage::of("route53/zone", 1)}; }},
    {"aws_cloudwatch_metric_alarm",
     [](const Json&) -> Usages { return {Usage::of("cloudwatch/alarm", 1)}; }},
    {"aws_cloudwatch_dashboard",
     [](const Json&) -> Usages { return {Usage::of("cloudwatch/dashboard", 1)}; }},
    {"aws_sns_topic",
     [](const Json&) -> Usages {
         return {{"sns/requests", {0, 1, 100}, "a million messages a month, up to 100"}};
     }},
    {"aws_cloudwatch_log_group",
     [](const Json&) -> Usages {
         return {{"logs/ingest", {0, 1, 100}, "1 GB a month, up to 100"},
                 {"logs/storage", {0, 1, 100}, "1 GB kept, up to 100"}};
     }},
    {"aws_ecr_repository",
     [](const Json&) -> Usages {
         return {{"ecr/storage", {0, 1, 50}, "1 GB of images, up to 50"}};
     }},
    {"aws_efs_file_system",
     [](const Json&) -> Usages {
         return {{"efs/storage", {0, 10, 1000}, "10 GB stored, up to 1,000"}};
     }},
};

/// The launch template behind a group: by what the configuration refers to.
class Templates {
public:
    explicit Templates(const Json& plan) {
        const auto& root = member(member(plan, "configuration"), "root_module");
        const auto& resources = member(root, "resources");
        for (std::size_t i = 0; resources.is_array() && i < resources.size(); ++i)
            read(resources[i]);
    }
    /// "" when nothing is known.
    std::string of(const std::string& address) const {
        const auto found = template_of_.find(address.substr(0, address.find('[')));
        return found == template_of_.end() ? "" : found->second;
    }

private:
    void read(const Json& resource) {
        const auto& used = item(member(member(resource, "expressions"), "launch_template"), 0);
        const auto& references = member(member(used, "id"), "references");
        for (std::size_t i = 0; references.is_array() && i < references.size(); ++i) {
            const auto text = text_of(references[i]);
            if (starts_with(text, "aws_launch_template."))
                template_of_[text_of(resource, "address")] = address_in(text);
        }
    }
    /// "aws_launch_template.web.id" -> "aws_launch_template.web".
    static std::string address_in(const std::string& reference) {
        const auto first = reference.find('.');
        return reference.substr(0, reference.find('.', first + 1));
    }
    std::map<std::string, std::string> template_of_;
};

class Reader {
public:
    Reader(const Json& plan, const Book& book, std::string_view region)
        : templates_(plan),
          changes_(member(plan, "resource_changes")),
          book_(book),
          region_(region) {}

    PlanCost run() {
        for (std::size_t i = 0; changes_.is_array() && i < changes_.size(); ++i) {
            if (text_of(changes_[i], "mode") == "managed") add(changes_[i]);
        }
        auto& names = cost_.unpriced;
        for (const auto* bill : {&cost_.before, &cost_.after})
            names.insert(names.end(), bill->unpriced.begin(), bill->unpriced.end());
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        return std::move(cost_);
    }

private:
    void add(const Json& change) {
        for (const auto* side : {"before", "after"}) {
            const auto& values = member(member(change, "change"), side);
            if (!values.is_object()) continue;
            const auto usage = usage_of(text_of(change, "type"), values, machine(change, side));
            if (!usage.known) cost_.unpriced.push_back(text_of(change, "address"));
            auto& bill = std::string_view(side) == "before" ? cost_.before : cost_.after;
            bill.add(make_bill(book_, region_, usage.usages));
        }
    }
    const Json& machine(const Json& change, const char* side) const {
        static const Json kNothing;
        if (text_of(change, "type") != "aws_autoscaling_group") return kNothing;
        const auto wanted = templates_.of(text_of(change, "address"));
        for (const auto& other : changes_) {
            if (text_of(other, "address") == wanted) return member(member(other, "change"), side);
        }
        return kNothing;
    }

    Templates templates_;
    const Json& changes_;
    const Book& book_;
    std::string_view region_;
    PlanCost cost_;
};

std::string signed_text(double usd) {
    return fmt::format("{}{:.2f}", usd < 0 ? "-" : "+", std::abs(usd));
}

}  // namespace

ResourceUsage usage_of(const std::string& type, const Json& values, const Json& machine) {
    if (type == "aws_autoscaling_group") {
        if (!machine.is_object()) return {{}, false};
        return {group(values, machine), true};
    }
    for (const auto& row : kPriced) {
        if (row.type == type) return {row.make(values), true};
    }
    return {{}, is_free(type)};
}

Range PlanCost::change() const {
    // What stays is in both, at the same quantity: its least goes with its least.
    return {after.usd.low - before.usd.low, after.usd.likely - before.usd.likely,
            after.usd.high - before.usd.high};
}

PlanCost cost_of_plan(const Json& plan, const Book& book, std::string_view region) {
    return Reader(plan, book, region).run();
}

std::string change_text(const Range& change) {
    const auto low = signed_text(change.low), high = signed_text(change.high);
    if (low == high && std::abs(change.likely) < 0.005) return "no change in cost";
    if (low == high) return low + " USD/month";
    return fmt::format("{} to {} USD/month", low, high);
}

}  // namespace agentops::prices
