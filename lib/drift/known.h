#pragma once

// What Terraform states know of AWS: the ids by which a listing recognises what is managed.

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace agentops::drift {

class KnownObjects {
public:
    /// Takes in what a state manages, and what managed objects made by themselves as far as it says
    /// (unmanaged.def). Data sources manage nothing. False when it is no state of format 4.
    bool add_state(const Json& state);
    void merge(const KnownObjects& other);

    /// By an id, ARN or URL, which mean one thing in all of AWS; by a name only among objects of
    /// this Terraform type.
    bool has(std::string_view type, const std::string& id) const;

    /// VPCs that are managed or read, and those in which something managed lies.
    const std::set<std::string>& networks() const { return networks_; }

private:
    void add(std::string_view type, std::string id);
    void add_object(const std::string& type, const Json& attributes);

    std::set<std::string> unique_;
    std::set<std::pair<std::string, std::string>> named_;  ///< type, name
    std::set<std::string> networks_;
};

/// An id, ARN or URL that means one thing in all of AWS: "vpc-0a1b2c3d", "arn:...", "https://...".
bool is_unique_id(std::string_view text);

}  // namespace agentops::drift
