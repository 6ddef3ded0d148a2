#include "report/tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/table.h"

namespace agentops::report {

namespace {

constexpr std::size_t kMaxLines = 20;
constexpr auto kWorthTelling = std::chrono::seconds(1);  // shorter times only flicker

struct Look {
    std::string_view glyph, word;
    Tone tone;
    int rank;  ///< the lowest is shown first when there is no room for all
};

Look look_of(RowState state) {
    switch (state) {
        case RowState::waiting:
            return {"..", "waiting", Tone::plain, 2};
        case RowState::running:
            return {">>", "running", Tone::strong, 0};
        case RowState::ok:
            return {"ok", "done", Tone::good, 4};
        case RowState::failed:
            return {"!!", "failed", Tone::danger, 1};
        case RowState::skipped:
            return {"--", "skipped", Tone::caution, 3};
    }
    throw InternalError("a row state out of range");
}

std::string elapsed(Instant since, Instant now) {
    if (now - since <= kWorthTelling) return "";
    return duration_text(std::chrono::duration_cast<std::chrono::seconds>(now - since));
}

std::string joined(std::vector<std::string> parts) {
    std::erase(parts, "");
    return join(parts, "  ");
}

std::string done_text(const Row& row) {
    const auto changed = row.changed > 0 ? fmt::format("{} done", row.changed) : "";
    return joined({changed, row.read > 0 ? fmt::format("{} read", row.read) : ""});
}

std::string resource_text(const Row& row) {
    if (row.resources.empty()) return "";
    const auto& [address, words] = row.resources.back();
    const auto others = row.resources.size() - 1;
    return fmt::format("{} {}{}", address, words, others > 0 ? fmt::format(" (+{})", others) : "");
}

/// Steps are worth a name before agents are.
const Row::Running& shown_node(const Row& row) {
    const auto step = std::find_if(row.running.rbegin(), row.running.rend(),
                                   [](const Row::Running& running) { return running.is_step; });
    return step == row.running.rend() ? row.running.back() : *step;
}

std::string detail(const Row& row, RowState state, Instant now) {
    switch (state) {
        case RowState::waiting:
            return "";
        case RowState::running: {
            const auto& node = shown_node(row);
            return joined(
                {node.node, elapsed(node.since, now), done_text(row), resource_text(row)});
        }
        case RowState::ok:
            return done_text(row);
        case RowState::failed:
            return row.failure;
        case RowState::skipped:
            return row.skipped;
    }
    throw InternalError("a row state out of range");
}

using Tally = std::map<RowState, std::size_t>;

/// "2 done  1 running"
std::string tally_text(const Tally& tally, std::string_view separator) {
    std::vector<std::string> parts;
    for (const auto& [state, count] : tally)
        parts.push_back(fmt::format("{} {}", count, look_of(state).word));
    return join(parts, separator);
}

/// Which rows are shown, in their order.
std::vector<std::size_t> shown_rows(const Progress& progress, std::size_t room) {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < progress.rows().size(); ++i)
        shown.push_back(i);
    const auto rank = [&](std::size_t i) {
        return look_of(progress.state(progress.rows()[i])).rank;
    };
    std::stable_sort(shown.begin(), shown.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    shown.resize(std::min(shown.size(), room));
    std::sort(shown.begin(), shown.end());
    return shown;
}

class Drawing {
public:
    Drawing(const Progress& progress, Instant now, int columns)
        : progress_(progress), now_(now), width_(std::max(columns - 1, 1)) {}

    std::vector<TreeLine> draw(Instant begun) {
        const auto& rows = progress_.rows();
        Tally all;
        for (const auto& row : rows)
            ++all[progress_.state(row)];
        if (rows.size() > 1) add(joined({tally_text(all, "  "), elapsed(begun, now_)}));
        const bool folds = rows.size() + lines_.size() > kMaxLines;
        const auto shown = shown_rows(progress_, kMaxLines - lines_.size() - (folds ? 1 : 0));
        add_rows(shown);
        if (folds) add_fold(shown, std::move(all));
        return std::move(lines_);
    }

private:
    void add(const std::string& text) { lines_.push_back({"", cut(text, width_)}); }

    void add_rows(const std::vector<std::size_t>& shown) {
        int subject_width = 0;
        for (const auto i : shown)
            subject_width = std::max(subject_width,
                                     display_width(escape_terminal(progress_.rows()[i].subject)));
        subject_width = std::min(subject_width, width_ / 2);
        for (const auto i : shown)
            add_row(progress_.rows()[i], subject_width);
    }

    void add_row(const Row& row, int subject_width) {
        const auto state = progress_.state(row);
        const auto look = look_of(state);
        const auto subject = pad(cut(escape_terminal(row.subject), subject_width), subject_width);
        const auto text =
            fmt::format(" {}  {}", subject, escape_terminal(detail(row, state, now_)));
        lines_.push_back({cut(look.glyph, width_),
                          cut(text.substr(0, text.find_last_not_of(' ') + 1), width_ - 2),
                          look.tone});
    }

    void add_fold(const std::vector<std::size_t>& shown, Tally rest) {
        for (const auto i : shown)
            --rest[progress_.state(progress_.rows()[i])];
        std::erase_if(rest, [](const auto& entry) { return entry.second == 0; });
        add(fmt::format("and {} more ({})", progress_.rows().size() - shown.size(),
                        tally_text(rest, ", ")));
    }

    const Progress& progress_;
    Instant now_;
    int width_;
    std::vector<TreeLine> lines_;
};

}  // namespace

std::vector<TreeLine> tree_lines(const Progress& progress, Instant begun, Instant now,
                                 int columns) {
    return Drawing(progress, now, columns).draw(begun);
}

}  // namespace agentops::report
