#include "catalog/aws/capacity.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/aws/assumptions.h"
#include "catalog/aws/sizes.h"
#include "sizing/availability.h"
#include "sizing/queueing.h"

namespace agentops::catalog::aws {

namespace {

constexpr double kMonthSeconds = kMonthHours * 3600;
constexpr double kMib = 1 << 20;

std::string default_of(const Part& part, std::string_view knob) {
    for (const auto& info : part.kind->info().knobs) {
        if (info.name == knob) return info.fallback;
    }
    return "";
}

/// Of one machine of `count` that share the demand.
sizing::Queue queue_of(const Demand& demand, const SizeFacts& size, int count) {
    return {size.processors, demand.rps / count, demand.cpu};
}

/// What one machine lacks; "" when nothing.
std::string lacks(const Demand& demand, const SizeFacts& size, int count) {
    const auto queue = queue_of(demand, size, count);
    const auto most = 1 - demand.headroom;
    if (queue.utilisation() > most)
        return fmt::format(
            "its processors would be busy {:.0f} % of the time, with {:.0f} % "
            "headroom wanted",
            100 * queue.utilisation(), 100 * demand.headroom);
    // Credits that a burst uses up are earned below the baseline only.
    const auto sustained = demand.average / count * demand.cpu / size.processors;
    if (sustained > size.baseline)
        return fmt::format("it may use {:.0f} % of its processors all the time and needs {:.0f} %",
                           100 * size.baseline, 100 * sustained);
    const auto serving = demand.concurrency ? *demand.concurrency / count : queue.concurrency();
    const auto memory = assume::base_memory_mib + serving * demand.memory / kMib;
    if (demand.memory > 0 && memory > size.memory_mib)
        return fmt::format("it has {} MiB of memory and needs {:.0f}", size.memory_mib, memory);
    return "";
}

Fitness without_demand(const Part& part, int count) {
    Fitness fitness;
    const auto size = default_of(part, "size"), least = default_of(part, "count");
    if (is_smaller(part.knob("size"), size))
        fitness.lacks = fmt::format("nothing is known of its load, and {} is the default", size);
    else if (!least.empty() && count < std::stoi(least))
        fitness.lacks = fmt::format("nothing is known of its load, and {} is the default", least);
    fitness.basis = "no load is stated";
    return fitness;
}

}  // namespace

Fitness fitness_of(const Part& part, int count, const Surroundings& in) {
    const auto* size = find_size(part.knob("size"));
    const int processors = size == nullptr ? 0 : size->processors * count;
    if (!in.demand || in.demand->cpu <= 0) {
        auto fitness = without_demand(part, count);
        fitness.processors = processors;
        return fitness;
    }
    Fitness fitness;
    fitness.processors = processors;
    if (size == nullptr) {
        fitness.basis = fmt::format("nothing is known of the size {}", part.knob("size"));
        return fitness;
    }
    fitness.lacks = lacks(*in.demand, *size, count);
    const auto queue = queue_of(*in.demand, *size, count);
    if (queue.stable()) fitness.latency = queue.quantile(0.95);
    fitness.basis = fmt::format("{:.4g} rps x {:.4g} ms on {} x {} processors ({}): {:.0f} % busy",
                                in.demand->rps, 1000 * in.demand->cpu, count, size->processors,
                                in.demand->source, 100 * queue.utilisation());
    return fitness;
}

int least_machines(const Part& part, int count, const Surroundings& in) {
    const auto* size = find_size(part.knob("size"));
    if (!in.demand || in.demand->cpu <= 0 || size == nullptr) return 1;
    int least = 1;
    while (least < count && !lacks(*in.demand, *size, least).empty())
        ++least;
    return least;
}

Standing standing_of(const Part& part, int count, const Surroundings& in) {
    const auto needed = least_machines(part, count, in);
    const auto zones = std::min(count, in.zones);
    Standing standing;
    standing.availability = sizing::in_zones(needed, count, zones, assume::machine_availability,
                                             assume::zone_availability);
    standing.single_point = needed >= count || zones == 1;
    standing.basis =
        fmt::format("{} of {} in {}", needed, count_of(static_cast<std::size_t>(count), "machine"),
                    count_of(static_cast<std::size_t>(zones), "zone"));
    return standing;
}

prices::Range calls_of(const Demand& demand) {
    const auto all = demand.average * kMonthSeconds / 1e6;
    if (!demand.derived) return {all, all, all};
    return {0, all * assume::calls_share, all};
}

double answers_gb(const Demand& demand) {
    const auto payload = demand.payload > 0 ? demand.payload : assume::answer_bytes;
    return demand.average * kMonthSeconds * payload / 1e9;
}

namespace {

prices::Usage answers(const Demand& demand) {
    const auto gb = answers_gb(demand);
    if (demand.payload > 0)
        return prices::Usage::of(
            "transfer/out", gb,
            fmt::format("{:.0f} GB of answers a month ({})", gb, demand.source));
    return {"transfer/out",
            {0, gb, 10 * gb},
            fmt::format("{:.0f} GB of answers a month: {}", gb, source_of("answer_bytes"))};
}

}  // namespace

std::vector<prices::Usage> bill_of(const Part& part, int count, std::int64_t disk_gib,
                                   bool to_internet, const Surroundings& in) {
    std::vector<prices::Usage> bill{
        prices::Usage::of("ec2/" + part.knob("size"), count * kMonthHours),
        prices::Usage::of("ebs/gp3", static_cast<double>(count * disk_gib))};
    if (to_internet && in.demand) bill.push_back(answers(*in.demand));
    return bill;
}

}  // namespace agentops::catalog::aws
