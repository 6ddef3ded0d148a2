#include "sizing/queueing.h"

#include <algorithm>
#include <cmath>

namespace agentops::sizing {

namespace {

/// P(time in system > t) of a stable M/M/c queue.
double exceeds(const Queue& queue, double t) {
    const double mu = 1 / queue.service, c = queue.servers, a = queue.erlangs();
    const double waits = erlang_c(queue.servers, a), spare = c - 1 - a;
    // Near spare = 0 the quotient tends to mu t.
    const double factor = std::abs(spare) < 1e-9 ? mu * t : (1 - std::exp(-mu * t * spare)) / spare;
    return std::exp(-mu * t) * (1 + waits * factor);
}

}  // namespace

double erlang_c(int servers, double erlangs) {
    if (erlangs >= servers) return 1;
    double blocked = 1;  // Erlang's B formula, by its recursion
    for (int k = 1; k <= servers; ++k)
        blocked = erlangs * blocked / (k + erlangs * blocked);
    return blocked / (1 - erlangs / servers * (1 - blocked));
}

double Queue::mean() const {
    const double spare = servers / service - rate;
    return service + erlang_c(servers, erlangs()) / spare;
}

double Queue::quantile(double share) const {
    double low = 0, high = service;
    while (exceeds(*this, high) > 1 - share)
        high *= 2;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (exceeds(*this, middle) > 1 - share ? low : high) = middle;
    }
    return high;
}

int least_servers(double erlangs, double most_utilisation) {
    return std::max(1, static_cast<int>(std::ceil(erlangs / most_utilisation - 1e-9)));
}

}  // namespace agentops::sizing
