#pragma once

// Texts that were read, and positions in them. A position is a small value that borrows its source;
// the Sources that owns the text lives in the Session and outlives every position.

#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace agentops {

/// One text that positions point into: usually a file, read once.
struct Source {
    std::string path;  ///< as shown to people: relative to the project when inside it
    std::string text;  ///< the very bytes that were hashed and parsed
};

/// A place in a source. Lines and columns are 1-based; columns count bytes. `source` may be null
/// (no position at all); `line` may be 0 (the file as a whole).
struct Position {
    const Source* source = nullptr;
    int line = 0;
    int column = 0;

    bool known() const { return source != nullptr; }
    /// "file:line:col", "file" when there is no line, "" when unknown.
    std::string text() const;
    /// The source line without its newline, or "" when there is none.
    std::string_view source_line() const;
    friend bool operator==(const Position&, const Position&) = default;
};

/// Owns sources for the life of the process. Thread-safe; addresses are stable.
class Sources {
public:
    const Source& add(std::string path, std::string text);

private:
    std::mutex mutex_;
    std::deque<Source> sources_;
};

}  // namespace agentops
