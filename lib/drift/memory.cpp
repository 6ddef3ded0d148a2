#include "drift/memory.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::drift {

namespace {

constexpr int kFormat = 1;

Json or_null(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
}

Json to_record(const Sighting& sighting) {
    return {{"unit", sighting.unit},
            {"address", sighting.address},
            {"path", sighting.path},
            {"status", sighting.status},
            {"expected", or_null(sighting.expected)},
            {"actual", or_null(sighting.actual)},
            {"first", sighting.first},
            {"last", sighting.last},
            {"first_run", sighting.first_run},
            {"last_run", sighting.last_run},
            {"times", sighting.times},
            {"actor", sighting.actor},
            {"restored", sighting.restored}};
}

Sighting from_record(const Json& record) {
    Sighting sighting;
    sighting.unit = text_of(record, "unit");
    sighting.address = text_of(record, "address");
    sighting.path = text_of(record, "path");
    sighting.status = text_of(record, "status");
    sighting.expected = maybe_text(record, "expected");
    sighting.actual = maybe_text(record, "actual");
    sighting.first = text_of(record, "first");
    sighting.last = text_of(record, "last");
    sighting.first_run = text_of(record, "first_run");
    sighting.last_run = text_of(record, "last_run");
    sighting.actor = text_of(record, "actor");
    sighting.restored = text_of(record, "restored");
    const auto& times = member(record, "times");
    sighting.times = times.is_number_integer() ? times.get<int>() : 0;
    return sighting;
}

bool before(const Sighting& a, const Sighting& b) {
    return std::tie(a.unit, a.address, a.path) < std::tie(b.unit, b.address, b.path);
}

/// The differences of one resource; an object that is gone is one with an empty path.
std::vector<AttributeDrift> differences(const ResourceVerdict& resource) {
    if (!resource.attributes.empty()) return resource.attributes;
    return {AttributeDrift{}};
}

}  // namespace

Result<Memory> Memory::read(const fs::path& file) {
    Memory memory;
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return memory;
    TRY(const auto text, read_file(file));
    std::size_t number = 0;
    for (const auto& line : split(text, '\n')) {
        ++number;
        if (line.empty()) continue;
        const auto record = parse_json(line, file.string());
        const bool head = number == 1;
        if (!record || (head && member(*record, "format_version") != kFormat) ||
            (!head && text_of(*record, "address").empty()))
            return fail(error("drift.memory",
                              fmt::format("line {} of '{}' cannot be read", number, file.string()),
                              {}, "mend it, or remove the file: then drift counts as new"));
        if (!head) memory.all_.push_back(from_record(*record));
    }
    return memory;
}

Sighting& Memory::find(const std::string& unit, const std::string& address,
                       const std::string& path) {
    for (auto& known : all_) {
        if (known.unit == unit && known.address == address && known.path == path) return known;
    }
    auto& made = all_.emplace_back();
    made.unit = unit;
    made.address = address;
    made.path = path;
    return made;
}

std::vector<Sighting> Memory::observe(const UnitVerdict& verdict, const std::string& now,
                                      const std::string& run) {
    std::vector<Sighting> seen;
    std::set<std::pair<std::string, std::string>> present;
    std::set<std::string> unsure;
    for (const auto& resource : verdict.resources) {
        if (resource.status == Status::unknown || resource.status == Status::not_checked)
            unsure.insert(resource.address);
        if (!resource.drifted()) continue;
        for (const auto& difference : differences(resource)) {
            auto& known = find(resource.unit, resource.address, difference.path);
            const bool same = known.times > 0 && known.open() && known.actual == difference.actual;
            known.is_new = !same;
            if (!same) known.actor.clear();
            if (known.times == 0) known.first = now, known.first_run = run;
            known.status = to_text(resource.status);
            known.expected = difference.expected;
            known.actual = difference.actual;
            known.restored.clear();
            known.last = now;
            known.last_run = run;
            ++known.times;
            changed_ = true;
            present.insert({known.address, known.path});
            seen.push_back(known);
        }
    }
    for (auto& known : all_) {
        const bool open = known.unit == verdict.unit && known.open();
        if (!open || present.count({known.address, known.path}) != 0) continue;
        if (unsure.count(known.address) != 0) continue;
        // Of a fleet some machines may be unknown; each machine is listed, so the others are
        // judged.
        const auto host = known.address.substr(0, known.address.find(": "));
        const bool listed = verdict.plays && !verdict.resources.empty();
        if (!verdict.checked && (!listed || unsure.count(host) != 0)) continue;
        known.restored = now;
        changed_ = true;
        restored_.push_back(known);
    }
    return seen;
}

void Memory::keep_actor(const Sighting& seen) {
    for (auto& known : all_) {
        const bool same =
            known.unit == seen.unit && known.address == seen.address && known.path == seen.path;
        if (!same || seen.actor.empty() || known.actor == seen.actor) continue;
        known.actor = seen.actor;
        changed_ = true;
    }
}

bool any_open(const std::vector<Sighting>& sightings) {
    return std::any_of(sightings.begin(), sightings.end(),
                       [](const auto& one) { return one.open(); });
}

std::vector<Sighting> Memory::open() const {
    std::vector<Sighting> found;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(found),
                 [](const Sighting& known) { return known.open(); });
    return found;
}

std::vector<Sighting> Memory::of(const std::string& unit) const {
    std::vector<Sighting> found;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(found),
                 [&](const Sighting& known) { return known.unit == unit; });
    return found;
}

agentops::Status Memory::write(const fs::path& file, const std::string& oldest) {
    if (!changed_) return {};
    std::erase_if(all_,
                  [&](const Sighting& known) { return !known.open() && known.restored < oldest; });
    std::sort(all_.begin(), all_.end(), before);
    auto text = dump_json({{"format_version", kFormat}}) + "\n";
    for (const auto& known : all_)
        text += dump_json(to_record(known)) + "\n";
    changed_ = false;
    return write_file(file, text, 0600);
}

std::string reference_of(const Sighting& sighting) {
    auto text = sighting.unit + ":" + sighting.address;
    if (!sighting.path.empty()) text += ":" + sighting.path;
    return text;
}

}  // namespace agentops::drift
