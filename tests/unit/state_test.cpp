#include "terraform/state.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace state_test {

using namespace agentops;
using namespace agentops::tf;

namespace {

const fs::path kState = "terraform.tfstate";
const StateMark kMark{"L1", 5, "digest", "runs/r1/state-after.tfstate"};

void write_state(const std::string& text) {
    REQUIRE(write_file(kState, text));
}

template <class T>
std::string code(const Result<T>& result) {
    return result ? "" : result.error().front().code;
}

template <class T>
std::string help(const Result<T>& result) {
    return result ? "" : result.error().front().help;
}

StateFacts facts(const char* lineage, std::int64_t serial) {
    StateFacts f;
    f.exists = true;
    f.lineage = lineage;
    f.serial = serial;
    return f;
}

}  // namespace

TEST_CASE("a recorded state") {
    const auto path =
        fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/terraform/state.json";
    const auto state = read_state(path).value();
    CHECK(state.exists);
    CHECK(state.lineage == "7d2ee74f-b0af-8c64-756f-e789cb6b8fbe");
    CHECK(state.serial == 6);
    CHECK(state.resources == 3);
    CHECK(state.outputs["sec"] == Json::parse(R"({"value": "pw", "type": "string",
                                                   "sensitive": true})"));
    CHECK(state.sha256 == sha256(read_file(path).value()));
}

TEST_CASE("a state that is not there") {
    CHECK_FALSE(read_state("nowhere.tfstate").value().exists);
}

TEST_CASE("states that must not be trusted") {
    for (const char* empty : {"", " \n"}) {
        write_state(empty);
        CHECK(code(read_state(kState)) == "state.empty");
    }
    for (const char* damaged :
         {"{\"version\": 4, \"ser", "[]", "{\"version\": 4}", "{\"version\": 4, \"serial\": 1}",
          "{\"version\": 4, \"serial\": 1, \"lineage\": \"x\", \"resources\": 5}"}) {
        write_state(damaged);
        CHECK(code(read_state(kState)) == "state.damaged");
    }
    for (const char* other : {"{}", "{\"version\": 5}", "{\"encrypted_data\": \"x\"}"}) {
        write_state(other);
        CHECK(code(read_state(kState)) == "state.version");
    }
}

TEST_CASE("the help says how to get the last good state back") {
    write_state("");
    CHECK(help(read_state(kState, kMark)) ==
          "Restore the last good copy, in the project's folder: "
          "`cp .agentops/runs/r1/state-after.tfstate terraform.tfstate`.");
    REQUIRE(write_file("terraform.tfstate.backup", "{}"));
    CHECK(help(read_state(kState)) ==
          "Terraform's backup may be good; look at it, then "
          "`cp terraform.tfstate.backup terraform.tfstate`.");
    fs::remove("terraform.tfstate.backup");
    REQUIRE(write_file("my state", ""));
    CHECK(help(read_state("my state", kMark)).ends_with(" 'my state'`."));
}

TEST_CASE("data sources and removed resources do not count") {
    write_state(R"({"version": 4, "serial": 1, "lineage": "x", "resources": [
        {"mode": "data", "instances": [{}]}, {"mode": "managed", "instances": []},
        {"mode": "managed", "instances": [{}, {}]}, 5]})");
    CHECK(read_state(kState).value().resources == 2);
}

TEST_CASE("a state is judged by what was last known") {
    CHECK(judge_state(StateFacts{}, std::nullopt, kState));
    CHECK(judge_state(facts("L1", 5), kMark, kState));
    CHECK(judge_state(facts("L1", 6), kMark, kState));
    CHECK(code(judge_state(StateFacts{}, kMark, kState)) == "state.missing");
    CHECK(code(judge_state(facts("L1", 4), kMark, kState)) == "state.older");
    CHECK(code(judge_state(facts("L2", 9), kMark, kState)) == "state.foreign");
    CHECK(help(judge_state(StateFacts{}, kMark, kState)) ==
          "Restore the last good copy, in the project's folder: "
          "`cp .agentops/runs/r1/state-after.tfstate terraform.tfstate`.");
}

TEST_CASE("marks are kept") {
    CHECK_FALSE(read_mark("no-mark.json").value().has_value());
    REQUIRE(write_mark("mark.json", kMark));
    const auto mark = read_mark("mark.json").value();
    REQUIRE(mark.has_value());
    CHECK(mark->lineage == "L1");
    CHECK(mark->serial == 5);
    CHECK(mark->sha256 == "digest");
    CHECK(mark->copy == kMark.copy);
    for (const char* bad : {"", "[]", "{\"lineage\": \"x\"}"}) {
        REQUIRE(write_file("bad.json", bad));
        CHECK(code(read_mark("bad.json")) == "state.mark");
    }
}

}  // namespace state_test
