#include "drift/unmanaged.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace agentops::drift {

namespace {

constexpr int kAwsMemory = 80;                ///< MB, as measured
constexpr const char* kEmulatorKey = "test";  ///< as in the provider's block

/// An emulator never sees real credentials.
std::vector<run::EnvVar> environment(const Place& place) {
    std::vector<run::EnvVar> env{{"AWS_PAGER", ""}, {"AWS_CLI_AUTO_PROMPT", "off"}};
    if (place.endpoint.empty()) return env;
    for (const auto* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
        env.push_back({name, kEmulatorKey});
    env.push_back({"AWS_SESSION_TOKEN", ""});
    return env;
}

/// The option for no pager is left out, because version 1 of the command does not know it.
std::vector<std::string> argv_of(std::string_view command, const std::string& program,
                                 const Place& place) {
    auto argv = split(command, ' ');
    std::replace(argv.begin(), argv.end(), std::string("{region}"), place.region);
    argv.insert(argv.begin(), program);
    argv.insert(argv.end(), {"--region", place.region, "--output", "json"});
    // Version 1 does not heed the variable for queues, and would ask AWS itself.
    if (!place.endpoint.empty()) argv.insert(argv.end(), {"--endpoint-url", place.endpoint});
    return argv;
}

run::Step step_of(std::string name, std::string_view command, const std::string& program,
                  const Place& place) {
    run::ToolCall call;
    call.argv = argv_of(command, program, place);
    call.env = environment(place);
    call.deadline = std::chrono::minutes(5);
    call.capture = run::ToolCall::Capture::text;
    call.memory_mb = kAwsMemory;
    return {std::move(name), "aws", std::move(call)};
}

}  // namespace

const std::vector<Listing>& listings() {
    static const std::vector<Listing> rows{
#define LISTING(t, c, l, i, ...) {.type = t, .command = c, .list = l, .ids = i, __VA_ARGS__},
#define MAKER(...)
#define MADE(...)
#include "drift/unmanaged.def"
#undef MADE
#undef MAKER
#undef LISTING
    };
    return rows;
}

run::Step listing_step(const Listing& listing, const std::string& program, const Place& place) {
    return step_of(std::string(listing.type), listing.command, program, place);
}

run::Step identity_step(const std::string& program, const Place& place) {
    return step_of("identity", "sts get-caller-identity", program, place);
}

run::Step trail_step(std::size_t number, const std::string& resource, const std::string& program,
                     const Place& place) {
    auto step = step_of("trail-" + std::to_string(number),
                        "cloudtrail lookup-events --max-results 20", program, place);
    // As JSON: the command's own short form takes commas and equals signs for its own.
    const Json attributes = {{{"AttributeKey", "ResourceName"}, {"AttributeValue", resource}}};
    auto& argv = std::get<run::ToolCall>(step.action).argv;
    argv.insert(argv.end(), {"--lookup-attributes", dump_json(attributes)});
    return step;
}

}  // namespace agentops::drift
