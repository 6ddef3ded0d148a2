#pragma once

// What exists in AWS and is in no state, read from the answers to the listings. It is never drift:
// nobody promised that such things are not there.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "drift/known.h"
#include "drift/omission.h"
#include "drift/unmanaged.h"

namespace agentops::drift {

struct Unmanaged {
    /// The stack that its tags name, or else the one whose network it lies in; "" when neither.
    std::string stack;
    std::string type;     ///< "aws_vpc"
    std::string id;       ///< what `terraform import` takes
    std::string name;     ///< may be empty
    std::string created;  ///< as AWS writes it; empty when the listing does not say
    friend bool operator==(const Unmanaged&, const Unmanaged&) = default;
};

/// Reads the answers of one place, in the order of listings().
class Survey {
public:
    /// Borrows both: what the states know, and the stack of each VPC that is looked at.
    Survey(const KnownObjects& known, const std::map<std::string, std::string>& networks)
        : known_(known), networks_(networks) {}

    /// What nobody manages, from what the command printed. Left out are AWS's own objects, those
    /// that a managed one made, and those in a VPC that is not looked at. Fails when that cannot be
    /// told. Code: drift.not-listed.
    Result<std::vector<Unmanaged>> read(const Listing& listing, std::string_view output);
    /// The listing has no answer.
    void miss(const Listing& listing) { missed_.emplace(listing.type); }

private:
    Result<std::vector<Unmanaged>> judge_all(const Listing& listing, std::string_view output);
    bool is_elsewhere(const Listing& listing, const Json& object) const;
    bool holds(const Term& term, const Json& object) const;
    bool is_omitted(const std::vector<Omission>& omissions, const Json& object) const;
    bool is_managed(const Listing& listing, const Json& object) const;
    bool covers(std::string_view type, const std::string& id) const;
    bool was_left_out(std::string_view type, const std::string& id) const;
    void leave_out(const Listing& listing, const Json& object);
    Unmanaged describe(const Listing& listing, const Json& object) const;

    const KnownObjects& known_;
    const std::map<std::string, std::string>& networks_;
    std::map<std::string, std::set<std::string>, std::less<>> left_out_;  ///< type -> ids
    std::set<std::string, std::less<>> missed_;
};

}  // namespace agentops::drift
