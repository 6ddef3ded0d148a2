#include "base/text.h"

#include <doctest/doctest.h>

namespace text_test {

using namespace agentops;

TEST_CASE("text: escape_terminal makes text inert") {
    CHECK(escape_terminal("plain é 日本") == "plain é 日本");
    CHECK(escape_terminal("a\nb\tc\rd\x1b[31m\x7f") == "a\\nb\\tc\\x0dd\\x1b[31m\\x7f");
    CHECK(escape_terminal(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(escape_terminal("\xC2\x9B") == "\\u{009B}");
    CHECK(escape_terminal("a\u202Eb\u2066c\u2069") == "a\\u{202E}b\\u{2066}c\\u{2069}");
    CHECK(escape_terminal("a\u2028\u200F") == "a\\u{2028}\\u{200F}");
    CHECK(escape_terminal("x\xFFy\xC3") == "x\\xffy\\xc3");
}

TEST_CASE("text: invalid_utf8") {
    CHECK(invalid_utf8("plain é 日本 😀") == std::nullopt);
    CHECK(invalid_utf8("") == std::nullopt);
    CHECK(invalid_utf8("ab\xFF") == 2);
    CHECK(invalid_utf8("é\xC3") == 2);
    CHECK(invalid_utf8("\xC0\x80") == 0);          // overlong
    CHECK(invalid_utf8("a\xED\xA0\x80") == 1);     // surrogate
    CHECK(invalid_utf8("\xF4\x90\x80\x80") == 0);  // beyond U+10FFFF
}

TEST_CASE("text: is_nfc") {
    CHECK(is_nfc("plain, long enough for a word"));
    CHECK(is_nfc("é"));
    CHECK_FALSE(is_nfc("e\u0301"));
    CHECK_FALSE(is_nfc("\u212B"));  // angstrom sign, always written as A with ring
}

TEST_CASE("text: display_width") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("é") == 1);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("") == 0);
}

TEST_CASE("text: did_you_mean") {
    const std::vector<std::string> keys{"image", "kind", "in", "storage"};
    CHECK(did_you_mean("imge", keys) == "image");
    CHECK(did_you_mean("iamge", keys) == "image");  // one swap
    CHECK(did_you_mean("knd", keys) == "kind");
    CHECK(did_you_mean("strage", keys) == "storage");
    CHECK(did_you_mean("soragte", keys) == "storage");
    CHECK(did_you_mean("sorte", keys) == std::nullopt);
    CHECK(did_you_mean("zzz", keys) == std::nullopt);
    CHECK(did_you_mean("x", {"y"}) == std::nullopt);
    CHECK(did_you_mean("imag", {"image", "imag"}) == "imag");
    CHECK(did_you_mean("imge", {}) == std::nullopt);
}

TEST_CASE("text: split, join, trim, starts_with") {
    CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string>{""});
    CHECK(join({"a", "b", "c"}, ", ") == "a, b, c");
    CHECK(join({"", ""}, "-") == "-");
    CHECK(join({}, ", ").empty());
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim(" \n").empty());
    CHECK(starts_with("abc", "ab"));
    CHECK_FALSE(starts_with("a", "ab"));
}

TEST_CASE("text: glob_match") {
    struct {
        const char *pattern, *text;
        bool matches;
    } const cases[] = {
        {"shop", "shop", true},
        {"shop", "shops", false},
        {"sh*", "shop", true},
        {"*", "a/b", false},
        {"*@prod", "shop@prod", true},
        {"s?op", "shop", true},
        {"s?op", "s/op", false},
        {"?", "é", true},
        {"**/*.intent.yaml", "shop.intent.yaml", true},
        {"**/*.intent.yaml", "a/b/shop.intent.yaml", true},
        {"**/*.intent.yaml", "a/xintent.yaml", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"./**", "./a/b", true},
        {"../**", "./a", false},
        {"a/**", "a", false},
        {"", "", true},
        {"", "a", false},
        {"a.b", "axb", false},
    };
    for (const auto& c : cases) {
        CAPTURE(c.pattern);
        CAPTURE(c.text);
        CHECK(glob_match(c.pattern, c.text) == c.matches);
    }
    std::string stars;
    for (int i = 0; i < 40; ++i)
        stars += "*a";
    CHECK_FALSE(glob_match(stars + "b", std::string(200, 'a')));  // at once, not after the sun
}

TEST_CASE("text: is_name") {
    CHECK(is_name("a"));
    CHECK(is_name("web-1"));
    CHECK(is_name("db_password", true));
    CHECK(is_name(std::string(63, 'a')));
    for (const auto* bad :
         {"", "1a", "-a", "A", "a_b", "a.b", "../x", "a b", "é", "{{x}}", "a\n"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_name(bad));
    }
    CHECK_FALSE(is_name(std::string(64, 'a')));
    CHECK_FALSE(is_name("_a", true));
}

TEST_CASE("text: count_of") {
    CHECK(count_of(1, "change") == "1 change");
    CHECK(count_of(2, "change") == "2 changes");
    CHECK(count_of(0, "policy") == "0 policies");
    CHECK(count_of(3, "address") == "3 addresses");
    CHECK(count_of(2, "day") == "2 days");
}

}  // namespace text_test
