#pragma once

// How AWS is asked for all that exists: the table of listings and their steps. What an answer says
// is in drift/survey.h.

#include <string>
#include <string_view>
#include <vector>

#include "run/step.h"

namespace agentops::drift {

/// How all objects of a Terraform type are listed: a row of unmanaged.def, which explains the
/// words.
struct Listing {
    std::string_view type;     ///< "aws_vpc"
    std::string_view command;  ///< "ec2 describe-vpcs"
    std::string_view list;     ///< path of the objects in the answer
    std::string_view ids;      ///< paths in an object, separated by spaces
    std::string_view name = {};
    std::string_view created = {};
    std::string_view vpc = {};     ///< path of the VPC that the object lies in
    std::string_view omit = {};    ///< what is left out (omission.h)
    std::string_view covers = {};  ///< path of more ids that are left out with an object
    bool global = false;           ///< the same answer in all regions
};

/// In the order in which answers are read: who refers to a type comes after it.
const std::vector<Listing>& listings();

/// Where is asked: a region of AWS, or of an emulator.
struct Place {
    std::string region;
    std::string endpoint;  ///< "" is AWS itself
    friend bool operator==(const Place&, const Place&) = default;
};

/// One call of the aws command `program`, named after the listing's type. It pages by itself.
run::Step listing_step(const Listing& listing, const std::string& program, const Place& place);

/// Asks who is calling: that needs no right, and fails as every listing would when nobody does.
run::Step identity_step(const std::string& program, const Place& place);

/// Asks CloudTrail for the latest events of a resource by the name or id that it goes by there;
/// drift/trail.h reads the answer. `number` tells the calls of a run apart.
run::Step trail_step(std::size_t number, const std::string& resource, const std::string& program,
                     const Place& place);

}  // namespace agentops::drift
