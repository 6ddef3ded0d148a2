// Any bytes as the `-json` event stream of a plan or an apply, as the runner takes it in.

#include "base/text.h"
#include "fuzz.h"
#include "terraform/plan.h"

using namespace agentops;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<Json> events;
    for (const auto& line : split(fuzz::text_of(data, size), '\n')) {
        auto event = parse_json(line, "an event");
        if (event && event->is_object())
            events.push_back(*std::move(event));
        else
            events.push_back({{"type", "unparsed"}, {"text", line}});
    }
    const auto read = tf::read_events(events);
    for (const auto& object : read.objects) {
        fuzz::promise(!to_text(object.action).empty(), "an action has a name");
        fuzz::promise(!(object.completed && object.errored), "one end for each object");
    }
    return 0;
}
