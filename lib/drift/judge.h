#pragma once

// From what was seen to verdicts: real drift is told apart from what providers do by themselves,
// from an intent that moved on, and from what merely follows.

#include "drift/computed.h"
#include "drift/memory.h"
#include "drift/observation.h"

namespace agentops::drift {

/// What is known of a unit beside what was seen of it.
struct Background {
    std::string unit;
    /// The artifacts or inputs are not those that were last applied, or nobody knows which were.
    bool intent_moved = false;
    /// Attributes that only providers set; null when nobody knows: then a change counts as drift.
    const ComputedOnly* computed = nullptr;
    std::vector<Sighting> remembered = {};  ///< of this unit, from the checks before
};

/// An attribute differs that nobody configured and no plan would restore: whether that is noise
/// only the provider's schema can tell.
bool wants_schema(const Observation& observation);

/// One verdict for each object, in order of address.
///  - gone: deleted. Not read: unknown when the look failed, else not_checked.
///  - an attribute that is configured, or that a plan would restore, differs: modified. A
///  configured
///    one that a plan leaves as it is is noise: the provider takes both values for the same, the
///    lifecycle ignores it, or reality is what the intent wants by now.
///  - a computed-only attribute is noise, unless it identifies the object (identity.def): then
///    the object was made anew, or the machine's run state.
///  - what other resources of the unit manage is noise here: those tell it (echo.h).
///  - a value that a state took over after it had drifted, and that somebody undid: noise, what is
///    there is as it was.
///  - any other: modified, though a revert cannot restore it.
///  - null and empty that changed places: noise.
UnitVerdict judge(const Background& background, const Observation& observation);

/// What drifted before and is not told any more, though its value is still there: a state takes
/// over what it reads at each apply, also what nobody asked for. It stays drift until it is in
/// order, or somebody answers for it. Only open sightings count. What the configuration sets by now
/// is in order.
void keep_absorbed(const std::vector<Sighting>& remembered, const Observation& observation,
                   UnitVerdict& verdict);

}  // namespace agentops::drift
