#include "catalog/cidr.h"

#include <doctest/doctest.h>

namespace cidr_test {

using namespace agentops::catalog;

namespace {

std::string text_of(std::string_view text) {
    const auto cidr = parse_cidr(text);
    return cidr ? cidr->text() : "none";
}

}  // namespace

TEST_CASE("a range is four bytes and a length") {
    CHECK(text_of("10.20.0.0/16") == "10.20.0.0/16");
    CHECK(text_of("255.255.255.255/32") == "255.255.255.255/32");
    CHECK(text_of("0.0.0.0/0") == "0.0.0.0/0");
    for (const auto* bad :
         {"", "10.20.0.0", "10.20.0/16", "10.20.0.0/33", "256.0.0.0/8", "010.0.0.0/8",
          "10.0.0.0/08", "10.0.0.0/8 ", "+10.0.0.0/8", "10..0.0/8", "10.0.0.0.0/8", "::/0"}) {
        CAPTURE(bad);
        CHECK(text_of(bad) == "none");
    }
}

TEST_CASE("host bits are kept until they are cut") {
    const auto cidr = parse_cidr("10.20.3.7/16").value();
    CHECK(cidr.text() == "10.20.3.7/16");
    CHECK(cidr.network().text() == "10.20.0.0/16");
}

TEST_CASE("a range is carved into equal parts") {
    const auto wide = parse_cidr("10.20.0.0/16").value();
    CHECK(wide.carve(4, 0).text() == "10.20.0.0/20");
    CHECK(wide.carve(4, 13).text() == "10.20.208.0/20");
    CHECK(parse_cidr("192.168.7.0/24")->carve(4, 8).text() == "192.168.7.128/28");
}

TEST_CASE("ranges overlap when one holds the other") {
    const auto range = parse_cidr("10.20.0.0/16").value();
    CHECK(range.overlaps(*parse_cidr("10.20.255.0/24")));
    CHECK(parse_cidr("10.20.255.0/24")->overlaps(range));
    CHECK_FALSE(range.overlaps(*parse_cidr("10.21.0.0/16")));
    CHECK(parse_cidr("0.0.0.0/0")->overlaps(range));
}

TEST_CASE("private ranges are those of RFC 1918") {
    CHECK(parse_cidr("10.0.0.0/8")->is_private());
    CHECK(parse_cidr("172.31.0.0/16")->is_private());
    CHECK(parse_cidr("192.168.1.0/24")->is_private());
    CHECK_FALSE(parse_cidr("172.32.0.0/16")->is_private());
    CHECK_FALSE(parse_cidr("10.0.0.0/7")->is_private());
    CHECK_FALSE(parse_cidr("8.8.8.0/24")->is_private());
}

}  // namespace cidr_test
