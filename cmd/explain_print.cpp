// Explanations for people and for programs.

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "cmd/explain.h"
#include "report/paint.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

using report::Rows;
using report::TextOptions;
using report::Tone;

constexpr int kLongestValue = 60;

template <class List, class Record>
Json list_of(const List& list, Record record) {
    Json all = Json::array();
    for (const auto& item : list)
        all.push_back(record(item));
    return all;
}

Json or_null(std::string_view text) {
    return text.empty() ? Json() : Json(text);
}

// ---- for programs

/// Keys of a body that are no knobs, as its schema has them.
Json keys_of(const catalog::Kind& kind) {
    const auto schema = kind.schema();
    const auto& knobs = kind.info().knobs;
    Json keys = Json::array();
    if (!schema.contains("properties")) return keys;
    const auto required = schema.value("required", Json::array());
    for (const auto& [name, value] : schema["properties"].items()) {
        const bool is_knob = std::any_of(knobs.begin(), knobs.end(),
                                         [&](const auto& knob) { return knob.name == name; });
        if (is_knob || name == "kind") continue;
        const bool needed = std::find(required.begin(), required.end(), name) != required.end();
        keys.push_back(
            {{"key", name}, {"required", needed}, {"description", value.value("description", "")}});
    }
    return keys;
}

Json knob_record(const catalog::KnobInfo& knob) {
    return {{"name", knob.name},
            {"description", knob.doc},
            {"options", knob.domain},
            {"default", knob.fallback},
            {"source", knob.source}};
}

Json output_record(const catalog::OutputInfo& output) {
    return {{"name", output.name}, {"type", to_text(output.type)}, {"description", output.doc}};
}

Json kind_record(const catalog::Kind& kind) {
    const auto& info = kind.info();
    return {{"name", info.name},
            {"summary", info.summary},
            {"example", info.example},
            {"keys", keys_of(kind)},
            {"knobs", list_of(info.knobs, knob_record)},
            {"outputs", list_of(info.outputs, output_record)},
            {"any_output", info.any_output}};
}

Json code_record(const CodeInfo& info) {
    return {{"code", info.code}, {"meaning", info.meaning}, {"remedy", info.remedy}};
}

Json rule_record(const catalog::Rule& rule) {
    return {{"name", rule.name},
            {"severity", catalog::to_text(rule.severity)},
            {"summary", rule.summary},
            {"remediation", rule.remediation}};
}

Json option_record(const graph::Option& option) {
    auto voices = Json::object();
    for (const auto& voice : option.voices)
        voices[voice.agent] = voice.says;
    return {{"name", option.name},
            {"score", option.score},
            {"rejected", or_null(option.rejected)},
            {"agents", std::move(voices)}};
}

Json decision_record(const graph::Decision* decision) {
    return to_json(*decision);
}

Json line_record(const WonLine& line) {
    return {{"key", line.key},
            {"value", plain_json(*line.value)},
            {"position", to_json(line.value->position)}};
}

Json made_record(const MadeResource& made) {
    return {{"address", made.address},
            {"component", or_null(made.origin->component)},
            {"position", to_json(made.origin->position)},
            {"agent", made.origin->agent},
            {"reason", or_null(made.origin->reason)}};
}

Json stack_record(const InStack& in) {
    Json component;
    if (in.component != nullptr)
        component = {{"name", in.component->name},
                     {"kind", in.component->kind.value},
                     {"position", to_json(in.component->position)}};
    return {{"stack", in.stack->id},
            {"component", std::move(component)},
            {"lines", list_of(in.lines, line_record)},
            {"decisions", list_of(in.decisions, decision_record)},
            {"resources", list_of(in.resources, made_record)}};
}

// ---- for people

/// Text that flows, with its lead on the first line and as much space on the others.
std::string flow(int indent, const std::string& lead, std::string_view text,
                 const TextOptions& options) {
    return report::hanging(std::string(static_cast<std::size_t>(indent), ' ') + lead, text,
                           options.width);
}

std::string title(std::string_view text, const TextOptions& options) {
    return report::paint(escape_terminal(text), Tone::strong, options.colour);
}

/// A heading with rows below it, or nothing.
std::string section(const char* heading, const Rows& rows, const TextOptions& options) {
    if (rows.empty()) return "";
    auto text = report::indented(2, title(heading, options));
    for (const auto& line :
         report::table_lines(rows, {{}, {20}, {12, true}, {}}, report::room(options.width, 4)))
        text += report::indented(4, line);
    return text;
}

std::string code_text(const CodeInfo& info, const TextOptions& options) {
    return title(info.code, options) + "\n" + flow(2, "", info.meaning, options) +
           flow(2, "fix: ", info.remedy, options);
}

std::string rule_text(const catalog::Rule& rule, const TextOptions& options) {
    return fmt::format("{}: a rule, severity {}\n", title(rule.name, options),
                       catalog::to_text(rule.severity)) +
           flow(2, "", rule.summary, options) + flow(2, "fix: ", rule.remediation, options) +
           flow(2, "accept: ",
                fmt::format("rules: {{waive: [{{rule: {}, component: NAME, reason: WHY, owner: "
                            "WHO, until: YYYY-MM-DD}}]}}",
                            rule.name),
                options);
}

std::string kind_text(const catalog::Kind& kind, const TextOptions& options) {
    const auto& info = kind.info();
    auto text = fmt::format("{}: {}\n", title(info.name, options), info.summary) +
                flow(2, "example: ", info.example, options);
    Rows keys, knobs, outputs;
    for (const auto& key : keys_of(kind))
        keys.push_back(
            {key["key"], key["required"].get<bool>() ? "required" : "", key["description"]});
    for (const auto& knob : info.knobs) {
        knobs.push_back({std::string(knob.name), fmt::format("default {}", knob.fallback),
                         std::string(knob.doc)});
        knobs.push_back({"", "", fmt::format("source: {}", knob.source)});
    }
    for (const auto& output : info.outputs)
        outputs.push_back(
            {std::string(output.name), std::string(to_text(output.type)), std::string(output.doc)});
    if (info.any_output) outputs.push_back({"any", "", "whatever it gives"});
    return text + section("keys", keys, options) +
           section("knobs (agents choose them unless the intent pins them)", knobs, options) +
           section("outputs", outputs, options);
}

std::string value_text(const yaml::Node& node) {
    const auto text = node.is_scalar() ? node.text : dump_json(plain_json(node));
    return report::cut(escape_terminal(text), kLongestValue);
}

std::string decision_text(const graph::Decision& decision, bool with_options,
                          const TextOptions& options) {
    auto text = report::indented(
        4, fmt::format("{} = {}  ({})", title(decision.subject, options),
                       escape_terminal(decision.choice), escape_terminal(decision.agent)));
    text += flow(6, "because ", decision.because, options);
    for (const auto& option : decision.options) {
        if (option.name != decision.choice) continue;
        for (const auto& voice : option.voices)
            text += flow(6, escape_terminal(voice.agent) + ": ", voice.says, options);
    }
    for (const auto& position : decision.positions)
        text += report::indented(6, "line " + escape_terminal(position.text()));
    for (const auto& rule : decision.rules)
        text += flow(6, "rule: ", rule, options);
    if (!with_options) return text;
    for (const auto& option : decision.options) {
        if (option.name == decision.choice) continue;
        text += flow(6, fmt::format("not {}: ", escape_terminal(option.name)), option.rejected,
                     options);
        std::vector<std::string> said;
        for (const auto& voice : option.voices)
            said.push_back(fmt::format("{} {}", voice.agent, voice.says));
        if (options.verbosity > 0) text += flow(10, "", join(said, "; "), options);
    }
    return text;
}

std::string header(const InStack& in, const std::string& subject, const TextOptions& options) {
    const auto stack = escape_terminal(in.stack->id);
    const auto head = fmt::format("{} in {}", title(subject, options), stack);
    if (in.component == nullptr) return head + "\n";
    const auto& name = in.component->name;
    const auto what = name == subject
                          ? fmt::format(": a {}", in.component->kind.value)
                          : fmt::format(": of {}, a {}", name, in.component->kind.value);
    const auto place = escape_terminal(in.component->position.text());
    const auto plain = fmt::format("{} in {}{}  {}", subject, stack, what, place);
    const bool fits = options.width <= 0 || display_width(plain) <= options.width;
    return head + what + (fits ? "  " : "\n  ") + place + "\n";
}

std::string stack_text(const InStack& in, const std::string& subject, const TextOptions& options) {
    Rows lines, resources;
    for (const auto& line : in.lines)
        lines.push_back({line.key, value_text(*line.value), line.value->position.text()});
    for (const auto& made : in.resources)
        resources.push_back(
            {made.address, made.origin->reason, made.origin->position.text(), made.origin->agent});
    const bool is_resource = in.narrow && !resources.empty();
    auto text = header(in, subject, options) + section("says the intent", lines, options);
    if (is_resource) text += section("comes from", resources, options);
    if (!in.decisions.empty()) text += report::indented(2, title("decisions", options));
    const bool with_options = in.decisions.size() == 1 || options.verbosity > 0;
    for (const auto* decision : in.decisions)
        text += decision_text(*decision, with_options, options);
    return is_resource ? text : text + section("becomes", resources, options);
}

}  // namespace

Json to_json(const graph::Decision& decision) {
    return {{"agent", decision.agent},
            {"subject", decision.subject},
            {"choice", decision.choice},
            {"because", decision.because},
            {"options", list_of(decision.options, option_record)},
            {"positions", list_of(decision.positions, [](const auto& p) { return to_json(p); })},
            {"rules", decision.rules}};
}

Json to_json(const Explanation& explanation) {
    return {
        {"subject", explanation.subject},
        {"code", explanation.code != nullptr ? code_record(*explanation.code) : Json()},
        {"kind", explanation.kind != nullptr ? kind_record(*explanation.kind) : Json()},
        {"rule", explanation.rule != nullptr ? rule_record(*explanation.rule) : Json()},
        {"stacks", list_of(explanation.stacks, stack_record)},
    };
}

Json to_json(const Rejection& rejection) {
    return {{"stack", rejection.stack},
            {"subject", rejection.subject},
            {"option", rejection.option},
            {"reason", rejection.reason},
            {"position", to_json(rejection.position)}};
}

std::string to_text(const Explanation& explanation, const TextOptions& options) {
    std::vector<std::string> blocks;
    if (explanation.code != nullptr) blocks.push_back(code_text(*explanation.code, options));
    if (explanation.kind != nullptr) blocks.push_back(kind_text(*explanation.kind, options));
    if (explanation.rule != nullptr) blocks.push_back(rule_text(*explanation.rule, options));
    for (const auto& in : explanation.stacks)
        blocks.push_back(stack_text(in, explanation.subject, options));
    return join(blocks, "\n");
}

std::string to_text(const Rejection& rejection, const TextOptions& options) {
    auto text = flow(0, "",
                     fmt::format("{} in {}, why not {}: {}", rejection.subject, rejection.stack,
                                 rejection.option, rejection.reason),
                     options);
    if (rejection.position.known())
        text += report::indented(2, "line " + escape_terminal(rejection.position.text()));
    return text;
}

}  // namespace agentops::cmd
