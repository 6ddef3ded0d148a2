#include "ansible/known_machines.h"

#include <doctest/doctest.h>

namespace known_machines_test {

using namespace agentops;

namespace {

const fs::path kList = "known-machines/.web.machines.json";
const fs::path kHosts = "known-machines/known_hosts";

std::string keys_after(const std::set<std::string>& addresses) {
    REQUIRE(ansible::remember_machines(kList, kHosts, addresses));
    return read_file(kHosts).value();
}

}  // namespace

TEST_CASE("known machines: keys of those that are gone are forgotten, all others stay") {
    const std::string lab = "lab.example.com ssh-ed25519 AAAA\n";
    const std::string five = "10.0.0.5 ssh-ed25519 BBBB\n10.0.0.5 ecdsa-sha2 CCCC\n";
    const std::string six = "[10.0.0.6]:2222 ssh-ed25519 DDDD\n";
    REQUIRE(write_file(kHosts, lab + five + six));
    CHECK(keys_after({"10.0.0.5", "10.0.0.6"}) == lab + five + six);
    CHECK(keys_after({"10.0.0.5", "10.0.0.50"}) == lab + five);
    CHECK(read_file(kList).value() == "[\"10.0.0.5\",\"10.0.0.50\"]\n");
    CHECK(keys_after({}) == lab);
    CHECK_FALSE(fs::exists(kList));
}

}  // namespace known_machines_test
