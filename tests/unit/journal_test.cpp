#include "record/journal.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/text.h"
#include "record_fixture.h"

namespace journal_test {

using namespace agentops;
using namespace agentops::record;

namespace {

void add(const Store& store, int count) {
    for (int i = 1; i <= count; ++i)
        REQUIRE(append_journal(store, FixedClock(), "run", "test.line", {{"n", i}}));
}

fs::path head(const Store& store) {
    return store.dir() / "journal.head";
}

void set_journal(const Store& store, const std::vector<std::string>& lines) {
    REQUIRE(write_file(store.journal(), join(lines, "\n"), 0600));
}

std::vector<std::string> lines_of(const Store& store) {
    return split(text_of(store.journal()), '\n');
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

/// The `n` of every good line, then what is wrong.
std::string read(const Store& store) {
    const auto journal = read_journal(store);
    std::string text;
    for (const auto& entry : journal.entries)
        text += fmt::format("{} ", entry.data.value("n", 0));
    return text + first(journal.diagnostics);
}

}  // namespace

TEST_CASE("journal: nothing yet is fine") {
    CHECK(read(new_store()) == "");
}

TEST_CASE("journal: a line as it is written and as it is read") {
    const auto store = new_store();
    REQUIRE(append_journal(store, FixedClock(), "r1", "plan.made", {{"stacks", 2}}));
    CHECK(text_of(store.journal()) ==
          "{\"data\":{\"stacks\":2},\"event\":\"plan.made\",\"hash\":"
          "\"2fa6e67d8df77f032c4fe1911323639c381a6feb936760b16d734d4c60f09da2\",\"prev\":\"\","
          "\"run\":\"r1\",\"seq\":1,\"time\":\"2026-11-23T04:12:00.250Z\"}\n");
    const auto journal = read_journal(store);
    REQUIRE(journal.entries.size() == 1);
    const auto& entry = journal.entries[0];
    CHECK(entry.seq == 1);
    CHECK(entry.time == "2026-11-23T04:12:00.250Z");
    CHECK(entry.run == "r1");
    CHECK(entry.event == "plan.made");
    CHECK(entry.data == Json{{"stacks", 2}});
    CHECK((fs::status(store.journal()).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("journal: what was done to a line is found") {
    const auto store = new_store();
    add(store, 4);
    auto lines = lines_of(store);
    const char* broken = "1 journal.broken: journal line 2: it is not the line that was written";
    SUBCASE("a value changed") {
        lines[1] = replaced(lines[1], "\"n\":2", "\"n\":7");
    }
    SUBCASE("a key given twice, first seen by people") {
        lines[1] = replaced(lines[1], "{\"data\"", "{\"run\":\"other\",\"data\"");
    }
    SUBCASE("a key added") {
        lines[1] = replaced(lines[1], "{", "{\"aaa\":1,");
    }
    SUBCASE("white space") {
        lines[1] += " ";
    }
    SUBCASE("a key of another type") {
        lines[1] = replaced(lines[1], "\"seq\":2", "\"seq\":\"2\"");
    }
    SUBCASE("prev of another type") {
        lines[1] = replaced(lines[1], "\"prev\":\"", "\"prev\":1,\"x\":\"");
    }
    SUBCASE("no JSON") {
        lines[1] = "oops";
    }
    SUBCASE("another JSON value") {
        lines[1] = "[]";
    }
    SUBCASE("removed") {
        lines.erase(lines.begin() + 1);
    }
    SUBCASE("doubled") {
        lines.insert(lines.begin() + 1, lines[0]);
    }
    SUBCASE("emptied") {
        lines[1] = "";
    }
    SUBCASE("swapped") {
        std::swap(lines[1], lines[2]);
    }
    set_journal(store, lines);
    CHECK(read(store) == broken);
    add(store, 1);  // what comes later does not hide it
    CHECK(read(store) == broken);
}

TEST_CASE("journal: a tail that was cut off is found") {
    const auto store = new_store();
    add(store, 3);
    auto lines = lines_of(store);
    SUBCASE("one line") {
        lines.erase(lines.begin() + 2);
        set_journal(store, lines);
        CHECK(read(store) ==
              "1 2 journal.broken: journal line 3: the tail is cut off: 3 lines were written");
    }
    SUBCASE("all lines") {
        set_journal(store, {});
        CHECK(read(store) ==
              "journal.broken: journal line 1: the tail is cut off: 3 lines were written");
    }
    SUBCASE("the file") {
        fs::remove(store.journal());
        CHECK(read(store) ==
              "journal.broken: journal line 1: the tail is cut off: 3 lines were written");
    }
    SUBCASE("half a line") {
        fs::resize_file(store.journal(), fs::file_size(store.journal()) - 10);
        CHECK(read(store) ==
              "1 2 journal.broken: journal line 3: the tail is cut off: 3 lines were written");
    }
    SUBCASE("a line and the head") {
        lines.erase(lines.begin() + 2);
        set_journal(store, lines);
        fs::remove(head(store));
        CHECK(read(store) ==
              "1 2 journal.broken: journal line 2: journal.head, which ends the chain, is missing "
              "or damaged");
    }
    add(store, 1);
    CHECK(read_journal(store).diagnostics.size() == 1);  // later lines do not hide it
}

TEST_CASE("journal: a last line written anew is found by its head") {
    const auto store = new_store();
    const auto other = new_store();
    add(store, 2);
    REQUIRE(append_journal(other, FixedClock(), "run", "test.line", {{"n", 1}}));
    REQUIRE(append_journal(other, FixedClock(), "run", "test.line", {{"n", 9}}));
    SUBCASE("alone") {
        set_journal(store, lines_of(other));
    }
    SUBCASE("with one more line") {
        add(other, 1);
        set_journal(store, lines_of(other));
    }
    const auto found = first(read_journal(store).diagnostics);
    CHECK(found.find("it is not the line that was written last") != std::string::npos);
}

TEST_CASE("journal: a damaged head is said") {
    const auto store = new_store();
    add(store, 2);
    for (const char* text : {"", "{}", "[1]", "{\"seq\":\"x\",\"hash\":1,\"size\":null}"}) {
        REQUIRE(write_file(head(store), text, 0600));
        CHECK(read(store) ==
              "1 2 journal.broken: journal line 2: journal.head, which ends the chain, is missing "
              "or damaged");
    }
}

TEST_CASE("journal: a crash between the line and its head loses nothing") {
    for (const int before : {0, 3}) {
        const auto store = new_store();
        add(store, before);
        const auto old_head = text_of(head(store));
        add(store, 1);
        if (before == 0)
            fs::remove(head(store));
        else
            REQUIRE(write_file(head(store), old_head, 0600));
        const std::string lines = before == 0 ? "1 " : "1 2 3 1 ";
        CHECK(read(store) == lines);
        add(store, 2);
        CHECK(read(store) == lines + "1 2 ");
    }
}

TEST_CASE("journal: a line torn by a crash was never acknowledged") {
    const auto store = new_store();
    add(store, 2);
    const auto whole = text_of(store.journal());
    REQUIRE(write_file(store.journal(), whole + "{\"data\":{\"n\":3},\"ev", 0600));
    CHECK(read(store) == "1 2 ");
    add(store, 1);
    CHECK(read(store) == "1 2 1 ");
}

TEST_CASE("journal: four processes append one after the other") {
    const auto store = new_store();
    std::vector<pid_t> pids;
    for (int i = 0; i < 4; ++i) {
        pids.push_back(start([&] {
            for (int n = 0; n < 25; ++n) {
                const auto done =
                    append_journal(store, FixedClock(), "run", "test.line", {{"n", n}});
                if (!done || !read_journal(store).diagnostics.empty()) return 1;
            }
            return 0;
        }));
    }
    for (const auto pid : pids)
        CHECK(wait_for(pid) == 0);
    const auto journal = read_journal(store);
    CHECK(first(journal.diagnostics) == "");
    CHECK(journal.entries.size() == 100);
}

TEST_CASE("journal: a journal that cannot be written is an error, not a loss in silence") {
    const auto store = new_store();
    SUBCASE("no lock") {
        fs::create_directories(store.dir() / "journal.lock");
        CHECK(first(append_journal(store, FixedClock(), "r", "e", {})) ==
              "file.unwritable: cannot lock the journal: Is a directory");
    }
    SUBCASE("a symlink in its place") {
        REQUIRE(store.prepare());
        REQUIRE(write_file("elsewhere", "kept\n", 0600));
        fs::create_symlink(fs::absolute("elsewhere"), store.journal());
        CHECK(first(append_journal(store, FixedClock(), "r", "e", {}))
                  .starts_with("file.unwritable: "));
        CHECK(text_of("elsewhere") == "kept\n");
    }
}

}  // namespace journal_test
