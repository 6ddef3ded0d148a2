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

}  // namespace

const std::vector<std::string>& machine_sizes() {
    static const std::vector<std::string> list{
#define MACHINE(name) name,
#include "catalog/aws/sizes.def"
    };
    return list;
}

const std::vector<std::string>& database_sizes() {
    static const std::vector<std::string> list{
#define DATABASE(name) name,
#include "catalog/aws/sizes.def"
    };
    return list;
}

KnobInfo knob(std::string_view kind, std::string_view name, std::string_view doc,
              std::vector<std::string> domain) {
    for (const auto& row : kDefaults) {
        if (row.kind == kind && row.knob == name)
            return {name, doc, std::move(domain), std::string(row.value), row.why, false};
    }
    throw InternalError("no default for a knob: " + std::string(name));
}

KnobInfo size_knob(std::string_view kind, std::string_view doc, std::vector<std::string> domain) {
    auto info = knob(kind, "size", doc, std::move(domain));
    info.open = true;
    return info;
}

}  // namespace agentops::catalog::aws
