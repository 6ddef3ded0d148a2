#include "drift/computed.h"

#include "base/json_access.h"
#include "base/text.h"
#include "drift/configuration.h"

namespace agentops::drift {

namespace {

using Paths = std::set<std::string>;

bool is_computed_only(const Json& attribute) {
    return is_true(member(attribute, "computed")) && !is_true(member(attribute, "optional")) &&
           !is_true(member(attribute, "required"));
}

template <class Visit>
void each_member(const Json& object, const Visit& visit) {
    if (!object.is_object()) return;
    for (const auto& [name, value] : object.items())
        visit(name, value);
}

void add_attributes(const Json& attributes, const std::string& prefix, Paths& paths) {
    each_member(attributes, [&](const std::string& name, const Json& attribute) {
        if (is_computed_only(attribute)) paths.insert(prefix + name);
        const auto& nested = member(member(attribute, "nested_type"), "attributes");
        add_attributes(nested, prefix + name + ".", paths);
    });
}

void add_block(const Json& block, const std::string& prefix, Paths& paths) {
    add_attributes(member(block, "attributes"), prefix, paths);
    each_member(member(block, "block_types"), [&](const std::string& name, const Json& nested) {
        add_block(member(nested, "block"), prefix + name + ".", paths);
    });
}

}  // namespace

ComputedOnly ComputedOnly::from_schema(const Json& providers_schema) {
    ComputedOnly table;
    each_member(member(providers_schema, "provider_schemas"), [&](const auto&, const Json& one) {
        each_member(member(one, "resource_schemas"), [&](const auto& type, const Json& schema) {
            add_block(member(schema, "block"), "", table.paths_[type]);
        });
    });
    return table;
}

ComputedOnly ComputedOnly::from_record(const Json& record) {
    ComputedOnly table;
    each_member(record, [&](const auto& type, const Json& list) {
        auto& paths = table.paths_[type];
        for (const auto& path : list)
            paths.insert(text_of(path));
    });
    return table;
}

Json ComputedOnly::to_record() const {
    auto record = Json::object();
    for (const auto& [type, paths] : paths_)
        record[type] = paths;
    return record;
}

bool ComputedOnly::knows(std::string_view type) const {
    return paths_.find(type) != paths_.end();
}

bool ComputedOnly::covers(std::string_view type, std::string_view path) const {
    const auto found = paths_.find(type);
    if (found == paths_.end()) return false;
    // What stands below a computed attribute is computed too.
    std::string above;
    for (const auto& step : plain_steps(path)) {
        above += (above.empty() ? "" : ".") + step;
        if (found->second.count(above) != 0) return true;
    }
    return false;
}

}  // namespace agentops::drift
