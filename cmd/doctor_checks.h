#pragma once

// What `agentops doctor` looks at. One check is one small function in a doctor_*.cpp and one line
// in doctor_checks.def. Checks look; they change nothing.

#include <string>
#include <vector>

#include "base/term.h"
#include "cmd/workspace.h"

namespace agentops::cmd {

enum class Health { ok, warn, fail };
std::string_view to_text(Health health);

/// What a check found, and what to do about it.
struct Diagnosis {
    Health health = Health::ok;
    std::string message;
    std::string fix = {};
};

/// What the checks look at, gathered once.
struct DoctorInput {
    Session& session;
    EnvLookup env;
    Result<intent::Project> project;  ///< or why there is none
    Diagnostics mistakes;             ///< in the intents
    std::size_t stacks = 0;
    record::Store store;  ///< of the project, else of the folder we stand in
    fs::path scratch;     ///< an empty folder that goes away afterwards

    bool has_store() const;
    /// The first error as a diagnosis.
    static Diagnosis failed(const Diagnostics& diagnostics, Health health = Health::fail);
};

#define DOCTOR(function, name) Diagnosis function(const DoctorInput& in);
namespace doctor {
#include "cmd/doctor_checks.def"
}
#undef DOCTOR

struct DoctorCheck {
    std::string_view name;
    Diagnosis (*run)(const DoctorInput& in);
};

/// In the order of doctor_checks.def.
const std::vector<DoctorCheck>& doctor_checks();

}  // namespace agentops::cmd
