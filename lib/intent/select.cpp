#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "intent/project.h"

namespace agentops::intent {

namespace {

using Selection = std::vector<const Stack*>;

bool matches(std::string_view pattern, const Stack& stack) {
    const bool with_environment = pattern.find('@') != std::string_view::npos;
    return glob_match(pattern, with_environment ? stack.id : stack.intent);
}

bool in_environment(const Stack& stack, const std::optional<std::string>& env) {
    return !env || stack.environment == *env;
}

std::string nearest_or_list(std::string_view word, const std::set<std::string>& known) {
    const auto near = did_you_mean(word, {known.begin(), known.end()});
    if (near) return fmt::format("did you mean '{}'?", *near);
    constexpr std::size_t kShown = 8;
    std::vector<std::string> shown(
        known.begin(),
        std::next(known.begin(), static_cast<std::ptrdiff_t>(std::min(kShown, known.size()))));
    if (known.size() > kShown) shown.emplace_back("...");
    return shown.empty() ? "there is none" : fmt::format("known: {}", join(shown, ", "));
}

Diagnostic unknown_stack(const std::vector<Stack>& stacks, const std::string& pattern) {
    std::set<std::string> known;
    const bool with_environment = pattern.find('@') != std::string::npos;
    for (const auto& stack : stacks)
        known.insert(with_environment ? stack.id : stack.intent);
    return error("cli.unknown-stack", fmt::format("no stack matches '{}'", pattern), {},
                 nearest_or_list(pattern, known));
}

/// No stack is left by `env`; `among` are those the pattern named.
Diagnostic unknown_environment(const Selection& among, const std::string& env) {
    std::set<std::string> known;
    for (const auto* stack : among) {
        if (!stack->environment.empty()) known.insert(stack->environment);
    }
    return error("cli.unknown-environment", fmt::format("no stack has the environment '{}'", env),
                 {}, nearest_or_list(env, known));
}

/// Adds what one pattern names, or says why there is nothing.
void add(const std::vector<Stack>& stacks, const std::string& pattern,
         const std::optional<std::string>& env, Selection& selected, Diagnostics& problems) {
    Selection named;
    for (const auto& stack : stacks) {
        if (matches(pattern, stack)) named.push_back(&stack);
    }
    if (named.empty()) return problems.push_back(unknown_stack(stacks, pattern));
    const auto before = selected.size();
    std::copy_if(named.begin(), named.end(), std::back_inserter(selected),
                 [&](const Stack* stack) { return in_environment(*stack, env); });
    if (selected.size() == before) problems.push_back(unknown_environment(named, *env));
}

}  // namespace

Result<Selection> select(const std::vector<Stack>& stacks, const std::vector<std::string>& patterns,
                         const std::optional<std::string>& env) {
    Selection selected;
    Diagnostics problems;
    if (stacks.empty() && patterns.empty()) return selected;
    for (const auto& pattern : patterns.empty() ? std::vector<std::string>{"*"} : patterns)
        add(stacks, pattern, env, selected, problems);
    if (!problems.empty()) return fail(std::move(problems));
    std::sort(selected.begin(), selected.end(),
              [](const Stack* a, const Stack* b) { return a->id < b->id; });
    selected.erase(std::unique(selected.begin(), selected.end()), selected.end());
    return selected;
}

}  // namespace agentops::intent
