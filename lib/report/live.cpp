#include "report/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/text.h"
#include "report/paint.h"
#include "report/table.h"
#include "report/tree.h"

namespace agentops::report {

namespace {

using Write = std::function<void(const std::string&)>;

constexpr auto kBetweenDraws = std::chrono::milliseconds(100);

std::string as_line(std::string_view text) {
    std::string lines;
    for (const auto& line : split(text, '\n'))
        lines += escape_terminal(line) + "\n";
    return lines;
}

/// A tree that is drawn over itself, below the lines that stay.
class Tree final : public Live {
public:
    Tree(LiveOptions options, Write write, std::function<int()> columns)
        : options_(std::move(options)), write_(std::move(write)), columns_(std::move(columns)) {}

    void expect_each(const std::vector<Expected>& subjects) override {
        const std::lock_guard lock(mutex_);
        progress_.expect(subjects);
        begun_ = options_.now();
        shown_ = true;
        draw("");
    }

    void started(const std::string& subject, const graph::Node& node) override {
        const std::lock_guard lock(mutex_);
        progress_.start(subject, node, options_.now());
        changed(node.is_step);
    }

    void finished(const graph::NodeReport& report, const graph::Node&) override {
        const std::lock_guard lock(mutex_);
        progress_.finish(report);
        changed(report.status == graph::NodeStatus::failed);
    }

    void event(const std::string& subject, const std::string&, const Json& event) override {
        const std::lock_guard lock(mutex_);
        if (const auto resource = read_resource_event(event)) progress_.event(subject, *resource);
        changed(false);
    }

    void say(const std::string& line) override {
        const std::lock_guard lock(mutex_);
        draw(as_line(line));
    }

    void interrupted() override {
        const std::lock_guard lock(mutex_);
        draw(as_line(progress_.interrupt_text()));
    }

    void finish() override {
        const std::lock_guard lock(mutex_);
        shown_ = false;
        draw("");
    }

private:
    /// Steps are drawn as they start, since nothing may call for a long while after.
    void changed(bool at_once) {
        if (shown_ && (at_once || options_.now() - drawn_ >= kBetweenDraws)) draw("");
    }

    /// Removes the tree, writes `above` to stay, and draws the tree again below it.
    void draw(const std::string& above) {
        const int columns = std::max(columns_(), 2);
        auto text = erase(columns) + above;
        widths_.clear();
        drawn_ = options_.now();
        if (shown_) {
            for (const auto& [glyph, row, tone] : tree_lines(progress_, begun_, drawn_, columns)) {
                widths_.push_back(display_width(glyph) + display_width(row));
                text += paint(glyph, tone, options_.colour) + row + "\n";
            }
        }
        if (!text.empty()) write_(text);
    }

    /// Lines that were drawn on a wider terminal take more than one row by now.
    std::string erase(int columns) const {
        int rows = 0;
        for (const int width : widths_)
            rows += 1 + std::max(width - 1, 0) / columns;
        return rows == 0 ? "" : fmt::format("\x1b[{}A\x1b[J", rows);
    }

    LiveOptions options_;
    Write write_;
    std::function<int()> columns_;
    std::mutex mutex_;
    Progress progress_;
    bool shown_ = false;
    Instant begun_, drawn_;
    std::vector<int> widths_;  ///< of the lines on the screen
};

/// Plain prefixed lines, or failures alone.
class LineLive final : public Live {
public:
    LineLive(LiveOptions options, Write write)
        : options_(std::move(options)),
          write_(std::move(write)),
          quiet_(options_.style == LiveOptions::Style::quiet) {}

    void expect_each(const std::vector<Expected>& subjects) override {
        constexpr std::size_t kNamed = 5;
        const std::lock_guard lock(mutex_);
        progress_.expect(subjects);
        width_ = 0;
        std::vector<std::string> named;
        for (const auto& [subject, nodes] : subjects) {
            width_ = std::max(width_, display_width(escape_terminal(subject)));
            if (named.size() < kNamed) named.push_back(subject);
        }
        if (quiet_ || subjects.empty()) return;
        const auto more = subjects.size() - named.size();
        write_(escape_terminal("working on " + join(named, ", ")) +
               (more > 0 ? fmt::format(" and {} more\n", more) : "\n"));
    }

    void started(const std::string& subject, const graph::Node& node) override {
        const std::lock_guard lock(mutex_);
        progress_.start(subject, node, options_.now());
    }

    void finished(const graph::NodeReport& report, const graph::Node& node) override {
        const std::lock_guard lock(mutex_);
        progress_.finish(report);
        const bool failed = report.status == graph::NodeStatus::failed;
        const bool ran = failed || (report.reason.empty() && node.is_step);
        if (failed || (!quiet_ && (ran || options_.verbosity >= 1)))
            node_line(report.subject, report.node, outcome_text(report));
    }

    void event(const std::string& subject, const std::string& step, const Json& event) override {
        const std::lock_guard lock(mutex_);
        if (quiet_) return;
        announce(subject, step);
        const auto resource = read_resource_event(event);
        if (!resource || (resource->reads && options_.verbosity < 1)) return;
        write_(prefix(subject) +
               escape_terminal(fmt::format("{}: {}", resource->address, resource->words)) + "\n");
    }

    void say(const std::string& line) override {
        const std::lock_guard lock(mutex_);
        if (!quiet_) write_(as_line(line));
    }

    void interrupted() override {
        const std::lock_guard lock(mutex_);
        write_(as_line(progress_.interrupt_text()));
    }

    void finish() override {}

private:
    std::string prefix(const std::string& subject) const {
        return pad(escape_terminal(subject), width_) + "  ";
    }

    void node_line(const std::string& subject, const std::string& node, const std::string& text) {
        constexpr int kNodeWidth = 8;
        write_(prefix(subject) + pad(escape_terminal(node), kNodeWidth) + "  " + text + "\n");
    }

    std::string outcome_text(const graph::NodeReport& report) const {
        const auto took = duration_text(report.took);
        switch (report.status) {
            case graph::NodeStatus::failed:
                return fmt::format("{}  {}  {}", paint("failed", Tone::danger, options_.colour),
                                   took, escape_terminal(failure_text(report)));
            case graph::NodeStatus::skipped:
                return "skipped: " + escape_terminal(report.reason);
            case graph::NodeStatus::ok:
                if (!report.reason.empty()) return "not needed: " + escape_terminal(report.reason);
                if (report.judged_bad) return "ended  " + took;
                return paint("ok", Tone::good, options_.colour) + "  " + took;
        }
        throw InternalError("a node status out of range");
    }

    /// A step's first event proves that it runs: before, it may still turn out not to be needed.
    void announce(const std::string& subject, const std::string& step) {
        for (auto& running : progress_.row(subject).running) {
            if (running.node != step || running.announced) continue;
            running.announced = true;
            node_line(subject, step, "started");
        }
    }

    LiveOptions options_;
    Write write_;
    bool quiet_;
    std::mutex mutex_;
    Progress progress_;
    int width_ = 0;  ///< of the widest subject
};

}  // namespace

std::unique_ptr<Live> make_live(LiveOptions options, Write write, std::function<int()> columns) {
    if (options.style == LiveOptions::Style::tree)
        return std::make_unique<Tree>(std::move(options), std::move(write), std::move(columns));
    return std::make_unique<LineLive>(std::move(options), std::move(write));
}

}  // namespace agentops::report
