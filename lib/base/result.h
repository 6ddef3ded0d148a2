#pragma once

// Result<T>: a value, or the diagnostics that say why there is none. For all that can fail because
// of the user, the disk or a tool. Our own bugs throw InternalError.

#include <stdexcept>
#include <tl/expected.hpp>

#include "base/diagnostic.h"

namespace agentops {

template <class T>
using Result = tl::expected<T, Diagnostics>;

using Status = Result<void>;

inline tl::unexpected<Diagnostics> fail(Diagnostic diagnostic) {
    return tl::unexpected<Diagnostics>(Diagnostics{std::move(diagnostic)});
}
inline tl::unexpected<Diagnostics> fail(Diagnostics diagnostics) {
    return tl::unexpected<Diagnostics>(std::move(diagnostics));
}

/// A bug of ours: caught once, in main, and reported as exit 70.
struct InternalError : std::logic_error {
    using std::logic_error::logic_error;
};

}  // namespace agentops

#define AGENTOPS_CAT_(a, b) a##b
#define AGENTOPS_CAT(a, b) AGENTOPS_CAT_(a, b)

/// TRY(auto x, expr): declares x from a Result, or returns its diagnostics.
#define TRY(target, ...)                                                          \
    auto AGENTOPS_CAT(try_, __LINE__) = (__VA_ARGS__);                            \
    if (!AGENTOPS_CAT(try_, __LINE__))                                            \
        return ::agentops::fail(std::move(AGENTOPS_CAT(try_, __LINE__)).error()); \
    target = *std::move(AGENTOPS_CAT(try_, __LINE__))

/// TRY_DO(expr): the same for a Status.
#define TRY_DO(...)                                                 \
    do {                                                            \
        if (auto try_status = (__VA_ARGS__); !try_status)           \
            return ::agentops::fail(std::move(try_status).error()); \
    } while (false)
