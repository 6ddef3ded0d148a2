#include "base/diagnostic.h"

#include <doctest/doctest.h>

#include "base/clock.h"

namespace diagnostic_test {

using namespace agentops;

TEST_CASE("diagnostic: the human form, literally") {
    const Source source{"shop.intent.yaml", "a: 1\n\n\n\n\n\n\n\n\n\n\n    imge: ubuntu-24.04\n"};
    auto diagnostic = error("intent.unknown-key", "unknown key 'imge'", {&source, 12, 5},
                            "did you mean 'image'?");
    diagnostic.width = 4;
    CHECK(render(diagnostic) ==
          "error[intent.unknown-key]: unknown key 'imge'\n"
          " --> shop.intent.yaml:12:5\n"
          "   |\n"
          "12 |     imge: ubuntu-24.04\n"
          "   |     ^^^^\n"
          "   = help: did you mean 'image'?\n");
}

TEST_CASE("diagnostic: without position, without line, with colour") {
    const Source source{"x.yaml", ""};
    CHECK(render(error("a.b", "wrong")) == "error[a.b]: wrong\n");
    CHECK(render(note("a.b", "so", {}, "do")) == "note[a.b]: so\n = help: do\n");
    CHECK(render(warning("a.b", "whole file", {&source, 0, 0})) ==
          "warning[a.b]: whole file\n --> x.yaml\n");
    CHECK(render(error("a.b", "x"), true) == "\x1b[1;31merror\x1b[0m[a.b]: x\n");
    CHECK(render(warning("a.b", "x"), true) == "\x1b[1;33mwarning\x1b[0m[a.b]: x\n");
    CHECK(render(note("a.b", "x"), true) == "\x1b[1;36mnote\x1b[0m[a.b]: x\n");
}

TEST_CASE("diagnostic: the caret stands under the text as the terminal shows it") {
    const Source source{"x", "\t日é: bad\n"};
    auto diagnostic = error("a.b", "m", {&source, 1, 9});
    diagnostic.width = 3;
    CHECK(render(diagnostic) ==
          "error[a.b]: m\n --> x:1:9\n  |\n1 | \\t日é: bad\n  |        ^^^\n");
    diagnostic.position.column = 2;
    CHECK(render(diagnostic) == "error[a.b]: m\n --> x:1:2\n  |\n1 | \\t日é: bad\n  |   ^^\n");
    diagnostic.position.column = 99;
    CHECK(render(diagnostic) ==
          "error[a.b]: m\n --> x:1:99\n  |\n1 | \\t日é: bad\n  |           ^\n");
}

TEST_CASE("diagnostic: a long source line is shown as a window") {
    const Source source{"x", std::string(1000, 'a') + "B" + std::string(1000, 'c')};
    const auto text = render(error("a.b", "m", {&source, 1, 1001}));
    CHECK(text == "error[a.b]: m\n --> x:1:1001\n  |\n1 | " + std::string(80, 'a') + "B" +
                      std::string(79, 'c') + "\n  | " + std::string(80, ' ') + "^\n");
}

TEST_CASE("diagnostic: user text cannot act on the terminal") {
    const Source source{"a\nb", "x\x1b[31m\n"};
    CHECK(render(error("a.b", "one\ntwo\x07", {&source, 1, 1}, "\x1b]0;t")) ==
          "error[a.b]: one\\ntwo\\x07\n --> a\\nb:1:1\n  |\n1 | x\\x1b[31m\n  | ^\n"
          "  = help: \\x1b]0;t\n");
}

TEST_CASE("diagnostic: lists are separated by a blank line, sorted, without repeats") {
    const Source a{"a", "1\n2\n"}, b{"b", "1\n"}, a_again{"a", "1\n2\n"};
    Diagnostics list{error("x.y", "b", {&b, 1, 1}),        warning("x.y", "a2", {&a, 2, 1}),
                     error("x.y", "a2", {&a, 2, 1}),       error("x.y", "none"),
                     error("x.y", "a2", {&a_again, 2, 1}), error("x.y", "a1", {&a, 1, 2})};
    sort_and_unique(list);
    CHECK(list == Diagnostics{error("x.y", "none"), error("x.y", "a1", {&a, 1, 2}),
                              error("x.y", "a2", {&a, 2, 1}), warning("x.y", "a2", {&a, 2, 1}),
                              error("x.y", "b", {&b, 1, 1})});
    CHECK(render(Diagnostics{error("a.b", "1"), error("a.b", "2")}) ==
          "error[a.b]: 1\n\nerror[a.b]: 2\n");
    CHECK(render(Diagnostics{}).empty());
}

TEST_CASE("diagnostic: append and has_errors") {
    Diagnostics list{warning("a.b", "w")};
    CHECK_FALSE(has_errors(list));
    append(list, {error("a.b", "e")});
    CHECK(list == Diagnostics{warning("a.b", "w"), error("a.b", "e")});
    CHECK(has_errors(list));
}

TEST_CASE("clock: RFC 3339 in UTC with milliseconds") {
    using namespace std::chrono;
    const system_clock::time_point epoch;
    CHECK(rfc3339(epoch) == "1970-01-01T00:00:00.000Z");
    CHECK(rfc3339(epoch + seconds(1'764'000'000) + microseconds(7'999)) ==
          "2025-11-24T16:00:00.007Z");
    CHECK(rfc3339(epoch - milliseconds(1)) == "1969-12-31T23:59:59.999Z");
    CHECK(agentops::system_clock().now() > epoch + seconds(1'700'000'000));
}

}  // namespace diagnostic_test
