#include "terraform/value.h"

#include <doctest/doctest.h>

#include "base/result.h"
#include "terraform/unit.h"

namespace value_test {

using namespace agentops;
using namespace agentops::tf;

TEST_CASE("an expression steps down by name") {
    CHECK(Expr{"aws_vpc.net"}["id"].text == "aws_vpc.net.id");
}

TEST_CASE("a value keeps members, replaces them and finds them") {
    Value value;
    value.set("b", 1);
    value.set("a", "x");
    value.set("b", "y");
    REQUIRE(value.find("b") != nullptr);
    CHECK(*value.find("b")->text() == "y");
    CHECK(*value.find("a")->text() == "x");
    CHECK(value.find("c") == nullptr);
    CHECK(Value(5).find("a") == nullptr);
    CHECK(Value(5).text() == nullptr);
    CHECK(std::get<Map>(value.data()).front().first == "b");
}

TEST_CASE("a member of something that is no map is a bug") {
    Value text = "x";
    CHECK_THROWS_AS(text.set("a", 1), InternalError);
}

TEST_CASE("addresses and types are in Terraform's words") {
    CHECK(Resource{false, "aws_vpc", "net", {}, {}, ""}.address() == "aws_vpc.net");
    CHECK(Resource{true, "aws_ami", "web", {}, {}, ""}.address() == "data.aws_ami.web");
    CHECK(to_text(ValueType::list_of_string) == "list(string)");
}

}  // namespace value_test
