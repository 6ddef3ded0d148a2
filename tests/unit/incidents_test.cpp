#include "record/incidents.h"

#include <fmt/core.h>

#include "base/text.h"
#include "journal_lines.h"

namespace incidents_test {

using namespace agentops;
using namespace agentops::record;

namespace {

/// "i1 10:00 10:30: drift shop@dev 10:00 10:20 a b; check ..." a line; "-" for what is not over.
std::string folded(const JournalLines& lines) {
    std::string text;
    for (const auto& incident : fold_incidents(lines.entries)) {
        std::vector<std::string> troubles;
        for (const auto& one : incident.troubles) {
            auto targets = join(one.targets, " ");
            troubles.push_back(fmt::format("{} {} {} {}{}{}", one.kind, one.stack, shown(one.since),
                                           shown(one.mended), targets.empty() ? "" : " ", targets));
        }
        text += fmt::format("{} {} {}: {}\n", incident.id, shown(incident.opened),
                            shown(incident.restored), join(troubles, "; "));
    }
    return text;
}

std::string related(const JournalLines& lines, const std::string& stack,
                    const std::set<std::string>& neighbours = {},
                    const std::string& now = at("11:00")) {
    const auto all = fold_incidents(lines.entries);
    const auto* found = find_related(all, stack, neighbours, now, std::chrono::minutes(30));
    return found == nullptr ? "none" : found->id;
}

}  // namespace

TEST_CASE("incidents: none") {
    CHECK(folded({}) == "");
    CHECK(folded(JournalLines().add("10:00", "plan.made", {{"incident", "i1"}})) == "");
    CHECK(related({}, "shop@dev") == "none");
}

TEST_CASE("incidents: from its opening to its end") {
    JournalLines lines;
    lines.trouble("10:00", "opened", "i1", "drift", "shop@dev", {"aws_vpc.net", "aws_vpc.b"});
    CHECK(folded(lines) == "i1 10:00 -: drift shop@dev 10:00 - aws_vpc.net aws_vpc.b\n");
    lines.trouble("10:05", "joined", "i1", "check", "shop@dev", {"home"});
    lines.trouble("10:06", "opened", "i2", "apply", "net@dev");
    lines.mended("10:10", "i1", "drift", "shop@dev");
    CHECK(folded(lines) ==
          "i1 10:00 -: drift shop@dev 10:00 10:10 aws_vpc.net aws_vpc.b; check shop@dev 10:05 - "
          "home\n"
          "i2 10:06 -: apply net@dev 10:06 -\n");
    lines.mended("10:20", "i1", "check", "shop@dev").restored("10:20", "i1");
    CHECK(folded(lines) ==
          "i1 10:00 10:20: drift shop@dev 10:00 10:10 aws_vpc.net aws_vpc.b; check shop@dev 10:05 "
          "10:20 home\n"
          "i2 10:06 -: apply net@dev 10:06 -\n");
}

TEST_CASE("incidents: the same trouble again") {
    JournalLines lines;
    lines.trouble("10:00", "opened", "i1", "drift", "shop@dev", {"b", "a"});
    SUBCASE("while it lasts") {
        lines.trouble("10:05", "joined", "i1", "drift", "shop@dev", {"a", "c", "c"});
        CHECK(folded(lines) == "i1 10:00 -: drift shop@dev 10:00 - b a c\n");
    }
    SUBCASE("opened twice") {
        lines.trouble("10:05", "opened", "i1", "drift", "shop@dev", {"c"});
        CHECK(folded(lines) == "i1 10:00 -: drift shop@dev 10:00 - b a c\n");
    }
    SUBCASE("after it was mended") {
        lines.mended("10:03", "i1", "drift", "shop@dev");
        lines.trouble("10:05", "joined", "i1", "drift", "shop@dev", {"c"});
        CHECK(folded(lines) == "i1 10:00 -: drift shop@dev 10:05 - b a c\n");
    }
    SUBCASE("after all was over") {
        lines.restored("10:03", "i1");
        lines.trouble("10:05", "joined", "i1", "drift", "shop@dev");
        CHECK(folded(lines) == "i1 10:00 -: drift shop@dev 10:05 - b a\n");
    }
    SUBCASE("mended and restored twice: the first time counts") {
        lines.mended("10:03", "i1", "drift", "shop@dev").mended("10:04", "i1", "drift", "shop@dev");
        lines.restored("10:05", "i1").restored("10:06", "i1");
        CHECK(folded(lines) == "i1 10:00 10:05: drift shop@dev 10:00 10:03 b a\n");
    }
}

TEST_CASE("incidents: odd lines") {
    JournalLines lines;
    SUBCASE("of no incident") {
        for (const Json& data : {Json(nullptr), Json(3), Json("i1"), Json::array({"i1"}),
                                 Json::object(), Json{{"incident", 7}}, Json{{"incident", ""}}})
            lines.add("10:00", "incident.opened", data).add("10:01", "incident.mended", data);
        CHECK(folded(lines) == "");
    }
    SUBCASE("what is not known is not mended") {
        lines.mended("10:00", "i1", "drift", "shop@dev").restored("10:01", "i1");
        CHECK(folded(lines) == "");
        lines.trouble("10:02", "joined", "i1", "drift", "shop@dev");
        lines.mended("10:03", "i1", "check", "shop@dev").mended("10:03", "i1", "drift", "x@dev");
        CHECK(folded(lines) == "i1 10:02 -: drift shop@dev 10:02 -\n");
    }
    SUBCASE("members of other types") {
        lines.add("10:00", "incident.opened",
                  {{"incident", "i1"}, {"kind", 1}, {"stack", nullptr}, {"targets", "a"}});
        lines.add("10:01", "incident.joined",
                  {{"incident", "i1"}, {"targets", {"a", 1, "", nullptr, {{"b", "c"}}}}});
        lines.add("10:02", "incident.exploded", {{"incident", "i1"}});
        CHECK(folded(lines) == "i1 10:00 -:   10:00 - a\n");
    }
    SUBCASE("times that are none, or run backwards") {
        lines.trouble("later", "opened", "i1", "drift", "shop@dev").restored("09:00", "i1");
        CHECK(folded(lines) == "i1 later 09:00: drift shop@dev later 09:00\n");
    }
}

TEST_CASE("incidents: which one a trouble belongs to") {
    JournalLines lines;
    lines.trouble("01:00", "opened", "old", "drift", "shop@dev");
    lines.trouble("10:20", "opened", "net", "apply", "net@dev");
    SUBCASE("its own stack's, however old") {
        CHECK(related(lines, "shop@dev") == "old");
        CHECK(related(lines, "shop@prod") == "none");
        CHECK(related(lines, "shop@dev", {}, "some day") == "old");
    }
    SUBCASE("a neighbour's, within the window") {
        CHECK(related(lines, "web@dev") == "none");
        CHECK(related(lines, "web@dev", {"net@dev"}) == "none");
        CHECK(related(lines, "web@dev", {"net@dev"}, at("10:51")) == "none");
        CHECK(related(lines, "web@dev", {"net@dev"}, at("10:50")) == "net");
        CHECK(related(lines, "web@dev", {"net@dev"}, at("10:10")) == "net");
        CHECK(related(lines, "web@dev", {"net@dev"}, at("01:10")) == "none");
        CHECK(related(lines, "web@dev", {"net@dev"}, "some day") == "none");
    }
    SUBCASE("a neighbour that came later") {
        lines.trouble("10:45", "joined", "old", "check", "net@dev");
        CHECK(related(lines, "web@dev", {"net@dev"}) == "old");
    }
    SUBCASE("a neighbour whose trouble came again") {
        lines.mended("10:30", "net", "apply", "net@dev");
        CHECK(related(lines, "web@dev", {"net@dev"}, at("10:50")) == "net");
        lines.trouble("10:55", "joined", "net", "apply", "net@dev");
        CHECK(related(lines, "web@dev", {"net@dev"}) == "net");
    }
    SUBCASE("its own before a neighbour's, then the newest") {
        CHECK(related(lines, "shop@dev", {"net@dev"}, at("10:30")) == "old");
        lines.trouble("10:40", "opened", "new", "check", "shop@dev");
        lines.trouble("10:50", "opened", "newer", "check", "net@dev");
        CHECK(related(lines, "shop@dev", {"net@dev"}) == "new");
        CHECK(related(lines, "web@dev", {"net@dev", "shop@dev"}) == "newer");
        lines.restored("10:55", "new").restored("10:55", "newer");
        CHECK(related(lines, "shop@dev", {"net@dev"}) == "old");
    }
    SUBCASE("only one that is open") {
        lines.restored("10:30", "old").restored("10:30", "net");
        CHECK(related(lines, "shop@dev", {"net@dev"}, at("10:31")) == "none");
    }
}

}  // namespace incidents_test
