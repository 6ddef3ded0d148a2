#pragma once

// Prices from AWS's own price lists, the JSON files under
// https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/<service>/current/<region>/index.json
// (AWS Billing, "Reading the service price list file").

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "prices/book.h"

namespace agentops::prices {

struct Imported {
    Book book;
    std::size_t taken = 0, passed_over = 0;  ///< products
};

/// Takes what the book has items for: instances (Linux, shared, nothing installed), volumes and NAT
/// gateways of AmazonEC2, databases of AmazonRDS, AWSELB, AmazonS3 and AWSQueueService. Of tiers
/// the first one counts. Codes: prices.no-list, prices.nothing.
Result<Imported> import_bulk(const Json& list, const std::string& name);

}  // namespace agentops::prices
