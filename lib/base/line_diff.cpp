#include "base/line_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace agentops {

namespace {

constexpr int kContext = 3;
constexpr int kMaxEdits = 1000;  ///< beyond, all that lies between the first and last is replaced

using Lines = std::vector<std::string_view>;

/// With their newlines.
Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto size = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

/// Lines [from, to) of each text: those before give way to those after. Counted from 0.
struct Change {
    int from, to;
    int after_from, after_to;
};
using Changes = std::vector<Change>;

/// Myers' greedy search for the shortest way from the start of both texts to their end. A way is
/// on diagonal k when it has passed k more lines of `before` than of `after`.
class Search {
public:
    Search(const Lines& before, const Lines& after)
        : before_(before),
          after_(after),
          before_end_(static_cast<int>(before.size())),
          after_end_(static_cast<int>(after.size())) {
        while (same(start_, start_))
            ++start_;
        while (before_end_ > start_ && after_end_ > start_ && same(before_end_ - 1, after_end_ - 1))
            --before_end_, --after_end_;
    }

    Changes changes() {
        if (start_ == before_end_ && start_ == after_end_) return {};
        for (int edits = 0; edits <= kMaxEdits; ++edits) {
            if (extend(edits)) return trace(edits);
        }
        return {{start_, before_end_, start_, after_end_}};
    }

private:
    bool same(int i, int j) const {
        return i < before_end_ && j < after_end_ &&
               before_[static_cast<std::size_t>(i)] == after_[static_cast<std::size_t>(j)];
    }
    /// The lines of `before` that the farthest way with so many edits has passed on a diagonal. The
    /// rows hold every second diagonal, from -edits to edits.
    int passed(int edits, int diagonal) const {
        return rows_[static_cast<std::size_t>(edits)]
                    [static_cast<std::size_t>((diagonal + edits) / 2)];
    }
    /// Whether the best way with so many edits comes to a diagonal by an added line.
    bool adds(int edits, int diagonal) const {
        return diagonal == -edits || (diagonal != edits && passed(edits - 1, diagonal - 1) <
                                                               passed(edits - 1, diagonal + 1));
    }
    int begin_of(int edits, int diagonal) const {
        if (edits == 0) return start_;
        return adds(edits, diagonal) ? passed(edits - 1, diagonal + 1)
                                     : passed(edits - 1, diagonal - 1) + 1;
    }

    /// Finds the farthest ways with so many edits. True when one is at the end of both texts.
    bool extend(int edits) {
        rows_.emplace_back();
        for (int diagonal = -edits; diagonal <= edits; diagonal += 2) {
            int at = begin_of(edits, diagonal);
            while (same(at, at - diagonal))
                ++at;
            rows_.back().push_back(at);
            if (at >= before_end_ && at - diagonal >= after_end_) return true;
        }
        return false;
    }

    /// Goes back along the way that came to the end.
    Changes trace(int edits) const {
        Changes changes;
        int diagonal = before_end_ - after_end_;
        for (; edits > 0; --edits) {
            const int at = begin_of(edits, diagonal);
            const bool added = adds(edits, diagonal);
            add_before(changes, added ? Change{at, at, at - diagonal - 1, at - diagonal}
                                      : Change{at - 1, at, at - diagonal, at - diagonal});
            diagonal += added ? 1 : -1;
        }
        std::reverse(changes.begin(), changes.end());
        return changes;
    }
    /// Joins the change to the last one where they touch.
    static void add_before(Changes& changes, const Change& change) {
        if (!changes.empty() && changes.back().from == change.to &&
            changes.back().after_from == change.after_to) {
            changes.back().from = change.from;
            changes.back().after_from = change.after_from;
        } else {
            changes.push_back(change);
        }
    }

    const Lines& before_;
    const Lines& after_;
    int start_ = 0, before_end_, after_end_;  // what is the same on both sides is left out
    std::vector<std::vector<int>> rows_;      // by number of edits
};

/// Writes the changes with their context.
class Writer {
public:
    Writer(const Lines& before, const Lines& after) : before_(before), after_(after) {}

    std::string text(const Changes& changes) {
        for (auto first = changes.begin(); first != changes.end();) {
            auto last = first;
            while (last + 1 != changes.end() && (last + 1)->from - last->to <= 2 * kContext)
                ++last;
            hunk(first, last);
            first = last + 1;
        }
        return std::move(text_);
    }

private:
    void hunk(Changes::const_iterator first, Changes::const_iterator last) {
        const int lead = std::min(kContext, first->from);
        const int tail = std::min(kContext, static_cast<int>(before_.size()) - last->to);
        text_ += fmt::format("@@ -{} +{} @@\n", range(first->from - lead, last->to + tail),
                             range(first->after_from - lead, last->after_to + tail));
        lines(' ', before_, first->from - lead, first->from);
        for (auto change = first;; ++change) {
            lines('-', before_, change->from, change->to);
            lines('+', after_, change->after_from, change->after_to);
            if (change == last) break;
            lines(' ', before_, change->to, (change + 1)->from);
        }
        lines(' ', before_, last->to, last->to + tail);
    }
    /// An empty range is said to be behind the line before it.
    static std::string range(int from, int to) {
        if (to - from == 1) return fmt::format("{}", from + 1);
        return fmt::format("{},{}", to == from ? from : from + 1, to - from);
    }
    void lines(char mark, const Lines& all, int from, int to) {
        for (int i = from; i < to; ++i) {
            const auto line = all[static_cast<std::size_t>(i)];
            text_ += mark;
            text_ += line;
            if (!line.ends_with('\n')) text_ += "\n\\ No newline at end of file\n";
        }
    }

    const Lines& before_;
    const Lines& after_;
    std::string text_;
};

/// A file name for a header line. After a name with a space, a tab says where it ends.
std::string header_name(char side, std::string_view name) {
    std::string quoted;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += byte < 0x20 || byte == 0x7F ? fmt::format("\\{:03o}", byte) : std::string(1, c);
    }
    if (quoted != name) return fmt::format("\"{}/{}\"", side, quoted);
    return fmt::format("{}/{}{}", side, name, name.find(' ') == std::string_view::npos ? "" : "\t");
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
    if (before == after) return "";
    const auto old_lines = lines_of(before);
    const auto new_lines = lines_of(after);
    const auto changes = Search(old_lines, new_lines).changes();
    return fmt::format("--- {}\n+++ {}\n", header_name('a', name), header_name('b', name)) +
           Writer(old_lines, new_lines).text(changes);
}

}  // namespace agentops
