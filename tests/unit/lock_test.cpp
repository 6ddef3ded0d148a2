#include "record/lock.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>

#include <cstring>
#include <optional>
#include <thread>

#include "base/json.h"
#include "record_fixture.h"

namespace lock_test {

using namespace agentops;
using namespace agentops::record;

namespace {

Result<StackLock> take(const Store& store, const std::string& stack = "shop@dev") {
    return StackLock::take(store, stack, "run-1", FixedClock());
}

/// A process that holds a lock until it is killed, perhaps with a tool that inherits the lock.
class Holder {
public:
    explicit Holder(const Store& store, bool with_child = false) {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        pid_ = start([&] { return hold(store, with_child, ends[1]); });
        close(ends[1]);
        from_ = ends[0];
        REQUIRE(::read(from_, &child_, sizeof child_) == sizeof child_);
    }
    ~Holder() {
        end();
        if (child_ > 0) kill(child_, SIGKILL);
        close(from_);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    pid_t pid() const { return pid_; }
    /// Kills the holder, not its child.
    void end() {
        if (pid_ == 0) return;
        kill(pid_, SIGKILL);
        waitpid(std::exchange(pid_, 0), nullptr, 0);
    }
    /// Kills the child, and waits until it is gone: then its end of the pipe is closed.
    void end_child() {
        kill(std::exchange(child_, 0), SIGKILL);
        char byte = 0;
        CHECK(::read(from_, &byte, 1) == 0);
    }

private:
    /// The child is a tool: another program, which inherits the descriptor of the lock.
    static pid_t start_tool(int lock) {
        const pid_t child = fork();
        if (child != 0) return child;
        fcntl(lock, F_SETFD, 0);
        execlp("sleep", "sleep", "60", nullptr);
        _exit(127);
    }

    static int hold(const Store& store, bool with_child, int to) {
        const auto lock = take(store);
        if (!lock) return 1;
        const pid_t child = with_child ? start_tool(lock->fd()) : 0;
        if (::write(to, &child, sizeof child) != sizeof child) return 1;
        pause();
        return 0;
    }

    pid_t pid_ = 0;
    pid_t child_ = 0;
    int from_ = -1;
};

/// A lock is freed a moment after a process is reaped by its parent at the latest.
bool free_soon(const Store& store) {
    for (int i = 0; i < 200; ++i) {
        if (take(store)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

}  // namespace

TEST_CASE("lock: held once, free when let go") {
    const auto store = new_store();
    {
        const auto lock = take(store);
        REQUIRE(lock);
        CHECK(first(take(store)).starts_with("lock.held: stack shop@dev is locked by "));
        CHECK(take(store, "shop@prod"));
    }
    CHECK(take(store));
}

TEST_CASE("lock: moves keep it, once") {
    const auto store = new_store();
    std::optional<StackLock> kept;
    {
        auto lock = take(store);
        REQUIRE(lock);
        kept.emplace(std::move(*lock));
        CHECK(lock->fd() == -1);
    }
    CHECK(!take(store));
    kept.reset();
    CHECK(take(store));
}

TEST_CASE("lock: another process holds it, and is named") {
    const auto store = new_store();
    Holder holder(store);
    const auto refused = take(store);
    REQUIRE(!refused);
    const auto text = text_of(store.locks() / "shop@dev");
    const auto content = parse_json(text, "lock");
    REQUIRE(content);
    CHECK(first(refused) ==
          fmt::format("lock.held: stack shop@dev is locked by {} (pid {} on {}, run run-1, since "
                      "2026-11-23T04:12:00.250Z)",
                      content->value("holder", ""), content->value("pid", 0),
                      content->value("host", "")));
    CHECK(content->value("pid", 0) == holder.pid());
    CHECK(!content->value("host", "").empty());
}

TEST_CASE("lock: the holder is killed, and the lock is free") {
    const auto store = new_store();
    Holder holder(store);
    CHECK(!take(store));
    holder.end();
    CHECK(free_soon(store));
}

TEST_CASE("lock: the holder is killed, its tool lives on, and so does the lock") {
    const auto store = new_store();
    Holder holder(store, true);
    holder.end();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(first(take(store)).starts_with("lock.held: stack shop@dev is locked by "));
    holder.end_child();
    CHECK(free_soon(store));
}

TEST_CASE("lock: a content that says nothing useful") {
    const auto store = new_store();
    const auto lock = take(store);
    REQUIRE(lock);
    for (const char* text :
         {"", "oops", "[]", "{}",
          "{\"holder\":1,\"pid\":\"x\",\"host\":null,\"run\":[],\"since\":{}}"}) {
        REQUIRE(ftruncate(lock->fd(), 0) == 0);
        REQUIRE(pwrite(lock->fd(), text, std::strlen(text), 0) >= 0);
        CHECK(first(take(store)) == "lock.held: stack shop@dev is locked");
    }
}

TEST_CASE("lock: a symlink in its place is refused") {
    const auto store = new_store();
    fs::create_directories(store.locks());
    REQUIRE(write_file("victim", "kept\n", 0600));
    fs::create_symlink(fs::absolute("victim"), store.locks() / "shop@dev");
    CHECK(
        first(take(store)).starts_with("lock.unwritable: cannot take the lock of stack shop@dev"));
    CHECK(text_of("victim") == "kept\n");
}

TEST_CASE("lock: the descriptor is not inherited by chance") {
    const auto store = new_store();
    const auto lock = take(store);
    REQUIRE(lock);
    CHECK((fcntl(lock->fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

}  // namespace lock_test
