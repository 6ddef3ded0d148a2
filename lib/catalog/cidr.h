#pragma once

// IPv4 ranges.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agentops::catalog {

struct Cidr {
    std::uint32_t address = 0;
    int bits = 0;  ///< length of the prefix, 0 to 32

    std::string text() const;
    /// The same range with host bits zero.
    Cidr network() const;
    bool overlaps(const Cidr& other) const;
    /// Part `index` of the 2^new_bits equal parts of this range.
    Cidr carve(int new_bits, unsigned index) const;
    /// Inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.
    bool is_private() const;

    friend bool operator==(const Cidr&, const Cidr&) = default;
};

/// Reads "10.20.0.0/16": four decimal bytes without leading zeros, and a prefix length. Host bits
/// are kept.
std::optional<Cidr> parse_cidr(std::string_view text);

}  // namespace agentops::catalog
