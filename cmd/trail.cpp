#include "cmd/trail.h"

#include <fmt/core.h>

#include "base/json_access.h"
#include "cmd/tooling.h"
#include "drift/trail.h"
#include "drift/unmanaged.h"

namespace agentops::cmd {

namespace {

constexpr std::size_t kMostObjects = 20;

/// How CloudTrail may name an object: by its name rather than by its id.
std::string trail_name(const Json& object) {
    for (const auto* key : {"bucket", "name", "id"}) {
        if (auto name = text_of(object, key); !name.empty()) return name;
    }
    return "";
}

class TrailInquiry {
public:
    TrailInquiry(const Selection& stacks, DriftCheck& check, std::string program,
                 run::Runner& runner)
        : stacks_(stacks), check_(check), program_(std::move(program)), runner_(runner) {}

    void run() {
        for (auto& stack : check_.report.stacks) {
            for (auto& resource : *stack.resources) {
                if (resource.drifted() && failure_.empty()) ask(stack.id, resource);
            }
        }
        if (failure_.empty() && left_ == 0) return;
        const auto why = failure_.empty() ? Diagnostic{} : failure_.front();
        check_.report.diagnostics.push_back(warning(
            "drift.no-trail",
            failure_.empty() ? fmt::format("nobody was asked about {} more objects", left_)
                             : fmt::format("the trail does not tell who it was: {}", why.message),
            {}, why.help));
    }

private:
    drift::Place place_of(const std::string& id) const {
        for (const auto* stack : stacks_) {
            if (stack->id != id) continue;
            const auto& target = stack->target;
            return {target.region.value.value,
                    target.endpoint ? target.endpoint->value.value : std::string()};
        }
        throw InternalError("a stack that was not selected: " + id);
    }

    Json object_of(const drift::ResourceVerdict& verdict) const {
        const auto unit = check_.reality.find(verdict.unit);
        if (unit == check_.reality.end()) return nullptr;
        const auto object = unit->second.find(verdict.address);
        return object == unit->second.end() ? Json() : object->second;
    }

    void ask(const std::string& stack, report::ResourceReport& resource) {
        const auto name = trail_name(object_of(resource.verdict));
        if (name.empty()) return;
        if (asked_ == kMostObjects) {
            ++left_;
            return;
        }
        const auto step = drift::trail_step(++asked_, name, program_, place_of(stack));
        const auto done = runner_.run(stack + "/trail", step);
        if (!done.ok) {
            failure_ = done.diagnostics;
            return;
        }
        const auto writer = drift::last_writer(Json::parse(done.output, nullptr, false));
        for (auto& difference : resource.differences) {
            if (difference.seen) difference.seen->actor = writer;
        }
    }

    const Selection& stacks_;
    DriftCheck& check_;
    std::string program_;
    run::Runner& runner_;
    std::size_t asked_ = 0, left_ = 0;
    Diagnostics failure_;
};

}  // namespace

void name_writers(const Selection& stacks, DriftCheck& check, run::Runner& runner) {
    const auto program = find_program("aws");
    if (!program) {
        check.report.diagnostics.push_back(warning(
            "drift.no-trail", "the trail does not tell who it was: there is no aws command on PATH",
            {}, "install the AWS command line interface"));
        return;
    }
    TrailInquiry(stacks, check, program->string(), runner).run();
}

}  // namespace agentops::cmd
