#include "prices/import.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "base/json_access.h"
#include "base/text.h"

namespace agentops::prices {

namespace {

/// What a product is in the book: item, unit, and how many of its own units make one of ours.
struct Meaning {
    std::string item, unit;
    double factor = 1;
};
using Found = std::optional<Meaning>;

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Found instance(const Json& product) {
    const bool plain =
        text_of(product, "operatingSystem") == "Linux" && text_of(product, "tenancy") == "Shared" &&
        text_of(product, "preInstalledSw") == "NA" && text_of(product, "capacitystatus") == "Used";
    if (!plain) return std::nullopt;
    return Meaning{"ec2/" + text_of(product, "instanceType"), "hour"};
}

Found volume(const Json& product) {
    const auto name = text_of(product, "volumeApiName");
    if (name.empty()) return std::nullopt;
    return Meaning{"ebs/" + name, "GB-month"};
}

Found nat(const Json& product) {
    const auto usage = text_of(product, "usagetype");
    const bool regional = usage.find("Regional") != std::string::npos;
    if (!regional && ends_with(usage, "NatGateway-Hours")) return Meaning{"vpc/nat", "hour"};
    if (!regional && ends_with(usage, "NatGateway-Bytes")) return Meaning{"vpc/nat-data", "GB"};
    return std::nullopt;
}

Found database(const Json& product) {
    const auto name = text_of(product, "databaseEngine");
    const std::string engine = name == "PostgreSQL" ? "postgres"
                               : name == "MySQL"    ? "mysql"
                               : name == "MariaDB"  ? "mariadb"
                                                    : "";
    const auto form = text_of(product, "deploymentOption");
    if (engine.empty() || (form != "Single-AZ" && form != "Multi-AZ")) return std::nullopt;
    return Meaning{fmt::format("rds/{}/{}/{}", engine, text_of(product, "instanceType"),
                               form == "Single-AZ" ? "single" : "multi"),
                   "hour"};
}

Found balancer(const Json& product, const char* kind) {
    const auto usage = text_of(product, "usagetype");
    if (ends_with(usage, "LoadBalancerUsage")) return Meaning{fmt::format("elb/{}", kind), "hour"};
    if (ends_with(usage, "LCUUsage")) return Meaning{fmt::format("elb/{}-lcu", kind), "LCU-hour"};
    return std::nullopt;
}

Found object_storage(const Json& product) {
    if (text_of(product, "volumeType") != "Standard") return std::nullopt;
    return Meaning{"s3/standard", "GB-month"};
}

Found queue(const Json& product) {
    const auto type = text_of(product, "queueType");
    if (type == "Standard") return Meaning{"sqs/standard", "1M-requests", 1e6};
    if (starts_with(type, "FIFO")) return Meaning{"sqs/fifo", "1M-requests", 1e6};
    return std::nullopt;
}

/// Families of products, as the lists name them.
Found meaning_of(const std::string& offer, const std::string& family, const Json& product) {
    if (family == "Compute Instance") return instance(product);
    if (family == "NAT Gateway") return nat(product);
    if (family == "Database Instance") return database(product);
    if (family == "Load Balancer-Application") return balancer(product, "alb");
    if (family == "Load Balancer-Network") return balancer(product, "nlb");
    if (family == "Storage" && offer == "AmazonEC2") return volume(product);
    if (family == "Storage" && offer == "AmazonS3") return object_storage(product);
    if (family == "API Request" && offer == "AWSQueueService") return queue(product);
    return std::nullopt;
}

/// USD for one of its units, of the first tier; nothing when it has another currency or no price.
std::optional<double> usd_of(const Json& terms) {
    if (!terms.is_object()) return std::nullopt;
    for (const auto& term : terms) {
        const auto& dimensions = member(term, "priceDimensions");
        if (!dimensions.is_object()) continue;
        for (const auto& dimension : dimensions) {
            const auto begin = text_of(dimension, "beginRange");
            if (!begin.empty() && begin != "0") continue;
            const auto text = text_of(member(dimension, "pricePerUnit"), "USD");
            double usd = 0;
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), usd);
            if (parsed.ec == std::errc() && usd > 0) return usd;
        }
    }
    return std::nullopt;
}

}  // namespace

Result<Imported> import_bulk(const Json& list, const std::string& name) {
    const auto offer = text_of(list, "offerCode");
    const auto& products = member(list, "products");
    const auto& terms = member(member(list, "terms"), "OnDemand");
    if (offer.empty() || !products.is_object() || !terms.is_object())
        return fail(error("prices.no-list",
                          fmt::format("{} is no price list of AWS", escape_terminal(name)), {},
                          "take an index.json of a service and a region; savings plans and spot "
                          "prices are other lists"));
    const auto date = text_of(list, "publicationDate").substr(0, 10);
    Imported imported;
    for (const auto& [sku, product] : products.items()) {
        const auto& attributes = member(product, "attributes");
        const auto meaning = meaning_of(offer, text_of(product, "productFamily"), attributes);
        const auto region = text_of(attributes, "regionCode");
        const auto usd = meaning ? usd_of(member(terms, sku)) : std::nullopt;
        if (!usd || region.empty()) {
            ++imported.passed_over;
            continue;
        }
        ++imported.taken;
        imported.book.add({region, meaning->item, meaning->unit, *usd * meaning->factor, date,
                           fmt::format("AWS price list {} {}", offer, text_of(list, "version"))});
    }
    if (imported.taken == 0)
        return fail(error("prices.nothing",
                          fmt::format("{} has no price that is used here", escape_terminal(name)),
                          {},
                          "lists of AmazonEC2, AmazonRDS, AWSELB, AmazonS3 and AWSQueueService are "
                          "read"));
    return imported;
}

}  // namespace agentops::prices
