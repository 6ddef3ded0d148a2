#include "cmd/explain.h"

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "base/text.h"

namespace agentops::cmd {

namespace {

/// "aws_subnet.net[0].x" -> "aws_subnet.net": as generated, before the tool counts.
std::string without_index(const std::string& address) {
    return address.substr(0, address.find('['));
}

std::vector<MadeResource> made_in(const graph::Board& board) {
    std::vector<MadeResource> made;
    const auto* built = board.get(slots::built);
    if (built == nullptr) return made;
    for (const auto& resource : built->main.resources)
        made.push_back({resource.address(), &resource.origin});
    for (const auto& module : built->main.modules)
        made.push_back({"module." + module.name, &module.origin});
    return made;
}

/// The resource of that address, or the module that it lies in.
const MadeResource* find_made(const std::vector<MadeResource>& made, const std::string& word) {
    const auto address = without_index(word);
    for (const auto& each : made) {
        if (each.address == address) return &each;
        if (starts_with(each.address, "module.") && starts_with(address, each.address + "."))
            return &each;
    }
    return nullptr;
}

/// Decisions about the subject itself, or about a part of it.
std::vector<const graph::Decision*> decisions_on(const graph::Board& board,
                                                 const std::string& subject) {
    auto decisions = board.decisions();
    std::erase_if(decisions, [&](const auto* decision) {
        return decision->subject != subject && !starts_with(decision->subject, subject + ".");
    });
    return decisions;
}

std::vector<WonLine> lines_of(const intent::Component& component) {
    std::vector<WonLine> lines;
    for (const auto& member : component.body.members)
        lines.push_back({member.key, &member.value});
    return lines;
}

void explain_component(InStack& in, const graph::Board& board) {
    in.lines = lines_of(*in.component);
    in.decisions = decisions_on(board, in.component->name);
    in.resources = made_in(board);
    std::erase_if(in.resources, [&](const MadeResource& made) {
        return made.origin->component != in.component->name;
    });
}

/// "web.size": a knob, a key of the intent, or both.
void explain_part(InStack& in, const graph::Board& board, const std::string& subject) {
    in.narrow = true;
    in.decisions = decisions_on(board, subject);
    const auto key = subject.substr(in.component->name.size() + 1);
    if (const auto* node = in.component->body.find(key)) in.lines.push_back({key, node});
    if (in.decisions.empty() && in.lines.empty()) in.component = nullptr;
}

void explain_resource(InStack& in, const graph::Board& board, const MadeResource& made) {
    in.narrow = true;
    in.component = in.stack->find(made.origin->component);
    in.resources = {made};
    if (in.component != nullptr) in.decisions = decisions_on(board, in.component->name);
}

InStack explain_in_stack(const intent::Stack& stack, const graph::Board& board,
                         const std::string& subject) {
    InStack in;
    in.stack = &stack;
    const auto made = made_in(board);
    if (const auto* resource = find_made(made, subject)) {
        explain_resource(in, board, *resource);
        return in;
    }
    in.component = stack.find(subject.substr(0, subject.find('.')));
    if (in.component == nullptr) {
        // Of the stack as a whole: its approval, its share of a budget.
        in.narrow = true;
        in.decisions = decisions_on(board, subject);
        return in;
    }
    if (in.component->name == subject)
        explain_component(in, board);
    else
        explain_part(in, board, subject);
    return in;
}

std::string reason_of(const graph::Decision& decision, const graph::Option& option) {
    if (!option.rejected.empty()) return option.rejected;
    return fmt::format("{}, but {} was chosen", decision.because, decision.choice);
}

}  // namespace

Explanation explain_word(const std::string& subject) {
    return {
        subject, find_code(subject), catalog::find_kind(subject), catalog::find_rule(subject), {}};
}

void explain_in(const StaticWalk& walk, Explanation& explanation) {
    for (std::size_t i = 0; i < walk.stacks.size(); ++i) {
        auto in = explain_in_stack(*walk.stacks[i], walk.boards[i], explanation.subject);
        if (in.component != nullptr || !in.resources.empty() || !in.decisions.empty())
            explanation.stacks.push_back(std::move(in));
    }
}

std::vector<std::string> explainable(const StaticWalk* walk) {
    std::vector<std::string> words;
    for (const auto& info : all_codes())
        words.emplace_back(info.code);
    for (const auto* kind : catalog::kinds())
        words.emplace_back(kind->info().name);
    for (const auto* rule : catalog::rules())
        words.emplace_back(rule->name);
    if (walk == nullptr) return words;
    for (std::size_t i = 0; i < walk->stacks.size(); ++i) {
        for (const auto& component : walk->stacks[i]->components)
            words.push_back(component.name);
        for (const auto* decision : walk->boards[i].decisions())
            words.push_back(decision->subject);
        for (const auto& made : made_in(walk->boards[i]))
            words.push_back(made.address);
    }
    return words;
}

std::vector<Rejection> why_not(const Explanation& explanation, const std::string& option) {
    std::vector<Rejection> rejections;
    for (const auto& in : explanation.stacks) {
        for (const auto* decision : in.decisions) {
            const auto position =
                decision->positions.empty() ? Position{} : decision->positions.front();
            const auto considered =
                std::find_if(decision->options.begin(), decision->options.end(),
                             [&](const auto& each) { return each.name == option; });
            std::string reason;
            if (decision->choice == option)
                reason = fmt::format("it is: {}", decision->because);
            else if (considered != decision->options.end())
                reason = reason_of(*decision, *considered);
            else if (decision->options.empty() && in.narrow)
                reason = fmt::format("{} to {}", decision->because, decision->choice);
            else
                continue;
            rejections.push_back(
                {in.stack->id, decision->subject, option, std::move(reason), position});
        }
    }
    return rejections;
}

std::vector<std::string> options_of(const Explanation& explanation) {
    std::vector<std::string> names;
    for (const auto& in : explanation.stacks) {
        for (const auto* decision : in.decisions) {
            for (const auto& option : decision->options)
                names.push_back(option.name);
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace agentops::cmd
