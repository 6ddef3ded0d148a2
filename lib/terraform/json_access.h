#pragma once

// Terraform's JSON is read like that of every other tool.

#include "base/json_access.h"

namespace agentops::tf {

using agentops::any_true;
using agentops::is_true;
using agentops::item;
using agentops::member;
using agentops::text_of;

}  // namespace agentops::tf
