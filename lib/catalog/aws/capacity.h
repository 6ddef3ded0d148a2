#pragma once

// What machines of AWS carry, cost and survive: shared by kinds that have them.

#include "catalog/kind.h"

namespace agentops::catalog::aws {

inline constexpr double kMonthHours = 730;

/// Equal machines that share a demand: a load balancer gives each its part, and each is an M/M/c
/// queue of its processors (sizing/queueing.h). Without a demand that says what a request costs,
/// sizes below the default and fewer machines than the default are lacking: nothing says that they
/// would do.
Fitness fitness_of(const Part& part, int count, const Surroundings& in);

/// Least machines of this size that carry the demand with its headroom; 1 without one.
int least_machines(const Part& part, int count, const Surroundings& in);

/// `count` machines over the zones, of which least_machines() are needed.
Standing standing_of(const Part& part, int count, const Surroundings& in);

/// Machines with their root disks, and what they send to the Internet when `to_internet`.
std::vector<prices::Usage> bill_of(const Part& part, int count, std::int64_t disk_gib,
                                   bool to_internet, const Surroundings& in);

/// Calls a month, in millions: of a derived demand one in ten is likely, at most all.
prices::Range calls_of(const Demand& demand);

/// GB a month that a demand's answers make.
double answers_gb(const Demand& demand);

}  // namespace agentops::catalog::aws
