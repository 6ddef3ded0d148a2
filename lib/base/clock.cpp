#include "base/clock.h"

#include <fmt/chrono.h>

namespace agentops {

namespace {

class SystemClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::now();
    }
};

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

std::string rfc3339(std::chrono::system_clock::time_point when) {
    using namespace std::chrono;
    const auto seconds = floor<std::chrono::seconds>(when);
    const auto rest = floor<milliseconds>(when - seconds);
    return fmt::format("{:%FT%T}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), rest.count());
}

}  // namespace agentops
