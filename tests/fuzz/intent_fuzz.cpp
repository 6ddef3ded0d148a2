// Any bytes as an intent file: stacks, or errors at places in the file.

#include "fuzz.h"
#include "intent/project.h"

using namespace agentops;

namespace {

void check_position(const Source& source, const Diagnostic& diagnostic) {
    const auto& position = diagnostic.position;
    fuzz::promise(position.source == &source, "a mistake in a file names the file");
    fuzz::promise(position.line >= 0 && position.column >= 0, "a place is not negative");
    const auto lines = std::count(source.text.begin(), source.text.end(), '\n') + 1;
    fuzz::promise(position.line <= lines, "a place is in the file");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Source source{"fuzz.intent.yaml", fuzz::text_of(data, size)};
    intent::Inputs inputs;
    inputs.params["domain"] = "shop.example.com";
    inputs.getenv = [](const std::string& name) -> std::optional<std::string> {
        if (name == "UNSET") return std::nullopt;
        return "value of " + name;
    };
    const auto loaded = intent::load_intent(source, inputs);
    fuzz::promise(!loaded.stacks.empty() || has_errors(loaded.diagnostics), "stacks or errors");
    for (const auto& diagnostic : loaded.diagnostics)
        check_position(source, diagnostic);
    fuzz::check_shown(loaded.diagnostics);
    for (const auto& stack : loaded.stacks) {
        fuzz::promise(!stack.id.empty() && !stack.components.empty(), "a stack is whole");
        fuzz::promise(stack.input_digest.size() == 64, "a stack has its digest");
    }
    return 0;
}
