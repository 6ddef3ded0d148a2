#include <doctest/doctest.h>

#include <set>

#include "agent_fixture.h"
#include "prices/import.h"
#include "prices/plan_cost.h"

namespace prices_test {

using namespace agentops;
using namespace agentops::prices;

namespace {

constexpr std::string_view kHead = "region,service,item,unit,usd,date,source\n";

Result<Book> book_of(const std::string& lines) {
    static std::deque<Source> sources;
    return Book::parse(sources.emplace_back(Source{"my.csv", std::string(kHead) + lines}));
}

Json change_of(const char* type, const char* name, Json before, Json after) {
    return {{"address", fmt::format("{}.{}", type, name)},
            {"mode", "managed"},
            {"type", type},
            {"name", name},
            {"change", {{"before", std::move(before)}, {"after", std::move(after)}}}};
}

double cost(const std::string& type, const Json& values) {
    const auto usage = usage_of(type, values, {});
    REQUIRE(usage.known);
    const auto bill = make_bill(Book::builtin(), "eu-west-1", usage.usages);
    CAPTURE(type);
    REQUIRE(bill.unpriced.empty());
    return bill.usd.likely;
}

}  // namespace

TEST_CASE("prices: what the catalog needs is in the built-in book, with its source") {
    std::set<std::string> dates;
    for (const auto* region : {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1"}) {
        CAPTURE(region);
        for (const auto* item :
             {"ec2/t3.nano", "ec2/m6i.16xlarge", "rds/postgres/db.t4g.micro/single",
              "rds/mysql/db.m6g.16xlarge/multi", "rds/gp3/multi", "rds/backup", "ebs/gp3",
              "elb/alb", "elb/alb-lcu", "elb/nlb", "elb/nlb-lcu", "vpc/nat", "vpc/nat-data",
              "vpc/public-ip", "transfer/out", "s3/standard", "s3/get", "sqs/standard",
              "sqs/fifo"}) {
            CAPTURE(item);
            const auto* price = Book::builtin().find(region, item);
            REQUIRE(price != nullptr);
            CHECK(price->usd > 0);
            CHECK(price->source.find("https://aws.amazon.com/") == 0);
            CHECK(price->date.size() == 10);
        }
    }
}

TEST_CASE("prices: a book is read, laid over another one, and written again") {
    auto mine = book_of("eu-west-1,ec2,t3.micro,hour,0.009,2026-01-01,\"our contract, 2026\"\n");
    REQUIRE(mine.has_value());
    auto book = Book::builtin();
    book.lay_over(*mine);
    CHECK(book.find("eu-west-1", "ec2/t3.micro")->usd == 0.009);
    CHECK(book.find("eu-west-1", "ec2/t3.micro")->source == "our contract, 2026");
    CHECK(book.find("eu-west-1", "ec2/t3.small")->usd > 0);
    CHECK(book.find("mars-1", "ec2/t3.small") == nullptr);
    const Source again{"again.csv", mine->to_csv()};
    REQUIRE(Book::parse(again).has_value());
    CHECK(Book::parse(again)->to_csv() == mine->to_csv());
}

TEST_CASE("prices: each mistake of a book is told with its line") {
    const auto found = book_of(
        "eu-west-1,ec2,a,hour,1,2026-01-01,x\n"
        "eu-west-1,ec2,a,hour,2,2026-01-01,x\n"
        "eu-west-1,ec2,b,hour,-1,2026-01-01,x\n"
        "eu-west-1,ec2,c,hour,1,soon,x\n"
        "eu-west-1,ec2,d\n");
    REQUIRE_FALSE(found.has_value());
    CHECK(codes(found.error()) ==
          Lines{"prices.duplicate", "prices.usd", "prices.date", "prices.fields"});
    CHECK(found.error()[0].position.text() == "my.csv:3:1");
    const Source odd{"odd.csv", "name,price\n"};
    CHECK(codes(Book::parse(odd).error()) == Lines{"prices.header"});
}

TEST_CASE("prices: a bill adds what is priced and names what is not") {
    const auto bill = make_bill(Book::builtin(), "eu-west-1",
                                {Usage::of("ec2/t3.micro", 730),
                                 {"s3/standard", {0, 10, 100}, "assumed"},
                                 Usage::of("kind/mystery", 1)});
    CHECK(bill.usd.low == doctest::Approx(730 * 0.0114));
    CHECK(bill.usd.likely == doctest::Approx(730 * 0.0114 + 10 * 0.023));
    CHECK(bill.usd.high == doctest::Approx(730 * 0.0114 + 100 * 0.023));
    CHECK(bill.unpriced == Lines{"kind/mystery"});
    CHECK(to_text(bill.usd) == "8.32 to 10.62 USD/month");
    CHECK(to_text(Range{1, 1, 1}) == "1.00 USD/month");
}

TEST_CASE("prices: resources of any root") {
    CHECK(cost("aws_instance",
               {{"instance_type", "t3.small"},
                {"root_block_device", {{{"volume_size", 20}, {"volume_type", "gp3"}}}}}) ==
          doctest::Approx(730 * 0.0228 + 20 * 0.088));
    CHECK(cost("aws_db_instance", {{"engine", "postgres"},
                                   {"instance_class", "db.t4g.micro"},
                                   {"multi_az", true},
                                   {"storage_type", "gp3"},
                                   {"allocated_storage", 100}}) ==
          doctest::Approx(730 * 0.034 + 100 * 0.254));
    CHECK(cost("aws_nat_gateway", Json::object()) == doctest::Approx(730 * 0.048 + 50 * 0.048));
    CHECK(cost("aws_eip", Json::object()) == doctest::Approx(3.65));
    CHECK(cost("aws_lb", {{"load_balancer_type", "network"}}) ==
          doctest::Approx(730 * 0.0252 + 73 * 0.006));
    CHECK(cost("aws_kms_key", Json::object()) == 1);
    CHECK(cost("aws_vpc_endpoint",
               {{"vpc_endpoint_type", "Interface"}, {"subnet_ids", {"a", "b"}}}) ==
          doctest::Approx(2 * 730 * 0.011));
    CHECK(cost("aws_vpc", Json::object()) == 0);
    CHECK(cost("aws_iam_role", Json::object()) == 0);
    CHECK_FALSE(usage_of("aws_msk_cluster", Json::object(), {}).known);
    CHECK_FALSE(usage_of("aws_autoscaling_group", Json::object(), {}).known);
}

TEST_CASE("prices: what a plan does to the bill") {
    Json plan = {
        {"resource_changes",
         {change_of("aws_instance", "a", {{"instance_type", "t3.small"}},
                    {{"instance_type", "t3.large"}}),
          change_of("aws_ebs_volume", "gone", {{"size", 100}, {"type", "gp3"}}, nullptr),
          change_of("aws_msk_cluster", "odd", nullptr, Json::object()),
          change_of("aws_launch_template", "web", nullptr, {{"instance_type", "t3.micro"}}),
          change_of("aws_autoscaling_group", "web", nullptr, {{"desired_capacity", 3}})}},
        {"configuration",
         {{"root_module",
           {{"resources",
             {{{"address", "aws_autoscaling_group.web"},
               {"expressions",
                {{"launch_template",
                  {{{"id",
                     {{"references",
                       {"aws_launch_template.web.id", "aws_launch_template.web"}}}}}}}}}}}}}}}}};
    const auto cost = cost_of_plan(plan, Book::builtin(), "eu-west-1");
    CHECK(cost.unpriced == Lines{"aws_msk_cluster.odd"});
    const double disks = 3 * 8 * 0.088;
    CHECK(cost.change().likely ==
          doctest::Approx(730 * (0.0912 - 0.0228) - 100 * 0.088 + 3 * 730 * 0.0114 + disks));
    CHECK(cost_of_plan(Json("odd"), Book::builtin(), "eu-west-1").change().likely == 0);
}

TEST_CASE("prices: a change of the bill as people read it") {
    CHECK(change_text({12.3, 12.3, 12.3}) == "+12.30 USD/month");
    CHECK(change_text({-3.2, 1, 15}) == "-3.20 to +15.00 USD/month");
    CHECK(change_text({0, 0, 0}) == "no change in cost");
}

namespace {

Json product_of(const char* family, Json attributes) {
    attributes["regionCode"] = "eu-west-1";
    return {{"productFamily", family}, {"attributes", std::move(attributes)}};
}

Json term_of(const char* usd, const char* begin = "0") {
    return {{"x",
             {{"priceDimensions",
               {{"y", {{"beginRange", begin}, {"pricePerUnit", {{"USD", usd}}}}}}}}}};
}

}  // namespace

TEST_CASE("prices: an AWS price list gives what the book has items for") {
    const Json linux_machine = {{"instanceType", "t3.micro"},
                                {"operatingSystem", "Linux"},
                                {"tenancy", "Shared"},
                                {"preInstalledSw", "NA"},
                                {"capacitystatus", "Used"}};
    auto windows_machine = linux_machine;
    windows_machine["operatingSystem"] = "Windows";
    const Json list = {
        {"formatVersion", "v1.0"},
        {"offerCode", "AmazonEC2"},
        {"version", "20260925"},
        {"publicationDate", "2026-09-25T17:45:21Z"},
        {"products",
         {{"A", product_of("Compute Instance", linux_machine)},
          {"B", product_of("Compute Instance", windows_machine)},
          {"C", product_of("Storage", {{"volumeApiName", "gp3"}})},
          {"D", product_of("NAT Gateway", {{"usagetype", "EU-NatGateway-Hours"}})},
          {"E", product_of("NAT Gateway", {{"usagetype", "EU-RegionalNatGateway-Hours"}})}}},
        {"terms",
         {{"OnDemand",
           {{"A", term_of("0.0115")},
            {"B", term_of("0.02")},
            {"C", term_of("0.089")},
            {"D", term_of("0.049")},
            {"E", term_of("0.05")}}}}}};
    const auto imported = import_bulk(list, "index.json");
    REQUIRE(imported.has_value());
    CHECK(imported->taken == 3);
    CHECK(imported->passed_over == 2);
    const auto* machine = imported->book.find("eu-west-1", "ec2/t3.micro");
    REQUIRE(machine != nullptr);
    CHECK(machine->usd == 0.0115);
    CHECK(machine->date == "2026-09-25");
    CHECK(machine->source == "AWS price list AmazonEC2 20260925");
    CHECK(imported->book.find("eu-west-1", "vpc/nat")->usd == 0.049);
    CHECK(codes(import_bulk(Json::object(), "x").error()) == Lines{"prices.no-list"});
    auto empty = list;
    empty["products"] = Json::object();
    CHECK(codes(import_bulk(empty, "x").error()) == Lines{"prices.nothing"});
}

TEST_CASE("prices: databases, balancers, buckets and queues of their lists") {
    const auto item_of = [](const char* offer, const char* family, Json attributes) {
        const Json list = {{"offerCode", offer},
                           {"products", {{"A", product_of(family, std::move(attributes))}}},
                           {"terms", {{"OnDemand", {{"A", term_of("0.0000004")}}}}}};
        const auto imported = import_bulk(list, "x");
        return imported ? fmt::format("{} {}", imported->book.all().front()->item,
                                      imported->book.all().front()->usd)
                        : std::string();
    };
    CHECK(item_of("AmazonRDS", "Database Instance",
                  {{"databaseEngine", "PostgreSQL"},
                   {"instanceType", "db.t4g.micro"},
                   {"deploymentOption", "Multi-AZ"}}) == "rds/postgres/db.t4g.micro/multi 4e-07");
    CHECK(item_of("AWSELB", "Load Balancer-Network", {{"usagetype", "EU-LCUUsage"}}) ==
          "elb/nlb-lcu 4e-07");
    CHECK(item_of("AmazonS3", "Storage", {{"volumeType", "Standard"}}) == "s3/standard 4e-07");
    CHECK(item_of("AWSQueueService", "API Request", {{"queueType", "Standard"}}) ==
          "sqs/standard 0.39999999999999997");
}

}  // namespace prices_test
