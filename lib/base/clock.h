#pragma once

// The only source of wall time. Stored times are UTC RFC 3339 with milliseconds and Z.

#include <chrono>
#include <string>

namespace agentops {

class Clock {
public:
    virtual ~Clock() = default;
    virtual std::chrono::system_clock::time_point now() const = 0;
};

/// The machine's clock.
const Clock& system_clock();

std::string rfc3339(std::chrono::system_clock::time_point when);

}  // namespace agentops
