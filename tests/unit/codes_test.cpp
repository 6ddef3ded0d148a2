#include "base/codes.h"

#include <doctest/doctest.h>

#include <regex>
#include <string>

namespace codes_test {

using namespace agentops;

TEST_CASE("codes: every row has a well-formed code and two sentences") {
    const std::regex form("[a-z]+\\.[a-z][a-z0-9]*(-[a-z0-9]+)*");
    for (const auto& info : all_codes()) {
        CAPTURE(info.code);
        CHECK(std::regex_match(std::string(info.code), form));
        for (const auto text : {info.meaning, info.remedy}) {
            REQUIRE(text.size() > 10);
            CHECK((text.front() >= 'A' && text.front() <= 'Z'));
            CHECK(text.back() == '.');
        }
    }
}

TEST_CASE("codes: rows are sorted, and each stands there once") {
    const auto& codes = all_codes();
    for (std::size_t i = 1; i < codes.size(); ++i) {
        CAPTURE(codes[i].code);
        CHECK(codes[i - 1].code < codes[i].code);
    }
}

TEST_CASE("codes: a code is found by its whole name only") {
    REQUIRE(find_code("intent.unknown-key") != nullptr);
    CHECK(find_code("intent.unknown-key")->code == "intent.unknown-key");
    CHECK(find_code(all_codes().front().code) == &all_codes().front());
    CHECK(find_code(all_codes().back().code) == &all_codes().back());
    CHECK(find_code("intent.unknown-ke") == nullptr);
    CHECK(find_code("") == nullptr);
    CHECK(find_code("zzz.zzz") == nullptr);
}

}  // namespace codes_test
