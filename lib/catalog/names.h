#pragma once

// Names of what is built: in the cloud and inside a root. All are functions of the intent alone, so
// that they never depend on order or time.

#include <string>
#include <string_view>

#include "intent/model.h"
#include "terraform/value.h"

namespace agentops::catalog {

/// A name made an identifier of Terraform: dashes become underscores.
std::string identifier(std::string_view name);

/// "<intent>[-<environment>]-<component>", at most `max` long, without double or trailing dashes. A
/// name that had to be changed ends in a hash of the whole one, so that two never meet.
std::string cloud_name(const intent::Stack& stack, std::string_view component, std::size_t max);

/// The name of the output block of a component's output: "<component>_<output>".
std::string output_name(std::string_view component, std::string_view output);

/// Id of the unit of a stack's generated resources, or of a component that is a unit of its own.
std::string unit_id(const intent::Stack& stack, std::string_view unit = "main");

/// The tags that every object of a stack carries: agentops:intent, :stack and, if set, :owner.
tf::Map stack_tags(const intent::Stack& stack);

}  // namespace agentops::catalog
