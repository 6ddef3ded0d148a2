#pragma once

// Searches a space for the least of one dimension under caps on the others.

#include "negotiate/bound.h"

namespace agentops::negotiate {

struct Found {
    Choice choice;
    std::vector<Amount> uses;
};

/// Weights that made a good bound of a target.
struct Learnt {
    std::size_t target = 0;
    std::vector<double> weights;
};

/// Best for spaces whose heads are decided: a bound over several branches is that of a mix of them
/// which nobody can build.
class Search {
public:
    explicit Search(Space space) : space_(std::move(space)) {}

    /// A choice with the least `target` under the caps, the first in order of clusters where
    /// several use the same; nothing when there is none. What was learnt is kept for the next call,
    /// whose caps may only be tighter.
    std::optional<Found> least(std::size_t target, const Caps& caps);

    /// All choices that no other one beats in these dimensions, by the first of them. Where partial
    /// choices are more than `most` they are thinned out evenly, and `thinned` is set.
    std::vector<Found> front(const std::vector<std::size_t>& dimensions, std::size_t most,
                             bool& thinned) const;

private:
    Space space_;
    std::vector<Learnt> learnt_;
};

}  // namespace agentops::negotiate
