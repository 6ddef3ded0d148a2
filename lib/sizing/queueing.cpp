#include "sizing/queueing.h"

#include <algorithm>
#include <cmath>

namespace agentops::sizing {

namespace {

constexpr double kPrecision = 1e-9;  // seconds

/// P(time in system > t) of a stable M/M/c queue.
class Exceeds {
public:
    explicit Exceeds(const Queue& queue)
        : mu_(1 / queue.service),
          spare_(queue.servers - 1 - queue.erlangs()),
          waits_(erlang_c(queue.servers, queue.erlangs())) {}

    double operator()(double t) const {
        // Near spare = 0 the quotient tends to mu t.
        const double factor =
            std::abs(spare_) < 1e-9 ? mu_ * t : (1 - std::exp(-mu_ * t * spare_)) / spare_;
        return std::exp(-mu_ * t) * (1 + waits_ * factor);
    }

private:
    double mu_, spare_, waits_;
};

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
    const Exceeds exceeds(*this);
    double low = 0, high = service;
    while (exceeds(high) > 1 - share)
        high *= 2;
    while (high - low > kPrecision) {
        const double middle = (low + high) / 2;
        (exceeds(middle) > 1 - share ? low : high) = middle;
    }
    return high;
}

int least_servers(double erlangs, double most_utilisation) {
    return std::max(1, static_cast<int>(std::ceil(erlangs / most_utilisation - 1e-9)));
}

}  // namespace agentops::sizing
