#include "graph/board.h"

#include <doctest/doctest.h>

#include "graph/agent.h"

namespace agentops::graph::board_test {
namespace {

constexpr Key<std::string> kName{0};
constexpr Key<int> kSize{1};
constexpr List<int> kNumbers{2};
constexpr std::size_t kSlots = 3;

const AgentInfo kNamer{"namer", "", Scope::stack, {kSize.id, kNumbers.id}, {kName.id}, {kSize.id}};

std::vector<int> values(const std::vector<const int*>& pointers) {
    std::vector<int> found;
    for (const int* pointer : pointers)
        found.push_back(*pointer);
    return found;
}

TEST_CASE("a key holds what was put, null before") {
    Board board(kSlots);
    CHECK(board.get(kName) == nullptr);
    board.put(kName, std::string("web"));
    CHECK(*board.get(kName) == "web");
}

TEST_CASE("a second write and a slot outside the table are bugs") {
    Board board(kSlots);
    board.put(kSize, 1);
    CHECK_THROWS_WITH_AS(board.put(kSize, 2), "slot 1 is written twice", InternalError);
    CHECK_THROWS_WITH_AS(board.get(Key<int>{9}), "no slot 9 on this board", InternalError);
}

TEST_CASE("a unit's board sees its stack's, and its own first") {
    Board stack(kSlots);
    Board unit(kSlots, &stack);
    stack.put(kSize, 1);
    CHECK(*unit.get(kSize) == 1);
    unit.put(kSize, 2);
    CHECK(*unit.get(kSize) == 2);
    CHECK(*stack.get(kSize) == 1);
}

TEST_CASE("a list is in agent order, then order of writing, the parent's first") {
    Board stack(kSlots);
    Board unit(kSlots, &stack);
    unit.add(kNumbers, 2, 20);
    unit.add(kNumbers, 1, 10);
    unit.add(kNumbers, 2, 21);
    unit.add(kNumbers, 1, 11);
    stack.add(kNumbers, 9, 90);
    CHECK(values(unit.all(kNumbers)) == std::vector{90, 10, 11, 20, 21});
    CHECK(values(stack.all(kNumbers)) == std::vector{90});
}

TEST_CASE("a moved board keeps its slots") {
    Board board(kSlots);
    board.put(kSize, 7);
    const Board moved = std::move(board);
    CHECK(*moved.get(kSize) == 7);
}

TEST_CASE("decisions name their agent and are in agent order") {
    Board board(kSlots);
    const AgentInfo sizer{"sizer", "", Scope::stack, {}, {}};
    AgentContext second(sizer, 1, "shop@dev", board, {});
    AgentContext first(kNamer, 0, "shop@dev", board, {});
    second.decide({"", "web.size", "t3.small", "", {}, {}, {}});
    first.decide({"", "web", "shop-web", "", {}, {}, {}});
    std::vector<std::string> lines;
    for (const Decision* decision : board.decisions())
        lines.push_back(decision->agent + ": " + decision->subject + " = " + decision->choice);
    CHECK(lines == std::vector<std::string>{"namer: web = shop-web", "sizer: web.size = t3.small"});
}

TEST_CASE("a context gives what is declared") {
    Board before(kSlots);
    before.put(kSize, 5);
    Board board(kSlots);
    board.put(kSize, 3);
    board.add(kNumbers, 0, 4);
    AgentContext context(kNamer, 0, "shop@dev", board,
                         {{"net@dev", &before}, {"shop@dev", &board}});
    context.put(kName, std::string("web"));
    CHECK(context.get(kSize) == 3);
    CHECK(values(context.all(kNumbers)) == std::vector{4});
    CHECK(*board.get(kName) == "web");
    const auto upstream = context.upstream(kSize);
    REQUIRE(upstream.size() == 2);
    CHECK(upstream[0].first == "net@dev");
    CHECK(*upstream[0].second == 5);
    CHECK(*upstream[1].second == 3);
}

TEST_CASE("an undeclared access is a bug, and so is reading what nothing wrote") {
    Board board(kSlots);
    AgentContext context(kNamer, 0, "shop@dev", board, {});
    CHECK_THROWS_WITH_AS(context.get(kName), "agent 'namer' reads slot 0 without declaring it",
                         InternalError);
    CHECK_THROWS_WITH_AS(context.all(List<int>{0}),
                         "agent 'namer' reads slot 0 without declaring it", InternalError);
    CHECK_THROWS_WITH_AS(context.put(kSize, 1), "agent 'namer' writes slot 1 without declaring it",
                         InternalError);
    CHECK_THROWS_WITH_AS(context.add(kNumbers, 1),
                         "agent 'namer' writes slot 2 without declaring it", InternalError);
    CHECK_THROWS_WITH_AS(context.upstream(kName),
                         "agent 'namer' reads upstream slot 0 without declaring it", InternalError);
    CHECK_THROWS_WITH_AS(context.get(kSize),
                         "agent 'namer' reads slot 1 of 'shop@dev', which nothing wrote",
                         InternalError);
}

}  // namespace
}  // namespace agentops::graph::board_test
