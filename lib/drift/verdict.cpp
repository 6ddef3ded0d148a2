#include "drift/verdict.h"

namespace agentops::drift {

std::string_view to_text(Status status) {
    switch (status) {
        case Status::in_sync:
            return "in_sync";
        case Status::modified:
            return "modified";
        case Status::deleted:
            return "deleted";
        case Status::not_checked:
            return "not_checked";
        case Status::unknown:
            return "unknown";
    }
    throw InternalError("a drift status out of range");
}

std::string_view to_text(Cause cause) {
    switch (cause) {
        case Cause::none:
            return "none";
        case Cause::drift:
            return "drift";
        case Cause::noise:
            return "noise";
        case Cause::pending_intent:
            return "pending_intent";
        case Cause::follows:
            return "follows";
        case Cause::data_source:
            return "data_source";
    }
    throw InternalError("a drift cause out of range");
}

std::string_view to_text(Kind kind) {
    switch (kind) {
        case Kind::added:
            return "added";
        case Kind::removed:
            return "removed";
        case Kind::not_equal:
            return "not_equal";
    }
    throw InternalError("a kind of difference out of range");
}

std::string_view to_text(ArtifactVerdict::Status status) {
    switch (status) {
        case ArtifactVerdict::Status::stale:
            return "stale";
        case ArtifactVerdict::Status::edited:
            return "edited";
        case ArtifactVerdict::Status::missing:
            return "missing";
        case ArtifactVerdict::Status::foreign:
            return "foreign";
    }
    throw InternalError("an artifact's status out of range");
}

AttributeDrift attribute_drift(const AttributeChange& change) {
    const auto kind = !change.before  ? Kind::added
                      : !change.after ? Kind::removed
                                      : Kind::not_equal;
    return {change.path, kind, change.before, change.after};
}

}  // namespace agentops::drift
