// Any bytes as the event stream of a playbook: machines have a say in it.

#include "ansible/events.h"
#include "base/text.h"
#include "fuzz.h"

using namespace agentops;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<Json> events;
    for (const auto& line : split(fuzz::text_of(data, size), '\n')) {
        auto event = parse_json(line, "an event");
        if (event && event->is_object()) events.push_back(*std::move(event));
    }
    for (const bool check : {true, false}) {
        const auto read = ansible::read_events(events, check);
        for (const auto& change : read.changes) {
            fuzz::promise(!to_text(change.action).empty(), "an action has a name");
            fuzz::promise(change.trust != Trust::not_checkable || check,
                          "what was done needs no prediction");
        }
        ansible::explain_failures(read, ansible::Unit{});
    }
    return 0;
}
