#include "intent/overlay.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"

namespace overlay_test {

using namespace agentops;
using namespace agentops::intent;

namespace {

/// A tree in one line, each value with the line it came from.
std::string flat(const yaml::Node& node) {
    std::vector<std::string> parts;
    for (const auto& item : node.items)
        parts.push_back(flat(item));
    for (const auto& member : node.members)
        parts.push_back(member.key + ": " + flat(member.value));
    if (node.is_map()) return "{" + join(parts, ", ") + "}";
    if (node.is_sequence()) return "[" + join(parts, ", ") + "]";
    return node.text + "@" + std::to_string(node.position.line);
}

/// Merges two texts; the overlay's lines count from where the base ended.
std::string merged(const std::string& base, const std::string& overlay) {
    Sources sources;
    auto tree = yaml::parse(sources.add("a.yaml", base)).value();
    const auto lines = static_cast<std::size_t>(std::count(base.begin(), base.end(), '\n'));
    const auto change =
        yaml::parse(sources.add("a.yaml", std::string(lines, '\n') + overlay)).value();
    Diagnostics found;
    Decoding context{found, "intent"};
    merge_overlay(tree, change, context);
    for (const auto& diagnostic : found)
        return diagnostic.message + " | " + diagnostic.help;
    return flat(tree);
}

}  // namespace

TEST_CASE("maps merge key by key, and every value names the line that won") {
    CHECK(merged("a: {b: 1, c: 2}\nd: 3\n", "a: {c: 4, e: 5}\n") ==
          "{a: {b: 1@1, c: 4@3, e: 5@3}, d: 3@2}");
}

TEST_CASE("lists and scalars replace") {
    CHECK(merged("a: [1, 2]\n", "a: [3]\n") == "{a: [3@2]}");
    CHECK(merged("a: {b: 1}\n", "a: 2\n") == "{a: 2@2}");
    CHECK(merged("a: 1\n", "a: {b: 2}\n") == "{a: {b: 2@2}}");
}

TEST_CASE("null removes, and only what is there") {
    CHECK(merged("a: 1\nb: 2\n", "a: null\n") == "{b: 2@2}");
    CHECK(merged("a: {b: 1, c: 2}\n", "a: {b: ~}\n") == "{a: {c: 2@1}}");
    CHECK(merged("storage: 1\n", "storag: null\n") ==
          "null removes 'storag', which the intent does not have | did you mean 'storage'?");
    CHECK(merged("a: 1\n", "n: {m: null}\n") ==
          "null removes 'm', which the intent does not have | leave the line out");
}

}  // namespace overlay_test
