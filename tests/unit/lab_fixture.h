#pragma once

// A stack of one machine that is configured.

#include "stack_fixture.h"

namespace agentops::test {

/// One machine whose `configure` has these lines, and a database beside it.
inline StackFixture lab(const std::string& configure, const std::string& more = {}) {
    return StackFixture(
        "components:\n  net: {kind: network, cidr: 10.20.0.0/16}\n"
        "  db: {kind: database, engine: postgres 16, in: net, password: "
        "\"${secret.db_password}\"}\n"
        "  lab:\n    kind: hosts\n    hosts: {one: {address: 192.0.2.7}}\n    configure:\n" +
        configure + more);
}

inline const catalog::AnsibleRun& run_of(const StackFixture& stack) {
    REQUIRE(stack.complaints() == "");
    REQUIRE(stack.built.playbooks.size() == 1);
    return stack.built.playbooks.front();
}

}  // namespace agentops::test
