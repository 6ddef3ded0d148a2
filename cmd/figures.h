#pragma once

// Numbers of the journal as people and programs read them.

#include "base/json.h"
#include "record/indicators.h"

namespace agentops::cmd {

/// {n, mean_seconds, mean_low_seconds, mean_high_seconds, p50_seconds, p95_seconds, unknown}; null
/// where it is not known.
Json record_of(const record::Spells& spells);

/// {n, HITS, share, low, high}; `hits` is what those that count are called.
Json record_of(const Share& share, const char* hits);

/// By topic and figure; each with `besides`. Shares call their hits `hits`.
Json record_of(const std::vector<record::Topic>& topics);

/// One table; figures of nothing are left out, and topics without any are named under it.
std::string table_of(const std::vector<record::Topic>& topics, int width);

}  // namespace agentops::cmd
