#include "base/line_diff.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

namespace line_diff_test {

using namespace agentops;

namespace {

/// The diff of file f, without the names.
std::string hunks(std::string_view before, std::string_view after) {
    const auto diff = unified_diff(before, after, "f");
    const std::string names = "--- a/f\n+++ b/f\n";
    return diff.starts_with(names) ? diff.substr(names.size()) : diff;
}

/// "1\n" to "n\n", with one of them another.
std::string numbers(int n, int changed = 0) {
    std::string text;
    for (int i = 1; i <= n; ++i)
        text += i == changed ? "new\n" : fmt::format("{}\n", i);
    return text;
}

}  // namespace

TEST_CASE("line diff: equal texts have none") {
    CHECK(unified_diff("", "", "f").empty());
    CHECK(unified_diff("a\nb", "a\nb", "f").empty());
}

TEST_CASE("line diff: one line of many, with three around it") {
    CHECK(unified_diff(numbers(9), numbers(9, 5), "dir/x.intent.yaml") ==
          "--- a/dir/x.intent.yaml\n"
          "+++ b/dir/x.intent.yaml\n"
          "@@ -2,7 +2,7 @@\n"
          " 2\n 3\n 4\n-5\n+new\n 6\n 7\n 8\n");
}

TEST_CASE("line diff: at the start and at the end") {
    CHECK(hunks("b\n", "a\nb\n") == "@@ -1 +1,2 @@\n+a\n b\n");
    CHECK(hunks("a\nb\n", "a\n") == "@@ -1,2 +1 @@\n a\n-b\n");
    CHECK(hunks("", "a\nb\n") == "@@ -0,0 +1,2 @@\n+a\n+b\n");
    CHECK(hunks("a\n", "") == "@@ -1 +0,0 @@\n-a\n");
    CHECK(hunks("a\n", "\n") == "@@ -1 +1 @@\n-a\n+\n");
    CHECK(hunks("a\r\n", "a\n") == "@@ -1 +1 @@\n-a\r\n+a\n");
}

TEST_CASE("line diff: changes share a hunk while their contexts touch") {
    CHECK(hunks("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n") ==
          "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
    CHECK(hunks("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\nB\n") ==
          "@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -6,4 +5,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

TEST_CASE("line diff: the fewest lines") {
    CHECK(hunks("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n") ==
          "@@ -1,7 +1,6 @@\n-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n");
    CHECK(hunks("a\na\na\n", "a\na\n") == "@@ -1,3 +1,2 @@\n a\n a\n-a\n");
}

TEST_CASE("line diff: no newline at the end") {
    const std::string none = "\\ No newline at end of file\n";
    CHECK(hunks("a", "a\n") == "@@ -1 +1 @@\n-a\n" + none + "+a\n");
    CHECK(hunks("a\n", "a") == "@@ -1 +1 @@\n-a\n+a\n" + none);
    CHECK(hunks("a\nb", "A\nb") == "@@ -1,2 +1,2 @@\n-a\n+A\n b\n" + none);
    CHECK(hunks("", "a") == "@@ -0,0 +1 @@\n+a\n" + none);
    CHECK(hunks("a", "b") == "@@ -1 +1 @@\n-a\n" + none + "+b\n" + none);
}

TEST_CASE("line diff: far changes in a long text, and texts with nothing in common") {
    const auto last = numbers(200'000, 200'000);
    CHECK(hunks(numbers(200'000, 1), last) ==
          "@@ -1,4 +1,4 @@\n-new\n+1\n 2\n 3\n 4\n"
          "@@ -199997,4 +199997,4 @@\n 199997\n 199998\n 199999\n-200000\n+new\n");
    std::string other, expected = "@@ -1,1500 +1,1500 @@\n";
    for (int i = 1; i <= 1500; ++i) {
        other += fmt::format("x{}\n", i);
        expected += fmt::format("-{}\n", i);
    }
    for (int i = 1; i <= 1500; ++i)
        expected += fmt::format("+x{}\n", i);
    CHECK(hunks(numbers(1500), other) == expected);
}

TEST_CASE("line diff: names that would be read otherwise") {
    const std::string rest = "@@ -1 +1 @@\n-a\n+b\n";
    CHECK(unified_diff("a\n", "b\n", "a b") == "--- a/a b\t\n+++ b/a b\t\n" + rest);
    CHECK(unified_diff("a\n", "b\n", "é") == "--- a/é\n+++ b/é\n" + rest);
    CHECK(unified_diff("a\n", "b\n", "q\"\\\n") ==
          "--- \"a/q\\\"\\\\\\012\"\n+++ \"b/q\\\"\\\\\\012\"\n" + rest);
}

}  // namespace line_diff_test
