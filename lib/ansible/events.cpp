#include "ansible/events.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "ansible/diff.h"
#include "base/json_access.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

std::vector<std::string> texts_of(const Json& list) {
    std::vector<std::string> texts;
    if (!list.is_array()) return texts;
    for (const auto& text : list)
        texts.push_back(text_of(text));
    return texts;
}

int number_of(const Json& record, std::string_view key) {
    const auto& number = member(record, key);
    return number.is_number_integer() ? number.get<int>() : 0;
}

/// A task is its name and place: its id differs between versions, and between includes.
struct PlayedTask {
    std::size_t order = 0;
    std::string name;
    std::string label;  ///< the name, told apart from others like it
    std::string module, path;
    bool handler = false;
};

/// The plays that began, and how far each host got.
class Course {
public:
    void version(const Json& event) { wanted_ = number_of(event, "plays"); }

    void play(const Json& event) {
        close_batch();
        id_ = text_of(event, "id");
        for (auto& host : texts_of(member(event, "hosts")))
            plays_[id_].insert(std::move(host));
        for (auto& host : texts_of(member(event, "batch")))
            batch_.insert(std::move(host));
    }
    /// A failure on one host may end the play for the others.
    void halt() { halted_.insert(batch_.begin(), batch_.end()); }
    void failed(const std::string& host) { failed_.insert(host); }
    /// It went on, so it was rescued.
    void went_on(const std::string& host) {
        halted_.erase(host);
        if (failed_.erase(host) > 0) rescued_.insert(host);
    }
    bool is_failed(const std::string& host) const { return failed_.count(host) > 0; }
    bool is_rescued(const std::string& host) const { return rescued_.count(host) > 0; }

    void close_batch() {
        for (const auto& host : batch_) {
            if (halted_.count(host) == 0 && failed_.count(host) == 0) done_.insert({id_, host});
        }
        batch_.clear();
    }
    /// Whether all plays began, and the host got to the end of those that it is in.
    bool finished(const std::string& host) const {
        return static_cast<int>(plays_.size()) >= wanted_ &&
               std::all_of(plays_.begin(), plays_.end(), [&](const auto& play) {
                   return play.second.count(host) == 0 || done_.count({play.first, host}) > 0;
               });
    }

private:
    int wanted_ = 0;
    std::string id_;
    std::map<std::string, std::set<std::string>> plays_;
    std::set<std::string> batch_, halted_, failed_, rescued_;
    std::set<std::pair<std::string, std::string>> done_;  // play and host
};

class Reader {
public:
    explicit Reader(bool check) : check_(check) {}

    void read(const Json& event) {
        const auto type = text_of(event, "type");
        if (type == "version") return course_.version(event);
        if (type == "play") return play(event);
        if (type == "task") return task(event);
        if (type == "result") return result(event);
        if (type == "notify") return notify(event);
        if (type == "play_ended") return course_.halt();
        if (type == "stats") return stats(event);
        if (type == "no_hosts") found_.no_hosts = true;
        if (type == "stopped") found_.stopped = true;
        if (type == "problem") lost_ = true;
        if (type == "unparsed") refusal(text_of(event, "text"));
    }

    PlayEvents take() {
        found_.complete = saw_stats_ && !lost_;
        if (tasks_.empty()) found_.refused = single_line(refusal_);
        if (saw_stats_) course_.close_batch();
        for (auto& [name, host] : found_.hosts)
            end(name, host);
        for (auto& [key, entry] : changes_) {
            if (entry.change.action == Action::no_op) entry.change.action = entry.diffs.action();
            found_.changes.push_back(std::move(entry.change));
        }
        take_results(changed_, found_.changed);
        take_results(stopped_, found_.check_stopped);
        return std::move(found_);
    }

private:
    using Key = std::pair<std::size_t, std::string>;  // order of the task, host
    using Results = std::map<Key, TaskResult>;
    struct Entry {
        Change change;
        DiffReader diffs;
    };

    void play(const Json& event) {
        course_.play(event);
        for (const auto& host : texts_of(member(event, "hosts")))
            found_.hosts[host];
    }

    void task(const Json& event) {
        PlayedTask task{0,
                        text_of(event, "name"),
                        "",
                        text_of(event, "module"),
                        text_of(event, "path"),
                        is_true(member(event, "handler"))};
        const auto place = std::pair(task.name, task.path);
        const auto order = orders_.emplace(place, orders_.size());
        if (order.second) labels_[place] = ++named_[task.name];
        task.order = order.first->second;
        const auto number = labels_[place];
        task.label = number == 1 ? task.name : fmt::format("{} #{}", task.name, number);
        tasks_[text_of(event, "id")] = std::move(task);
    }

    void result(const Json& event) {
        const auto id = text_of(event, "task"), name = text_of(event, "host");
        const auto status = text_of(event, "status");
        const auto& task = task_of(id);
        auto& host = found_.hosts[name];
        const bool ignored = is_true(member(event, "ignored"));
        if (status == "failed" || status == "unreachable") {
            if (ignored) return failure_ignored(task, name);
            if (is_true(member(event, "fatal"))) course_.halt();
            return failure(event, task, name);
        }
        if (!task.handler) course_.went_on(name);
        settle_debt(name, id);
        ++(status == "skipped" ? host.skipped : host.ok);
        if (status == "changed") changed(event, task, name);
        if (check_ && is_true(member(event, "check_skipped"))) unknown(task, name);
    }

    const PlayedTask& task_of(const std::string& id) const {
        static const PlayedTask kUnknown{
            std::numeric_limits<std::size_t>::max(), "", "?", "", "", false};
        const auto found = tasks_.find(id);
        return found == tasks_.end() ? kUnknown : found->second;
    }

    void changed(const Json& event, const PlayedTask& task, const std::string& name) {
        ++found_.hosts[name].changed;
        changed_hosts_.insert(name);
        changed_[{task.order, name}] = told(task, name);
        auto& entry = entry_of(task, name);
        entry.diffs.add(member(event, "diff"), entry.change);
    }

    void unknown(const PlayedTask& task, const std::string& name) {
        auto& change = entry_of(task, name).change;
        change.action = Action::unknown;
        change.trust = Trust::not_checkable;
    }

    void failure_ignored(const PlayedTask& task, const std::string& name) {
        ++found_.hosts[name].ok;
        if (check_) unknown(task, name);
    }

    void failure(const Json& event, const PlayedTask& task, const std::string& name) {
        auto& host = found_.hosts[name];
        course_.failed(name);
        host.task = task.name;
        host.handler = task.handler;
        host.message = single_line(text_of(event, "msg"));
        if (text_of(event, "status") == "unreachable") {
            host.end = HostEnd::unreachable;
            return;
        }
        ++host.failed;
        host.end = HostEnd::failed;
        if (!check_ || changed_hosts_.count(name) == 0) return;
        stopped_[{task.order, name}] = told(task, name);
        unknown(task, name);
        host.end = HostEnd::unfinished;
    }

    void notify(const Json& event) {
        auto& debts = debts_[text_of(event, "host")];
        const auto id = text_of(event, "id");
        const auto same = [&](const auto& debt) { return debt.first == id; };
        if (std::none_of(debts.begin(), debts.end(), same))
            debts.emplace_back(id, text_of(event, "handler"));
    }

    void settle_debt(const std::string& host, const std::string& handler) {
        auto& debts = debts_[host];
        debts.erase(std::remove_if(debts.begin(), debts.end(),
                                   [&](const auto& debt) { return debt.first == handler; }),
                    debts.end());
    }

    void stats(const Json& event) {
        saw_stats_ = true;
        stats_ = member(event, "hosts");
    }

    /// What Ansible says where no event of ours can stand, as far as it reaches us.
    void refusal(const std::string& text) {
        if (refusal_.empty() && text.find("ERROR") == std::string::npos) return;
        refusal_ += text + "\n";
    }

    /// The closing statistics know who was rescued; without them a host that went on after a
    /// failure may only have cleaned up.
    void end(const std::string& name, HostResult& host) {
        for (const auto& [id, handler] : debts_[name])
            host.owed.push_back(handler);
        if (saw_stats_ ? !is_well(name) : course_.is_failed(name)) return;
        const bool sure = saw_stats_ || !course_.is_rescued(name);
        host.end = sure && course_.finished(name) ? HostEnd::ok : HostEnd::unfinished;
        host.failed = 0;
        host.task.clear();
        host.message.clear();
        host.handler = false;
    }

    bool is_well(const std::string& name) const {
        const auto& counts = member(stats_, name);
        return number_of(counts, "failures") == 0 && number_of(counts, "unreachable") == 0;
    }

    static TaskResult told(const PlayedTask& task, const std::string& host) {
        return {host, task.label, task.module, task.path, task.handler};
    }

    static void take_results(Results& from, std::vector<TaskResult>& to) {
        for (auto& [key, result] : from)
            to.push_back(std::move(result));
    }

    Entry& entry_of(const PlayedTask& task, const std::string& host) {
        auto& entry = changes_[{task.order, host}];
        entry.change.address = host + ": " + task.label;
        entry.change.type = task.module;
        if (task.handler) found_.handlers.insert(entry.change.address);
        if (entry.change.action != Action::unknown)
            entry.change.trust = check_ ? trust_of(task.module) : Trust::proven;
        return entry;
    }

    bool check_;
    bool saw_stats_ = false, lost_ = false;
    PlayEvents found_;
    Course course_;
    Json stats_;
    std::string refusal_;
    std::map<std::string, PlayedTask> tasks_;                            // by id
    std::map<std::pair<std::string, std::string>, std::size_t> orders_;  // by name and path
    std::map<std::pair<std::string, std::string>, int> labels_;          // by name and path
    std::map<std::string, int> named_;                                   // how many bear a name
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> debts_;  // id, name
    std::set<std::string> changed_hosts_;
    std::map<Key, Entry> changes_;
    Results changed_, stopped_;
};

}  // namespace

std::string_view to_text(HostEnd end) {
    switch (end) {
        case HostEnd::ok:
            return "ok";
        case HostEnd::failed:
            return "failed";
        case HostEnd::unreachable:
            return "unreachable";
        case HostEnd::unfinished:
            return "unfinished";
    }
    throw InternalError("an end out of range");
}

PlayEvents read_events(const std::vector<Json>& events, bool check) {
    Reader reader(check);
    for (const auto& event : events)
        reader.read(event);
    return reader.take();
}

}  // namespace agentops::ansible
