#include "catalog/cidr.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace agentops::catalog {

namespace {

constexpr int kBits = 32;

std::uint32_t mask(int bits) {
    return bits == 0 ? 0 : ~std::uint32_t{0} << (kBits - bits);
}

/// Takes a number of at most `limit` without leading zeros off the front of a text.
std::optional<unsigned> take_number(std::string_view& text, unsigned limit) {
    unsigned number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto length = static_cast<std::size_t>(parsed.ptr - text.data());
    if (parsed.ec != std::errc() || number > limit || (length > 1 && text.front() == '0'))
        return std::nullopt;
    text.remove_prefix(length);
    return number;
}

bool take_sign(std::string_view& text, char sign) {
    if (text.empty() || text.front() != sign) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::string Cidr::text() const {
    return fmt::format("{}.{}.{}.{}/{}", address >> 24, (address >> 16) & 255, (address >> 8) & 255,
                       address & 255, bits);
}

Cidr Cidr::network() const {
    return {address & mask(bits), bits};
}

bool Cidr::overlaps(const Cidr& other) const {
    const auto shorter = mask(std::min(bits, other.bits));
    return (address & shorter) == (other.address & shorter);
}

Cidr Cidr::carve(int new_bits, unsigned index) const {
    const int length = bits + new_bits;
    return {network().address + (index << (kBits - length)), length};
}

bool Cidr::is_private() const {
    constexpr Cidr kRanges[] = {{0x0A000000, 8}, {0xAC100000, 12}, {0xC0A80000, 16}};
    return std::any_of(std::begin(kRanges), std::end(kRanges), [&](const Cidr& range) {
        return bits >= range.bits && range.overlaps(*this);
    });
}

std::optional<Cidr> parse_cidr(std::string_view text) {
    Cidr cidr;
    for (int i = 0; i < 4; ++i) {
        const auto byte = i > 0 && !take_sign(text, '.') ? std::nullopt : take_number(text, 255);
        if (!byte) return std::nullopt;
        cidr.address = cidr.address << 8 | *byte;
    }
    const auto length = take_sign(text, '/') ? take_number(text, kBits) : std::nullopt;
    if (!length || !text.empty()) return std::nullopt;
    cidr.bits = static_cast<int>(*length);
    return cidr;
}

}  // namespace agentops::catalog
