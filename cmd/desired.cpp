#include "cmd/desired.h"

#include <fmt/core.h>

#include "agents/keys.h"
#include "agents/risk.h"
#include "ansible/sources.h"
#include "base/digest.h"
#include "base/json_access.h"
#include "base/text.h"
#include "prices/plan_cost.h"
#include "terraform/plan.h"
#include "terraform/writer.h"
#include "unit/tree_digest.h"

namespace agentops::cmd {

namespace {

using Wanted = std::map<std::string, Json>;

/// Reads the stack of one board.
class DesiredReader {
public:
    DesiredReader(const Workspace& workspace, const graph::Board& board)
        : tree_(*workspace.project.tree), board_(board) {}

    Desired read(const intent::Stack& stack) {
        found_.region = stack.target.region.value.value;
        const auto* built = board_.get(slots::built);
        if (built != nullptr) read_main(*built);
        for (const auto& unit :
             board_.get(slots::units) ? *board_.get(slots::units) : std::vector<tf::Unit>())
            read_unit(unit);
        for (const auto& unit : board_.get(slots::playbooks) ? *board_.get(slots::playbooks)
                                                             : std::vector<ansible::Unit>())
            read_playbook(unit);
        return std::move(found_);
    }

private:
    void read_main(const catalog::BuiltStack& built) {
        for (const auto& resource : built.main.resources) {
            if (resource.data) continue;
            main_[resource.address()] = tf::to_tf_json(resource.body);
            found_.origins[resource.address()] = resource.origin;
        }
        for (const auto& call : built.main.modules) {
            const auto address = "module." + call.name;
            main_[address] = {{"source", call.source},
                              {"version", call.version},
                              {"inputs", tf::to_tf_json(call.inputs)}};
            found_.origins[address] = call.origin;
        }
    }

    void read_unit(const tf::Unit& unit) {
        found_.tools[unit.name] = "terraform";
        auto& wanted = found_.units[unit.name];
        if (unit.existing) {
            wanted["root"] = {{"files", digest_of_tree(unit.dir)},
                              {"variables", tf::to_tf_json(unit.variables)}};
            return;
        }
        wanted = main_;
        for (const auto& file : unit.files)
            found_.files[unit.name + "/" + file.name] = sha256(file.text);
        for (const auto& source : unit.local_modules) {
            const auto digest = digest_of_tree((unit.dir / source).lexically_normal());
            for (auto& [address, body] : wanted) {
                if (starts_with(address, "module.") && text_of(body, "source") == source)
                    body["files"] = digest;
            }
        }
    }

    void read_playbook(ansible::Unit unit) {
        found_.tools[unit.name] = "ansible";
        auto& wanted = found_.units[unit.name];
        if (!ansible::read_sources(unit, tree_)) return;  // told as missing by the check
        for (const auto& file : unit.files)
            wanted[file.name] = {{"sha256", sha256(file.text)}};
        if (unit.existing) wanted["playbook"] = {{"files", unit.digest}};
    }

    std::string digest_of_tree(const fs::path& dir) const {
        return tree_digest(tree_, dir).value_or("missing");
    }

    const FileTree& tree_;
    const graph::Board& board_;
    Wanted main_;
    Desired found_;
};

/// A block that stands alone, as a state keeps it: in a list.
Json as_in_state(const Json& body) {
    auto made = body;
    for (const auto& [name, value] : body.items()) {
        if (value.is_object() && name != "tags" && name != "inputs" && name != "variables")
            made[name] = Json::array({value});
    }
    return made;
}

/// Both sides in the form of `terraform show -json PLAN`: what reads plans reads it too.
class PlanForm {
public:
    PlanForm(const Wanted& before, const Wanted& after) {
        std::set<std::string> addresses;
        for (const auto* side : {&before, &after}) {
            for (const auto& [address, body] : *side)
                addresses.insert(address);
        }
        for (const auto& address : addresses)
            add(address, at(before, address), at(after, address));
    }

    Json json() const {
        return {{"format_version", "1.2"},
                {"resource_changes", changes_},
                {"configuration", {{"root_module", {{"resources", resources_}}}}}};
    }

private:
    static Json at(const Wanted& side, const std::string& address) {
        const auto found = side.find(address);
        return found == side.end() ? Json() : as_in_state(found->second);
    }

    void add(const std::string& address, const Json& before, const Json& after) {
        const auto dot = address.find('.');
        const bool managed = starts_with(address, "aws_");
        const char* action = before.is_null()  ? "create"
                             : after.is_null() ? "delete"
                             : before == after ? "no-op"
                                               : "update";
        changes_.push_back({{"address", address},
                            {"mode", "managed"},
                            {"type", managed ? address.substr(0, dot) : "file"},
                            {"name", address.substr(dot == std::string::npos ? 0 : dot + 1)},
                            {"change",
                             {{"actions", Json::array({action})},
                              {"before", before},
                              {"after", after},
                              {"after_unknown", Json::object()}}}});
        const auto& used = after.is_null() ? before : after;
        const auto text = text_of(item(member(used, "launch_template"), 0), "id");
        if (!starts_with(text, "${")) return;
        const auto reference = text.substr(2, text.size() - 3);
        resources_.push_back(
            {{"address", address},
             {"expressions",
              {{"launch_template", Json::array({{{"id", {{"references", {reference}}}}}})}}}});
    }

    Json changes_ = Json::array(), resources_ = Json::array();
};

std::size_t differing_files(const Desired& before, const Desired& after, const std::string& unit) {
    std::set<std::string> names;
    for (const auto* side : {&before, &after}) {
        for (const auto& [name, digest] : side->files) {
            if (starts_with(name, unit + "/")) names.insert(name);
        }
    }
    std::size_t count = 0;
    for (const auto& name : names) {
        const auto one = before.files.find(name), other = after.files.find(name);
        const bool on_both = one != before.files.end() && other != after.files.end();
        count += on_both && one->second == other->second ? 0 : 1;
    }
    return count;
}

const Origin* origin_of(const Desired& before, const Desired& after, const std::string& address) {
    for (const auto* side : {&after, &before}) {
        const auto found = side->origins.find(address);
        if (found != side->origins.end()) return &found->second;
    }
    return nullptr;
}

/// Empty when the unit is the same on both sides.
std::optional<report::UnitReport> compare_unit(const std::string& name, const Desired& before,
                                               const Desired& after, const prices::Book& prices,
                                               Risk& risk) {
    const auto wanted = [&](const Desired& side) {
        const auto found = side.units.find(name);
        return found == side.units.end() ? Wanted() : found->second;
    };
    const auto json = PlanForm(wanted(before), wanted(after)).json();
    const auto plan = tf::read_plan(json).value();
    const auto files = differing_files(before, after, name);
    if (plan.changes.empty() && files == 0) return std::nullopt;
    const auto& owner = after.tools.count(name) > 0 ? after : before;
    report::UnitReport made;
    made.tool = owner.tools.at(name);
    made.status = plan.changes.empty() ? "generated" : "planned";
    made.counts = plan.counts();
    made.unchanged = plan.unchanged;
    if (plan.changes.empty()) made.note = count_of(files, "file") + " of its artifacts differ";
    for (const auto& change : plan.changes) {
        const auto* origin = origin_of(before, after, change.address);
        risk = std::max(risk, risk_of(change));
        made.changes.push_back({change, origin != nullptr ? *origin : Origin{}, false,
                                std::string(to_text(risk_of(change)))});
    }
    const auto cost = prices::cost_of_plan(json, prices, owner.region);
    if (made.tool == "terraform" && !plan.changes.empty())
        made.cost = prices::change_text(cost.change());
    return made;
}

}  // namespace

DesiredStacks desired_of(const Workspace& workspace, const StaticWalk& walk) {
    DesiredStacks found;
    for (std::size_t i = 0; i < walk.stacks.size(); ++i) {
        if (!walk.result.ok(walk.stacks[i]->id)) continue;
        found[walk.stacks[i]->id] = DesiredReader(workspace, walk.boards[i]).read(*walk.stacks[i]);
    }
    return found;
}

std::optional<report::StackReport> compare_desired(const std::string& stack, const Desired* before,
                                                   const Desired* after,
                                                   const prices::Book& prices) {
    static const Desired kNone;
    const auto& one = before != nullptr ? *before : kNone;
    const auto& other = after != nullptr ? *after : kNone;
    report::StackReport made;
    made.id = stack;
    made.status = before == nullptr ? "added" : after == nullptr ? "removed" : "changed";
    std::set<std::string> names;
    for (const auto* side : {&one, &other}) {
        for (const auto& [name, tool] : side->tools)
            names.insert(name);
    }
    auto risk = Risk::low;
    for (const auto& name : names) {
        auto unit = compare_unit(name, one, other, prices, risk);
        if (!unit) continue;
        unit->id = stack + "/" + name;
        made.units.push_back(*std::move(unit));
    }
    if (made.units.empty()) return std::nullopt;
    made.risk = to_text(risk);
    return made;
}

}  // namespace agentops::cmd
