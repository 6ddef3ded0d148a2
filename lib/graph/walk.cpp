#include "graph/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "run/schedule.h"

namespace agentops::graph {
namespace {

std::string upstream_failed(std::string_view subject, std::string_view node) {
    return fmt::format("upstream failed: {} {}", subject, node);
}

bool feeds(const Node& writer, const Node& reader) {
    return std::any_of(writer.writes.begin(), writer.writes.end(), [&](SlotId slot) {
        return std::find(reader.upstream.begin(), reader.upstream.end(), slot) !=
               reader.upstream.end();
    });
}

/// One walk. A task is a node of a subject; its report is written by itself alone and read by the
/// tasks behind it.
class Walk {
public:
    Walk(const Registry& registry, const std::vector<Node>& nodes, std::span<Subject> subjects,
         run::Runner& runner, const WalkOptions& options)
        : registry_(registry), subjects_(subjects), runner_(runner), options_(options) {
        for (std::size_t i = 0; i < subjects.size(); ++i) {
            const auto& own = subjects[i].nodes != nullptr ? *subjects[i].nodes : nodes;
            first_.push_back(tasks_.size());
            for (const auto& node : own)
                tasks_.push_back({i, &node});
        }
        first_.push_back(tasks_.size());
        after_.resize(tasks_.size());
        reports_.resize(tasks_.size());
    }

    WalkResult run() {
        connect();
        run::run_dag(after_, options_.jobs, [this](std::size_t task) { visit(task); });
        WalkResult result{std::move(reports_), {}};
        for (const NodeReport& report : result.reports)
            if (report.status != NodeStatus::ok) result.not_ok.insert(report.subject);
        return result;
    }

private:
    void connect() {
        for (std::size_t task = 0; task < tasks_.size(); ++task) {
            const auto& [subject, node] = tasks_[task];
            for (const auto before : node->after)
                after_[task].push_back(first_[subject] + before);
            if (node->upstream.empty()) continue;
            for (const auto upstream : subjects_[subject].after)
                wait_for(upstream, *node, after_[task]);
        }
    }

    void wait_for(std::size_t upstream, const Node& reader, std::vector<std::size_t>& after) const {
        for (auto task = first_[upstream]; task < first_[upstream + 1]; ++task)
            if (feeds(*tasks_[task].node, reader)) after.push_back(task);
    }

    void visit(std::size_t task) {
        const Subject& subject = subjects_[tasks_[task].subject];
        const Node& node = *tasks_[task].node;
        NodeReport& report = reports_[task];
        report.subject = subject.id;
        report.node = node.name;
        report.reason = why_skip(task, subject, node);
        if (report.reason.empty()) {
            start(subject, node, report);
        } else {
            report.status = NodeStatus::skipped;
        }
        if (options_.observer == nullptr) return;
        const std::lock_guard lock(observing_);
        options_.observer->finished(report, node);
    }

    /// Empty when the task may start. What was skipped for a cause hands that cause on.
    std::string why_skip(std::size_t task, const Subject& subject, const Node& node) const {
        for (const auto before : after_[task]) {
            const NodeReport& cause = reports_[before];
            if (cause.status == NodeStatus::skipped) return cause.reason;
            if (cause.status == NodeStatus::failed)
                return upstream_failed(cause.subject, cause.node);
        }
        if (options_.interrupt != nullptr && options_.interrupt->count() > 0) return "interrupted";
        return node.is_step ? why_skip_step(subject, registry_.steps[node.index]) : "";
    }

    /// Judged results may be there without being ok.
    std::string why_skip_step(const Subject& subject, const StepSlot& step) const {
        for (const SlotId id : step.after)
            if (!read(subject, step, Key<run::StepResult>{id}).ok)
                return upstream_failed(subject.id, step_writing(id).name);
        return "";
    }

    const StepSlot& step_writing(SlotId result) const {
        return *std::find_if(registry_.steps.begin(), registry_.steps.end(),
                             [&](const StepSlot& step) { return step.result.id == result; });
    }

    template <class T>
    static const T& read(const Subject& subject, const StepSlot& step, Key<T> key) {
        const T* value = subject.board->get(key);
        if (value != nullptr) return *value;
        throw InternalError(fmt::format("step '{}' reads slot {} of '{}', which nothing wrote",
                                        step.name, key.id, subject.id));
    }

    void start(const Subject& subject, const Node& node, NodeReport& report) {
        if (options_.observer != nullptr) {
            const std::lock_guard lock(observing_);
            options_.observer->started(subject.id, node);
        }
        const auto begin = std::chrono::steady_clock::now();
        if (node.is_step) {
            run_step(subject, registry_.steps[node.index], report);
        } else {
            run_agent(subject, node, report);
        }
        report.took = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - begin);
    }

    void run_agent(const Subject& subject, const Node& node, NodeReport& report) {
        std::vector<std::pair<std::string, const Board*>> upstream;
        if (!node.upstream.empty()) {
            for (const auto before : subject.after)
                upstream.emplace_back(subjects_[before].id, subjects_[before].board);
        }
        Agent& agent = *registry_.agents[node.index];
        AgentContext context(agent.info(), node.index, subject.id, *subject.board,
                             std::move(upstream));
        report.diagnostics = agent.run(context);
        if (has_errors(report.diagnostics)) report.status = NodeStatus::failed;
    }

    void run_step(const Subject& subject, const StepSlot& slot, NodeReport& report) {
        const run::Step& step = read(subject, slot, slot.request);
        run::StepResult result;
        if (step.skip.empty()) {
            result = runner_.run(subject.id, step);
        } else {
            result.name = step.name;
            result.ok = true;
            report.reason = step.skip;
        }
        if (result.ok || !step.judged) report.diagnostics = result.diagnostics;
        if (!result.ok && !step.judged) report.status = NodeStatus::failed;
        report.judged_bad = !result.ok && step.judged;
        subject.board->put(slot.result, std::move(result));
    }

    struct Task {
        std::size_t subject;
        const Node* node;
    };

    const Registry& registry_;
    std::span<Subject> subjects_;
    run::Runner& runner_;
    const WalkOptions& options_;
    std::vector<Task> tasks_;
    std::vector<std::size_t> first_;  ///< by subject: its first task; then the end
    std::vector<std::vector<std::size_t>> after_;
    std::vector<NodeReport> reports_;
    std::mutex observing_;
};

}  // namespace

bool WalkResult::ok(const std::string& subject) const {
    return !not_ok.contains(subject);
}

std::vector<const NodeReport*> WalkResult::failures() const {
    std::vector<const NodeReport*> found;
    for (const NodeReport& report : reports)
        if (report.status == NodeStatus::failed) found.push_back(&report);
    return found;
}

WalkResult walk(const Registry& registry, const std::vector<Node>& nodes,
                std::span<Subject> subjects, run::Runner& runner, const WalkOptions& options) {
    return Walk(registry, nodes, subjects, runner, options).run();
}

}  // namespace agentops::graph
