#pragma once

// Availability by composition. Shares of time, 0 to 1; parts fail independently but for the zone
// that they stand in, which takes all of them with it.
//
// Source: Trivedi, Bobbio, "Reliability and Availability Engineering", 2017, chapters 4 (series,
// parallel, k of n) and 9 (steady-state availability of a part from its MTTF and MTTR).

#include <vector>

namespace agentops::sizing {

/// All must work.
double series(const std::vector<double>& parts);
/// One is enough.
double parallel(const std::vector<double>& parts);
/// At least k of n equal parts.
double k_of_n(int k, int n, double part);
/// MTTF / (MTTF + MTTR), any unit.
double from_times(double to_failure, double to_repair);

/// At least `k` of `n` equal parts, spread evenly over `zones` that fail as a whole. Of zones with
/// more and with fewer parts the fuller ones are taken to fail first, which is the worse case.
double in_zones(int k, int n, int zones, double part, double zone);

}  // namespace agentops::sizing
