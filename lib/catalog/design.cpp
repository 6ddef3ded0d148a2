#include "catalog/design.h"

#include <fmt/core.h>

#include <algorithm>

#include "catalog/access.h"
#include "catalog/cidr.h"
#include "catalog/names.h"

namespace agentops::catalog {

namespace {

/// What is read of each component from outside of its unit.
std::map<std::string, std::set<std::string>, std::less<>> read_from_outside(
    const StackEntry& entry, const std::vector<Part>& parts) {
    auto read = entry.read;
    const auto add = [&](const Use& use) {
        if (use.reference.kind == intent::RefKind::component)
            read[use.reference.component].insert(use.reference.name);
    };
    std::set<std::string_view> separate, constant;
    for (const auto& part : parts) {
        const auto& info = part.kind->info();
        if (info.separate_unit) separate.insert(part.name());
        if (info.constant_outputs) constant.insert(part.name());
    }
    const auto& components = entry.stack->components;
    for (std::size_t i = 0; i < components.size(); ++i) {
        for (const auto& use : entry.components[i]) {
            const auto& target = use.reference.component;
            const bool apart = use.in_configure || separate.contains(components[i].name) ||
                               separate.contains(target);
            if (apart && !constant.contains(target)) add(use);
        }
    }
    for (const auto& use : entry.checks)
        add(use);
    return read;
}

/// All that anybody refers to, and components whose machines another one works on.
std::set<std::string, std::less<>> mentioned_in(const StackEntry& entry,
                                                const std::vector<Part>& parts) {
    std::set<std::string, std::less<>> mentioned;
    const auto add = [&](const Use& use) {
        const auto& reference = use.reference;
        if (reference.kind == intent::RefKind::component)
            mentioned.insert(fmt::format("{}.{}", reference.component, reference.name));
    };
    for (const auto& uses : entry.components)
        std::for_each(uses.begin(), uses.end(), add);
    std::for_each(entry.checks.begin(), entry.checks.end(), add);
    for (const auto& [component, names] : entry.read) {
        for (const auto& name : names)
            mentioned.insert(fmt::format("{}.{}", component, name));
    }
    for (const auto& part : parts) {
        if (part.spec->hosts) mentioned.insert(part.spec->hosts->value.value);
    }
    return mentioned;
}

/// References to outputs that a component of this form does not have.
void check_output(const Design& design, const intent::Reference& reference, Diagnostics& out) {
    if (reference.kind != intent::RefKind::component) return;
    const auto& target = design.part(reference.component);
    const auto& info = target.kind->info();
    if (info.separate_unit && info.any_output) return;
    const auto output = design.facets(target).output(reference.name);
    if (output && follow(*output, reference.path)) return;
    auto& diagnostic = out.emplace_back(error(
        "catalog.unknown-output",
        fmt::format("{} of this form has no output {}", reference.component, reference.text()),
        reference.position,
        output ? "the list is shorter, or a step leads nowhere"
               : fmt::format("agentops explain {} lists what it has", reference.component)));
    diagnostic.width = reference.width;
}

struct NetworkRange {
    const Part* part;
    Cidr cidr;
};

std::vector<NetworkRange> ranges(const Design& design) {
    std::vector<NetworkRange> list;
    for (const auto& part : design.parts()) {
        if (!part.kind->info().is_network) continue;
        const auto output = design.facets(part).output("cidr");
        const auto* text = output ? output->text() : nullptr;
        if (const auto cidr = text ? parse_cidr(*text) : std::nullopt)
            list.push_back({&part, *cidr});
    }
    return list;
}

void check_ranges(const Design& design, Diagnostics& out) {
    auto list = ranges(design);
    std::stable_sort(list.begin(), list.end(),
                     [](const auto& a, const auto& b) { return a.cidr.address < b.cidr.address; });
    // Ranges are aligned blocks: sorted, one that overlaps any earlier one overlaps the widest.
    const NetworkRange* widest = nullptr;
    for (const auto& range : list) {
        if (widest != nullptr && widest->cidr.overlaps(range.cidr)) {
            const auto* node = range.part->component->body.find("cidr");
            out.push_back(
                error("catalog.cidr-overlap",
                      fmt::format("{} of {} overlaps {} of {}", range.cidr.text(),
                                  range.part->name(), widest->cidr.text(), widest->part->name()),
                      node ? node->position : range.part->component->position,
                      "give each network of a stack a range of its own, so that they can "
                      "be joined"));
        } else {
            widest = &range;
        }
    }
}

}  // namespace

std::vector<FreeKnob> free_knobs(const std::vector<Part>& parts) {
    std::vector<FreeKnob> free;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        for (const auto& info : parts[i].kind->info().knobs) {
            if (parts[i].find_knob(info.name) == nullptr) free.push_back({i, &info});
        }
    }
    return free;
}

void assign_defaults(std::vector<Part>& parts) {
    for (const auto& [part, info] : free_knobs(parts))
        parts[part].knobs.push_back({std::string(info->name), info->fallback, false, {}});
}

Design::Design(const intent::Stack& stack, const StackIndex& index, const intent::Project& project,
               std::vector<Part> parts)
    : stack_(stack), index_(index), project_(project), parts_(std::move(parts)) {
    for (std::size_t i = 0; i < parts_.size(); ++i)
        by_name_.emplace(parts_[i].name(), i);
    read_ = read_from_outside(index.entry(stack), parts_);
    mentioned_ = mentioned_in(index.entry(stack), parts_);
    facets_.reserve(parts_.size());
    for (const auto& part : parts_)
        facets_.push_back(part.kind->facets(part, *this));
}

const Part* Design::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &parts_[found->second];
}

const Part& Design::part(std::string_view name) const {
    const auto* part = find(name);
    if (part == nullptr) throw InternalError(fmt::format("no part {}", name));
    return *part;
}

const Facets& Design::facets(const Part& part) const {
    const auto index = by_name_.at(part.name());
    if (index >= facets_.size()) throw InternalError("facets asked for while they are made");
    return facets_[index];
}

const Facets& Design::network(const Part& part) const {
    if (!part.spec->in) throw InternalError(part.name() + " stands in no network");
    return facets(this->part(part.spec->in->value.value));
}

std::string Design::cloud_name(const Part& part, std::size_t max) const {
    return catalog::cloud_name(stack_, part.name(), max);
}

bool Design::is_protected(const Part& part) const {
    const auto& list = stack_.rules.protect;
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& name) { return name.value.value == part.name(); });
}

const intent::Stack* Design::foreign(std::string_view intent) const {
    return index_.find(intent, stack_.environment);
}

std::set<std::string> Design::outputs_read(const Part& part) const {
    const auto found = read_.find(part.name());
    return found == read_.end() ? std::set<std::string>{} : found->second;
}

bool Design::is_wanted(const Part& part, std::string_view output) const {
    return has_playbook(*part.component) || mentioned_.contains(part.name()) ||
           mentioned_.contains(fmt::format("{}.{}", part.name(), output));
}

Diagnostics Design::check() const {
    Diagnostics out;
    for (const auto& part : parts_)
        append(out, part.kind->check(part, *this));
    append(out, check_access(*this));
    check_ranges(*this, out);
    const auto& entry = index_.entry(stack_);
    for (const auto& uses : entry.components) {
        for (const auto& use : uses)
            check_output(*this, use.reference, out);
    }
    for (const auto& use : entry.checks)
        check_output(*this, use.reference, out);
    return out;
}

}  // namespace agentops::catalog
