#include "drift/unmanaged.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>

#include "base/fs.h"
#include "base/text.h"
#include "drift/paths.h"
#include "drift/survey.h"

namespace unmanaged_test {

using namespace agentops;
using namespace agentops::drift;

namespace {

/// Recorded from an emulator where Terraform made one object of each type, "managed", and the aws
/// command another, "by-hand"; cut to what is read.
Json recorded(const char* name) {
    const auto path = fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/drift" / name;
    return Json::parse(read_file(path).value());
}

const Listing& listing(std::string_view type) {
    for (const auto& row : listings()) {
        if (row.type == type) return row;
    }
    throw InternalError("no listing of " + std::string(type));
}

KnownObjects known_of(const Json& state) {
    KnownObjects known;
    REQUIRE(known.add_state(state));
    return known;
}

/// A state with one managed object.
Json state_of(const char* type, const Json& attributes) {
    const Json instances = Json::array({{{"attributes", attributes}}});
    const Json resource{
        {"mode", "managed"}, {"type", type}, {"name", "x"}, {"instances", instances}};
    return {{"version", 4}, {"resources", Json::array({resource})}};
}

/// "type name", one a line.
std::string shown(const std::vector<Unmanaged>& found) {
    std::string text;
    for (const auto& thing : found)
        text += fmt::format("{} {}\n", thing.type, thing.name);
    return text;
}

struct Recording {
    Json answers = recorded("listings.json");
    KnownObjects known = known_of(recorded("state.json"));
    std::map<std::string, std::string> networks;

    Recording() {
        for (const auto& vpc : known.networks())
            networks[vpc] = "shop";
    }

    std::vector<Unmanaged> read_all() const {
        Survey survey(known, networks);
        std::vector<Unmanaged> all;
        for (const auto& row : listings()) {
            const auto found = survey.read(row, dump_json(answers.at(std::string(row.type))));
            REQUIRE(found);
            all.insert(all.end(), found->begin(), found->end());
        }
        return all;
    }
};

std::string code(const Result<std::vector<Unmanaged>>& result) {
    return result ? "" : result.error().front().code;
}

std::string why(const Result<std::vector<Unmanaged>>& result) {
    return result ? "" : result.error().front().message;
}

/// A survey of one place where nothing is managed.
struct Nothing {
    KnownObjects known;
    std::map<std::string, std::string> networks;
    Survey survey{known, networks};
};

}  // namespace

TEST_CASE("unmanaged: every listing is sound") {
    const std::regex path("\\.|[A-Za-z]+(\\.[A-Za-z]+)*"), command("[a-z0-9]+( [-A-Za-z0-9{}]+)+");
    const auto is_path = [&](std::string_view text) {
        return std::regex_match(std::string(text), path);
    };
    std::set<std::string> before;
    for (const auto& row : listings()) {
        CAPTURE(row.type);
        CHECK(std::regex_match(std::string(row.command), command));
        CHECK(is_path(row.list));
        for (const auto& id : split(row.ids, ' '))
            CHECK(is_path(id));
        for (const auto optional : {row.name, row.created, row.vpc, row.covers})
            CHECK((optional.empty() || is_path(optional)));
        for (const auto& omission : read_omissions(row.omit)) {
            for (const auto& term : omission) {
                CHECK(is_path(term.path));
                CHECK(!term.value.empty());
                const bool refers = term.is == Term::Is::left_out || term.is == Term::Is::covered;
                CHECK((!refers || before.count(term.value) == 1));
            }
        }
        CHECK(before.emplace(row.type).second);
    }
}

TEST_CASE("unmanaged: a row leaves out alternatives of terms") {
    const auto all = read_omissions("A.b=true C^=d&E@f&G~h");
    REQUIRE(all.size() == 2);
    REQUIRE(all[1].size() == 3);
    CHECK((all[0][0].path == "A.b" && all[0][0].is == Term::Is::equal));
    CHECK((all[1][0].value == "d" && all[1][0].is == Term::Is::prefixed));
    CHECK((all[1][1].value == "f" && all[1][1].is == Term::Is::left_out));
    CHECK((all[1][2].path == "G" && all[1][2].is == Term::Is::covered));
    CHECK(read_omissions("").empty());
    CHECK_THROWS_AS(read_omissions("A"), InternalError);
    CHECK_THROWS_AS(read_omissions("=a"), InternalError);
}

TEST_CASE("unmanaged: paths look through lists") {
    const auto json = Json::parse(R"({"a": [{"b": [1, "x"]}, {"b": true}, {"c": 2}, 5, null]})");
    CHECK(texts_at(json, "a.b") == std::vector<std::string>{"1", "x", "true"});
    CHECK(values_at(json, "a").size() == 4);
    CHECK(texts_at(json, "a.b.c").empty());
    CHECK(texts_at(json, "a").size() == 1);
    CHECK(text_at(Json("x"), ".") == "x");
    CHECK(text_at(json, "z") == "");
}

TEST_CASE("unmanaged: what was made by hand is found, and nothing else") {
    CHECK(shown(Recording().read_all()) ==
          "aws_vpc by-hand\n"
          "aws_vpc by-hand\n"
          "aws_subnet by-hand\n"
          "aws_security_group by-hand\n"
          "aws_route_table by-hand\n"
          "aws_network_acl by-hand\n"
          "aws_internet_gateway by-hand\n"
          "aws_nat_gateway by-hand\n"
          "aws_vpc_endpoint by-hand\n"
          "aws_eip by-hand\n"
          "aws_eip by-hand\n"
          "aws_eip by-hand\n"
          "aws_key_pair by-hand\n"
          "aws_launch_template by-hand\n"
          "aws_autoscaling_group by-hand\n"
          "aws_instance by-hand\n"
          "aws_ebs_volume by-hand\n"
          "aws_ebs_volume by-hand\n"
          "aws_ebs_volume by-hand\n"
          "aws_lb by-hand\n"
          "aws_lb_target_group by-hand\n"
          "aws_rds_cluster by-hand\n"
          "aws_db_instance by-hand\n"
          "aws_db_subnet_group by-hand\n"
          "aws_db_parameter_group by-hand\n"
          "aws_s3_bucket by-hand\n"
          "aws_dynamodb_table by-hand\n"
          "aws_sqs_queue by-hand\n"
          "aws_sns_topic by-hand\n"
          "aws_iam_role by-hand\n"
          "aws_iam_policy by-hand\n"
          "aws_iam_instance_profile by-hand\n"
          "aws_kms_alias alias/by-hand\n"
          "aws_kms_key \n"
          "aws_cloudwatch_log_group by-hand\n"
          "aws_secretsmanager_secret by-hand\n");
}

TEST_CASE("unmanaged: what is said of an object") {
    const Recording recording;
    const auto all = recording.read_all();
    const auto find = [&](std::string_view type) {
        return *std::find_if(all.begin(), all.end(),
                             [&](const auto& thing) { return thing.type == type; });
    };
    CHECK(find("aws_subnet") ==
          Unmanaged{"shop", "aws_subnet", "subnet-fe455aa13f1fc052b", "by-hand", ""});
    // Its tag names the stack that it was made for, whoever's network it is in.
    CHECK(find("aws_instance").stack == "gone");
    CHECK(find("aws_sqs_queue") == Unmanaged{"", "aws_sqs_queue",
                                             "http://127.0.0.1:41879/123456789012/by-hand",
                                             "by-hand", ""});
    CHECK(find("aws_s3_bucket") ==
          Unmanaged{"", "aws_s3_bucket", "by-hand", "by-hand", "2026-11-25T23:07:36.000Z"});
    CHECK(find("aws_iam_policy").id == "arn:aws:iam::123456789012:policy/by-hand");
    CHECK(find("aws_autoscaling_group").id == "by-hand");
}

TEST_CASE("unmanaged: of the default VPC only what was added") {
    Recording recording;
    recording.networks.clear();
    recording.networks["vpc-781c61db4fcbf5f8a"] = "shop";
    for (const auto& thing : recording.read_all()) {
        CAPTURE(thing.type);
        CHECK(listing(thing.type).vpc == "");
    }
}

TEST_CASE("unmanaged: volumes go with their instance, but not those that were attached to it") {
    Nothing nothing;
    nothing.known = known_of(state_of("aws_instance", {{"id", "i-0123456789"}}));
    const auto volume = [](const char* id, const char* device, const char* instance, bool goes) {
        return fmt::format(
            R"({{"VolumeId": "{}", "Attachments": [{{"Device": "{}", "InstanceId": "{}",)"
            R"( "DeleteOnTermination": {}}}]}})",
            id, device, instance, goes);
    };
    const auto text = fmt::format(R"({{"Volumes": [{}, {}, {}, {}, {{"VolumeId": "loose"}}]}})",
                                  volume("root", "/dev/xvda", "i-0123456789", false),
                                  volume("extra", "/dev/sdf", "i-0123456789", true),
                                  volume("attached", "/dev/sdf", "i-0123456789", false),
                                  volume("other", "/dev/xvda", "i-1111111111", true));
    std::string ids;
    for (const auto& thing : nothing.survey.read(listing("aws_ebs_volume"), text).value())
        ids += thing.id + " ";
    CHECK(ids == "attached other loose ");
}

TEST_CASE("unmanaged: what a managed object made is known by its tag") {
    Nothing nothing;
    nothing.known = known_of(state_of("aws_eks_cluster", {{"id", "main"}}));
    const auto made = [](const char* id, const char* cluster) {
        return Json{{"AutoScalingGroupName", id},
                    {"Tags", {{{"Key", "eks:cluster-name"}, {"Value", cluster}}}}};
    };
    const Json answer{{"AutoScalingGroups", {made("ours", "main"), made("theirs", "other")}}};
    const auto found =
        nothing.survey.read(listing("aws_autoscaling_group"), dump_json(answer)).value();
    CHECK(shown(found) == "aws_autoscaling_group theirs\n");
    // What was left out is as good as managed for what it made.
    const Json instances = Json::parse(
        R"({"Reservations": [{"Instances": [{"InstanceId": "i-0123456789", "VpcId": "v",
            "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "ours"}]}]}]})");
    nothing.networks["v"] = "shop";
    CHECK(nothing.survey.read(listing("aws_instance"), dump_json(instances)).value().empty());
}

TEST_CASE("unmanaged: a name counts where there is no better id") {
    Nothing nothing;
    nothing.known =
        known_of(state_of("aws_sns_topic", {{"id", "arn:aws:sns:eu-west-1:1:a"}, {"name", "a"}}));
    nothing.known.merge(known_of(state_of("aws_iam_role", {{"id", "a"}, {"arn", "arn:a"}})));
    nothing.known.merge(known_of(state_of("aws_dynamodb_table", {{"id", "a"}})));
    const auto roles = R"({"Roles": [{"RoleName": "a", "Arn": "arn:of-another-account"}]})";
    CHECK(nothing.survey.read(listing("aws_iam_role"), roles).value().size() == 1);
    const auto tables = R"({"TableNames": ["a"]})";
    CHECK(nothing.survey.read(listing("aws_dynamodb_table"), tables).value().empty());
    const auto buckets = R"({"Buckets": [{"Name": "a"}]})";
    CHECK(nothing.survey.read(listing("aws_s3_bucket"), buckets).value().size() == 1);
}

TEST_CASE("unmanaged: no output is an empty list, but other output is no answer") {
    Nothing nothing;
    const auto& queues = listing("aws_sqs_queue");
    CHECK(nothing.survey.read(queues, "\n").value().empty());
    for (const auto* text : {"{}", "[]", "{\"QueueUrls\": \"x\"}", "Unable to locate"}) {
        CAPTURE(text);
        CHECK(code(nothing.survey.read(queues, text)) == "drift.not-listed");
    }
    CHECK(why(nothing.survey.read(queues, "{}")) == "the answer has no list QueueUrls");
}

TEST_CASE("unmanaged: nothing is judged without the listing that tells it") {
    Nothing nothing;
    nothing.survey.miss(listing("aws_kms_alias"));
    CHECK(why(nothing.survey.read(listing("aws_kms_key"), R"({"Keys": [{"KeyId": "k"}]})")) ==
          "it cannot be judged without aws_kms_alias");
    CHECK_FALSE(nothing.survey.read(listing("aws_instance"), R"({"Reservations": 1})"));
    CHECK(code(nothing.survey.read(listing("aws_ebs_volume"), "")) == "drift.not-listed");
}

TEST_CASE("unmanaged: what states know") {
    CHECK_FALSE(KnownObjects().add_state(Json::parse(R"({"version": 3})")));
    CHECK_FALSE(KnownObjects().add_state(Json::parse("[1]")));
    auto state = state_of("aws_security_group", {{"id", "sg-0123456789"}, {"vpc_id", "vpc-1"}});
    const auto known = known_of(state);
    CHECK(known.has("aws_default_security_group", "sg-0123456789"));
    CHECK_FALSE(known.has("aws_security_group", ""));
    CHECK(known.networks() == std::set<std::string>{"vpc-1"});

    auto& resource = state["resources"][0];
    resource["mode"] = "data";
    CHECK_FALSE(known_of(state).has("aws_security_group", "sg-0123456789"));
    CHECK(known_of(state).networks().empty());
    resource["type"] = "aws_vpc";
    CHECK(known_of(state).networks() == std::set<std::string>{"sg-0123456789"});

    const auto lambda = known_of(state_of(
        "aws_lambda_function", Json::parse(R"({"logging_config": [{"log_group": "/aws/x"}]})")));
    CHECK(lambda.has("aws_cloudwatch_log_group", "/aws/x"));
    CHECK_FALSE(lambda.has("aws_s3_bucket", "/aws/x"));
}

TEST_CASE("unmanaged: ids that mean one thing in all of AWS") {
    for (const auto* id : {"vpc-0a1b2c3d", "i-0123456789abcdef0", "arn:aws:s3:::b", "https://x"})
        CHECK(is_unique_id(id));
    for (const auto* name : {"", "shop", "shop-web", "-0123456789", "vpc-", "Vpc-0123456789"})
        CHECK_FALSE(is_unique_id(name));
}

TEST_CASE("unmanaged: the steps") {
    const auto step = listing_step(listing("aws_s3_bucket"), "/bin/aws", {"eu-west-1", ""});
    const auto& call = std::get<run::ToolCall>(step.action);
    CHECK((step.name == "aws_s3_bucket" && step.tool == "aws"));
    CHECK(join(call.argv, " ") ==
          "/bin/aws s3api list-buckets --bucket-region eu-west-1 --region eu-west-1 --output json");
    REQUIRE(call.env.size() == 2);
    CHECK((call.env[0].name == "AWS_PAGER" && std::get<std::string>(call.env[0].value).empty()));

    const auto emulated = identity_step("aws", {"eu-west-1", "http://127.0.0.1:5000"});
    const auto& asked = std::get<run::ToolCall>(emulated.action);
    CHECK(join(asked.argv, " ") ==
          "aws sts get-caller-identity --region eu-west-1 --output json "
          "--endpoint-url http://127.0.0.1:5000");
    std::string names;
    for (const auto& variable : asked.env)
        names += fmt::format("{}={} ", variable.name, std::get<std::string>(variable.value));
    CHECK(names ==
          "AWS_PAGER= AWS_CLI_AUTO_PROMPT=off AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
          "AWS_SESSION_TOKEN= ");
}

}  // namespace unmanaged_test
