#include "drift/acceptance.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/yaml_edit.h"

namespace agentops::drift {

namespace {

constexpr std::string_view kArea = "drift";
constexpr const char* kHead =
    "# Drift that somebody answers for. An entry holds until the end of its last day; expired "
    "ones\n"
    "# count for nothing. `agentops drift accept` and `agentops drift ignore` add entries.\n";

bool is_date(std::string_view text) {
    constexpr std::string_view kForm = "dddd-dd-dd";
    return text.size() == kForm.size() &&
           std::equal(text.begin(), text.end(), kForm.begin(), [](char c, char form) {
               return form == 'd' ? c >= '0' && c <= '9' : c == form;
           });
}

void check(const yaml::Node& node, const Acceptance& entry, Decoding& context) {
    if (entry.mode != "accept" && entry.mode != "ignore")
        context.fail(*node.find("mode"), "mode", fmt::format("'{}' is no mode", entry.mode),
                     "write accept (this value) or ignore (any value)");
    if (!is_date(entry.until))
        context.fail(*node.find("until"), "until", fmt::format("'{}' is no date", entry.until),
                     "write it as 2027-01-31");
}

bool covers(const Acceptance& entry, const ResourceVerdict& resource,
            const AttributeDrift& difference) {
    if (entry.unit != resource.unit || entry.address != resource.address) return false;
    if (entry.path && *entry.path != difference.path) return false;
    // The whole object was accepted as it was: gone, or with one difference after the other.
    if (!entry.path && entry.mode == "accept") return resource.status == Status::deleted;
    return entry.mode == "ignore" || entry.actual == difference.actual;
}

template <class Fits>
const Acceptance* last(const std::vector<Acceptance>& all, const Fits& fits) {
    for (auto entry = all.rbegin(); entry != all.rend(); ++entry) {
        if (fits(*entry)) return &*entry;
    }
    return nullptr;
}

std::string line(std::string_view lead, std::string_view key, const std::string& value) {
    return fmt::format("{}{}: {}\n", lead, key, yaml::scalar_text(value));
}

}  // namespace

Result<std::vector<Acceptance>> read_acceptances(const fs::path& file, Sources& sources) {
    std::vector<Acceptance> all;
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return all;
    TRY(auto text, read_file(file, kMaxInputBytes));
    const auto& source = sources.add(file.string(), std::move(text));
    TRY(const auto root, yaml::parse(source));
    Diagnostics mistakes;
    Decoding context{mistakes, kArea};
    if (!decode(root, all, context)) return fail(std::move(mistakes));
    for (std::size_t i = 0; i < all.size(); ++i)
        check(root.items[i], all[i], context);
    if (has_errors(mistakes)) return fail(std::move(mistakes));
    return all;
}

agentops::Status add_acceptance(const fs::path& file, const Acceptance& entry) {
    std::error_code ignored;
    std::string text = kHead;
    if (fs::exists(file, ignored)) {
        TRY(text, read_file(file, kMaxInputBytes));
        if (!text.empty() && text.back() != '\n') text += '\n';
    }
    text += line("- ", "mode", entry.mode) + line("  ", "unit", entry.unit) +
            line("  ", "address", entry.address);
    if (entry.path) text += line("  ", "path", *entry.path);
    if (entry.actual) text += line("  ", "actual", *entry.actual);
    text += line("  ", "reason", entry.reason) + line("  ", "owner", entry.owner) +
            line("  ", "until", entry.until);
    return write_file(file, text, 0644);
}

const Acceptance* find_acceptance(const std::vector<Acceptance>& all,
                                  const ResourceVerdict& resource, const AttributeDrift& difference,
                                  std::string_view today) {
    return last(all, [&](const Acceptance& entry) {
        return covers(entry, resource, difference) && today <= entry.until;
    });
}

const Acceptance* find_expired(const std::vector<Acceptance>& all, const ResourceVerdict& resource,
                               const AttributeDrift& difference, std::string_view today) {
    return last(all, [&](const Acceptance& entry) {
        return covers(entry, resource, difference) && today > entry.until;
    });
}

}  // namespace agentops::drift
