#pragma once

// A problem laid out for search: what is forbidden is gone, and every candidate is a row of
// amounts, one for each dimension that is limited or wanted.

#include "negotiate/solve.h"

namespace agentops::negotiate {

/// Rows of equally many amounts, one after the other.
class Rows {
public:
    explicit Rows(std::size_t width = 0) : width_(width) {}
    std::size_t size() const { return tags_.size(); }
    std::size_t width() const { return width_; }
    const Amount* row(std::size_t i) const { return amounts_.data() + i * width_; }
    std::size_t tag(std::size_t i) const { return tags_[i]; }
    bool varies(std::size_t column) const;  ///< not all rows have the same there
    bool uses(std::size_t column) const;    ///< not all rows have nothing there
    Rows narrow(const std::vector<std::size_t>& columns) const;
    /// Adds a row of zeros with a tag; what it returns holds until the next one.
    Amount* add(std::size_t tag);
    void add(std::size_t tag, const Amount* row);
    void drop_last();
    void keep(const std::vector<std::size_t>& rows);  ///< in this order

private:
    std::size_t width_;
    std::vector<std::size_t> tags_;
    std::vector<Amount> amounts_;
};

struct Space {
    struct Branch {
        std::size_t number = 0;     ///< among those of the cluster before any was left out
        Rows head;                  ///< one row; tags are numbers of candidates
        std::vector<Rows> members;  ///< none of them empty
    };
    struct Cluster {
        std::size_t head = 0;
        std::vector<std::size_t> members;
        std::vector<Branch> branches;
    };
    std::size_t items = 0;
    std::size_t dimensions = 0;
    std::vector<Cluster> clusters;
    bool possible() const;  ///< every item has a candidate
};

/// A linear measure over some items: one of them as it is, or a weighted sum of them, rounded.
struct Dimension {
    Measure measure = Measure::cost;
    std::vector<std::size_t> items;                        ///< sorted; all when empty
    std::optional<std::array<double, kMeasures>> weights;  ///< then `measure` does not count

    static Dimension of(Measure measure, std::vector<std::size_t> items = {});
    static Dimension weighted(const std::array<double, kMeasures>& weights);
    Amount amount(const Score& score, std::size_t item) const;
};

/// Leaves out what an active veto forbids.
Space lay_out(const Problem& problem, const std::vector<bool>& active_vetoes,
              const std::vector<Dimension>& dimensions);

/// Leaves only these dimensions, in this order.
void narrow(Space& space, const std::vector<std::size_t>& dimensions);

/// Leaves out candidates of an item that another one of it equals or beats in these dimensions; of
/// equals the first stays.
Space without_dominated(const Space& space, const std::vector<std::size_t>& dimensions);

}  // namespace agentops::negotiate
