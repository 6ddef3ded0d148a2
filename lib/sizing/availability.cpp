#include "sizing/availability.h"

#include <algorithm>
#include <cmath>

namespace agentops::sizing {

namespace {

/// P(exactly k of n).
double exactly(int k, int n, double part) {
    double ways = 1;
    for (int i = 1; i <= k; ++i)
        ways = ways * (n - k + i) / i;
    return ways * std::pow(part, k) * std::pow(1 - part, n - k);
}

/// How many of n parts stand in the `up` emptier ones of the zones.
int parts_left(int n, int zones, int up) {
    const int least = n / zones, fuller = n % zones;
    const int of_fuller = std::max(0, up - (zones - fuller));
    return up * least + of_fuller;
}

}  // namespace

double series(const std::vector<double>& parts) {
    double all = 1;
    for (const auto part : parts)
        all *= part;
    return all;
}

double parallel(const std::vector<double>& parts) {
    double none = 1;
    for (const auto part : parts)
        none *= 1 - part;
    return 1 - none;
}

double k_of_n(int k, int n, double part) {
    if (k > n) return 0;
    // The rarer side is summed: small failures keep their digits.
    double fails = 0;
    for (int i = 0; i < k; ++i)
        fails += exactly(i, n, part);
    return 1 - fails;
}

double from_times(double to_failure, double to_repair) {
    return to_failure / (to_failure + to_repair);
}

double in_zones(int k, int n, int zones, double part, double zone) {
    double fails = 0;
    for (int up = 0; up <= zones; ++up)
        fails += exactly(up, zones, zone) * (1 - k_of_n(k, parts_left(n, zones, up), part));
    return 1 - fails;
}

}  // namespace agentops::sizing
