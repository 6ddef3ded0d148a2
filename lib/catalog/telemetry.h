#pragma once

// Observed load in place of the stated one: CSV, or the answer of a Prometheus range query.

#include "base/result.h"
#include "base/source.h"
#include "catalog/offer.h"

namespace agentops::catalog {

/// Request rates as they were seen. `peak` is the 99th percentile by nearest rank.
struct Observed {
    double average = 0, peak = 0;  ///< requests a second
    std::size_t samples = 0;
};

/// CSV with the header `time,rps` (more columns are passed over), or JSON as
/// GET /api/v1/query_range answers it: {"status": "success", "data": {"resultType": "matrix",
/// "result": [{"values": [[1767225600, "12.5"], ...]}, ...]}}; several series are added up by time.
/// Codes: telemetry.format, telemetry.value, telemetry.empty.
Result<Observed> read_telemetry(const Source& source);

}  // namespace agentops::catalog
