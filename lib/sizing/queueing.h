#pragma once

// How long requests take on c equal servers with one queue: M/M/c. Arrivals are Poisson, service
// times exponential; real ones are mostly steadier, so the model errs to the safe side.
//
// Sources: Gross, Shortle, Thompson, Harris, "Fundamentals of Queueing Theory", 4th ed., section
// 2.3 (Erlang's C formula, waiting and sojourn times); Little, "A Proof for the Queuing Formula
// L = lambda W", Operations Research 9(3), 1961.

namespace agentops::sizing {

/// Probability that a request has to wait: Erlang's C formula for `servers` and an offered load of
/// `erlangs` = arrival rate x mean service time. 1 when the servers cannot keep up.
double erlang_c(int servers, double erlangs);

struct Queue {
    int servers = 1;
    double rate = 0;     ///< arrivals a second
    double service = 0;  ///< mean service time, seconds

    double erlangs() const { return rate * service; }
    double utilisation() const { return erlangs() / servers; }
    bool stable() const { return utilisation() < 1; }
    /// Mean time in the system, seconds. Only for stable queues.
    double mean() const;
    /// The time that a share of requests, such as 0.95, does not exceed, seconds, to 1 ns. Only for
    /// stable queues.
    double quantile(double share) const;
    /// Requests in the system on average, by Little's law. Only for stable queues.
    double concurrency() const { return rate * mean(); }
};

/// Least servers that keep utilisation at or below a share of them, such as 0.7; at least 1.
int least_servers(double erlangs, double most_utilisation);

}  // namespace agentops::sizing
