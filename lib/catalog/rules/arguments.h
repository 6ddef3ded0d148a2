#pragma once

// Reading a block's arguments as a rule needs them. Arguments may come from a kind or, raw, from an
// intent: blocks as a list or a single map, numbers and booleans as such or as texts. What is an
// expression is not known, and answers neither way.

#include <unordered_map>

#include "catalog/finding.h"

namespace agentops::catalog {

const tf::Value* argument(const tf::Map& body, std::string_view name);
bool is_true(const tf::Value* value);
bool is_false(const tf::Value* value);
/// Absent, null or false: for switches that are off by default.
bool is_off(const tf::Value* value);
/// The text of a plain argument, or "".
std::string_view text_of(const tf::Value* value);
std::optional<std::int64_t> number_of(const tf::Value* value);
/// The plain texts of a list, or of a single one.
std::vector<std::string_view> texts_of(const tf::Value* value);
/// The nested blocks of that name.
std::vector<const tf::Map*> blocks(const tf::Map& body, std::string_view name);

/// The resources of a root by address, made once so that a rule that follows references stays
/// linear. Borrows the root.
class AddressBook {
public:
    explicit AddressBook(const tf::Root& root);
    /// The resource that an expression reads ("aws_lb.web.arn"), if the root has it.
    const tf::Resource* find(const tf::Value* value) const;

private:
    std::unordered_map<std::string, const tf::Resource*> by_address_;
};

/// One remark for each resource of which `look(resource)` has something to say (a Remark with
/// message and, maybe, severity). Data sources are passed over.
template <class Look>
std::vector<Remark> judge_resources(const tf::Root& root, const Look& look) {
    std::vector<Remark> remarks;
    for (const auto& resource : root.resources) {
        if (resource.data) continue;
        std::optional<Remark> remark = look(resource);
        if (!remark) continue;
        remark->address = resource.address();
        remark->origin = &resource.origin;
        remarks.push_back(*std::move(remark));
    }
    return remarks;
}

/// A remark whose address is still to be filled in.
std::optional<Remark> remark(std::string message, std::optional<Severity> severity = {});

}  // namespace agentops::catalog
