#include "intent/choice.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::intent {

std::vector<std::string> Words::list() const {
    std::vector<std::string> result;
    for (const auto word : words) {
        if (!word.empty()) result.emplace_back(word);
    }
    return result;
}

bool check_word(const yaml::Node& node, const Words& words, Decoding& context) {
    const auto known = words.list();
    if (std::find(known.begin(), known.end(), node.text) != known.end()) return true;
    const auto near = did_you_mean(node.text, known);
    return context.fail(node, "unknown-value",
                        fmt::format("unknown {} '{}'", words.noun, node.text),
                        near ? fmt::format("did you mean '{}'?", *near)
                             : fmt::format("known: {}", join(known, ", ")));
}

}  // namespace agentops::intent
