#pragma once

// Which intent line and which agent stand behind an object, by its address.

#include <string>
#include <string_view>

#include "terraform/unit.h"

namespace agentops {

/// "module.net.aws_vpc.this[0]" -> "module.net"; "aws_subnet.a[\"x\"]" and "aws_subnet.a (deposed
/// 1f2e)" -> "aws_subnet.a".
std::string root_address(std::string_view address);

/// Of an object that left the intent: its component's line, when that one is still there.
/// `previous` is the address that it moved from, or empty.
Origin origin_of(const tf::Unit& unit, const std::string& address,
                 const std::string& previous = {});

}  // namespace agentops
