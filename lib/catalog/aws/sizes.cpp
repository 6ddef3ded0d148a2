#include "catalog/aws/sizes.h"

namespace agentops::catalog::aws {

namespace {

struct Row {
    std::string_view kind;
    std::string_view knob;
    std::string_view value;
    std::string_view why;
};

constexpr Row kDefaults[] = {
#define DEFAULT(kind, knob, value, why) {kind, knob, value, why},
#include "catalog/aws/sizes.def"
};

constexpr SizeFacts kSizes[] = {
#define MACHINE(name, processors, memory_mib, baseline) {name, processors, memory_mib, baseline},
#define DATABASE(name, processors, memory_mib, baseline) {name, processors, memory_mib, baseline},
#include "catalog/aws/sizes.def"
};

}  // namespace

const SizeFacts* find_size(std::string_view name) {
    for (const auto& size : kSizes) {
        if (size.name == name) return &size;
    }
    return nullptr;
}

bool is_smaller(std::string_view a, std::string_view b) {
    const auto *first = find_size(a), *second = find_size(b);
    return first != nullptr && second != nullptr && first < second;
}

const std::vector<std::string>& machine_sizes() {
    static const std::vector<std::string> list{
#define MACHINE(name, processors, memory_mib, baseline) name,
#include "catalog/aws/sizes.def"
    };
    return list;
}

const std::vector<std::string>& database_sizes() {
    static const std::vector<std::string> list{
#define DATABASE(name, processors, memory_mib, baseline) name,
#include "catalog/aws/sizes.def"
    };
    return list;
}

KnobInfo knob(std::string_view kind, std::string_view name, std::string_view doc,
              std::vector<std::string> domain, std::vector<std::string> ladder) {
    for (const auto& row : kDefaults) {
        if (row.kind == kind && row.knob == name)
            return {name,    doc,   std::move(domain), std::string(row.value),
                    row.why, false, std::move(ladder)};
    }
    throw InternalError("no default for a knob: " + std::string(name));
}

KnobInfo size_knob(std::string_view kind, std::string_view doc, std::vector<std::string> domain) {
    auto info = knob(kind, "size", doc, domain, domain);
    info.open = true;
    return info;
}

std::vector<std::string> counts() {
    std::vector<std::string> counts;
    for (int count = 1; count <= 12; ++count)
        counts.push_back(std::to_string(count));
    for (const auto* more : {"14", "16", "20", "24", "28", "32", "40", "48", "56", "64"})
        counts.emplace_back(more);
    return counts;
}

}  // namespace agentops::catalog::aws
