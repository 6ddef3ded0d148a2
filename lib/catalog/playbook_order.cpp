// order_playbooks(): what each Ansible unit waits for.

#include <algorithm>
#include <unordered_map>

#include "catalog/cycles.h"
#include "catalog/names.h"
#include "catalog/playbook_parts.h"

namespace agentops::catalog {

namespace {

class Order {
public:
    Order(const Design& design, BuiltStack& built) : design_(design), built_(built) {
        for (std::size_t i = 0; i < built.playbooks.size(); ++i)
            units_.emplace(built.playbooks[i].unit.component, i);
    }

    void run() {
        wanted_.resize(units_.size());
        for (const auto& [name, unit] : units_) {
            const auto& spec = *design_.part(name).spec;
            for (const auto& use : spec.uses)
                add_wanted(unit, use.value.value);
            if (spec.hosts) add_wanted(unit, spec.hosts->value.value);
        }
        while (drop_cycles()) {
        }
        for (std::size_t unit = 0; unit < built_.playbooks.size(); ++unit)
            set_after(unit);
    }

private:
    void add_wanted(std::size_t unit, const std::string& name) {
        const auto target = units_.find(name);
        if (target != units_.end()) wanted_[unit].push_back(target->second);
    }

    /// `after` is what the intent demands; decode_parts() has refused cycles of it.
    Edges all_edges() const {
        auto edges = wanted_;
        for (const auto& [name, unit] : units_) {
            for (const auto& entry : design_.part(name).spec->after) {
                const auto target = units_.find(entry.value.value);
                if (target != units_.end()) edges[unit].push_back(target->second);
            }
        }
        return edges;
    }

    bool drop_cycles() {
        bool dropped = false;
        for (const auto& cycle : find_cycles(all_edges())) {
            for (std::size_t i = 0; i < cycle.size(); ++i)
                dropped =
                    std::erase(wanted_[cycle[i]], cycle[(i + 1) % cycle.size()]) > 0 || dropped;
        }
        return dropped;
    }

    void set_after(std::size_t index) {
        auto& unit = built_.playbooks[index].unit;
        std::set<std::string> ids;
        for (auto& id : upstream_of(unit.inputs))
            ids.insert(std::move(id));
        for (const auto target : wanted_[index])
            ids.insert(built_.playbooks[target].unit.id);
        for (const auto& entry : design_.part(unit.component).spec->after)
            add_named_unit(entry.value.value, ids);
        ids.erase(unit.id);
        unit.after.assign(ids.begin(), ids.end());
    }

    void add_named_unit(const std::string& name, std::set<std::string>& ids) const {
        const auto& info = design_.part(name).kind->info();
        if (const auto own = units_.find(name); own != units_.end())
            ids.insert(built_.playbooks[own->second].unit.id);
        else if (!info.separate_unit)
            ids.insert(unit_id(design_.stack()));
        else if (!info.has_machines)
            ids.insert(unit_id(design_.stack(), name));
    }

    const Design& design_;
    BuiltStack& built_;
    std::unordered_map<std::string, std::size_t> units_;  ///< by component
    Edges wanted_;                                        ///< what would be good to have first
};

}  // namespace

void order_playbooks(const Design& design, BuiltStack& built) {
    if (!built.playbooks.empty()) Order(design, built).run();
}

}  // namespace agentops::catalog
