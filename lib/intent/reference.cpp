#include "intent/reference.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "intent/ascii.h"

namespace agentops::intent {

namespace {

/// A step below an output: an attribute or an index.
bool is_step(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char c) { return is_alnum(c) || c == '_' || c == '-'; });
}

bool is_output(std::string_view text) {
    return is_step(text) && text.front() != '-' && !is_digit(text.front());
}

bool is_variable(std::string_view text) {
    return is_output(text) && text.find('-') == std::string_view::npos;
}

std::optional<Reference> reserved(RefKind kind, const std::vector<std::string>& steps) {
    const bool named =
        kind == RefKind::environment ? is_variable(steps[1]) : is_name(steps[1], true);
    if (steps.size() != 2 || !named) return std::nullopt;
    Reference reference;
    reference.kind = kind;
    reference.name = steps[1];
    return reference;
}

std::optional<Reference> output_of(std::string_view intent, std::vector<std::string> steps) {
    if (!is_name(steps[0]) || !is_output(steps[1])) return std::nullopt;
    if (!std::all_of(steps.begin() + 2, steps.end(), is_step)) return std::nullopt;
    Reference reference;
    reference.kind = intent.empty() ? RefKind::component : RefKind::foreign;
    reference.intent = intent;
    reference.component = std::move(steps[0]);
    reference.name = std::move(steps[1]);
    reference.path.assign(steps.begin() + 2, steps.end());
    return reference;
}

/// What stands between `${` and `}`.
std::optional<Reference> read_inner(std::string_view inner) {
    std::string_view intent;
    if (const auto colon = inner.find(':'); colon != std::string_view::npos) {
        intent = inner.substr(0, colon);
        if (!is_name(intent)) return std::nullopt;
        inner.remove_prefix(colon + 1);
    }
    auto steps = split(inner, '.');
    if (steps.size() < 2) return std::nullopt;
    if (intent.empty() && steps[0] == "param") return reserved(RefKind::param, steps);
    if (intent.empty() && steps[0] == "secret") return reserved(RefKind::secret, steps);
    if (intent.empty() && steps[0] == "env") return reserved(RefKind::environment, steps);
    return output_of(intent, std::move(steps));
}

/// The reference at the start of a text that starts with `${`.
std::optional<Reference> read_reference(std::string_view text) {
    const auto end = text.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    auto reference = read_inner(text.substr(2, end - 2));
    if (reference) reference->width = static_cast<int>(end) + 1;
    return reference;
}

/// The place `offset` bytes into the source, counted from a place before it.
Position advance(Position from, std::string_view passed) {
    for (const char c : passed) {
        ++from.column;
        if (c != '\n') continue;
        ++from.line;
        from.column = 1;
    }
    return from;
}

/// Finds a piece of a scalar that spans lines or has escapes: as written, after the scalar's start.
Position search(const yaml::Node& scalar, std::size_t offset, std::string_view piece) {
    const auto line = scalar.position.source_line();
    if (line.data() == nullptr) return scalar.position;
    const std::string_view whole = scalar.position.source->text;
    const auto start = static_cast<std::size_t>(line.data() - whole.data()) +
                       static_cast<std::size_t>(scalar.position.column - 1);
    // Indentation makes the source longer than the text, but not without bound.
    const auto window = whole.substr(std::min(start, whole.size()), 4 * scalar.text.size() + 256);
    auto found = window.find(piece);
    const std::string_view before = std::string_view(scalar.text).substr(0, offset);
    for (auto at = before.find(piece); at != std::string_view::npos && found != window.npos;
         at = before.find(piece, at + piece.size()))
        found = window.find(piece, found + piece.size());
    if (found == std::string_view::npos) return scalar.position;
    return advance(scalar.position, window.substr(0, found));
}

/// Where a piece of a scalar's text stands in the source.
Position locate(const yaml::Node& scalar, std::size_t offset, std::string_view piece) {
    if (!scalar.position.known()) return scalar.position;
    const int quotes = scalar.quoted ? 2 : 0;
    if (scalar.width != static_cast<int>(scalar.text.size()) + quotes)
        return search(scalar, offset, piece);
    auto position = scalar.position;
    position.column += quotes / 2 + static_cast<int>(offset);
    return position;
}

void collect(const yaml::Node& node, std::vector<Reference>& out) {
    if (node.is_scalar()) {
        for (auto& part : parse_template(node).parts) {
            if (auto* reference = std::get_if<Reference>(&part))
                out.push_back(std::move(*reference));
        }
    }
    for (const auto& item : node.items)
        collect(item, out);
    for (const auto& member : node.members) {
        if (member.key.find("${") != std::string::npos) collect(key_node(member), out);
        collect(member.value, out);
    }
}

}  // namespace

std::string Reference::text() const {
    std::string steps = name;
    for (const auto& step : path)
        steps += "." + step;
    switch (kind) {
        case RefKind::component:
            return fmt::format("${{{}.{}}}", component, steps);
        case RefKind::foreign:
            return fmt::format("${{{}:{}.{}}}", intent, component, steps);
        case RefKind::param:
            return fmt::format("${{param.{}}}", steps);
        case RefKind::secret:
            return fmt::format("${{secret.{}}}", steps);
        case RefKind::environment:
            return fmt::format("${{env.{}}}", steps);
    }
    throw InternalError("reference of no kind");
}

bool Template::is_plain() const {
    return std::none_of(parts.begin(), parts.end(),
                        [](const auto& part) { return std::holds_alternative<Reference>(part); });
}

std::string Template::plain() const {
    if (!is_plain()) throw InternalError("plain() of a text with references");
    std::string text;
    for (const auto& part : parts)
        text += std::get<std::string>(part);
    return text;
}

yaml::Node key_node(const yaml::Member& member) {
    yaml::Node node;
    node.type = yaml::Type::scalar;
    node.text = member.key;
    node.position = member.position;
    node.width = static_cast<int>(member.key.size());
    return node;
}

Template parse_template(const yaml::Node& scalar) {
    Template result{{}, scalar.position};
    const std::string_view text = scalar.text;
    std::size_t done = 0;
    for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", at)) {
        auto reference = read_reference(text.substr(at));
        if (!reference) {
            at += 2;
            continue;
        }
        if (at > done) result.parts.emplace_back(std::string(text.substr(done, at - done)));
        const auto width = static_cast<std::size_t>(reference->width);
        reference->position = locate(scalar, at, text.substr(at, width));
        result.parts.emplace_back(std::move(*reference));
        at += width;
        done = at;
    }
    if (done < text.size()) result.parts.emplace_back(std::string(text.substr(done)));
    return result;
}

std::vector<Reference> references_in(const yaml::Node& node) {
    std::vector<Reference> references;
    collect(node, references);
    return references;
}

bool decode_value(const yaml::Node& node, Template& value, Decoding& context) {
    std::string text;
    if (!decode_value(node, text, context)) return false;
    value = parse_template(node);
    return true;
}

bool decode_value(const yaml::Node& node, Literal& value, Decoding& context) {
    if (!decode_value(node, value.value, context)) return false;
    const auto references = references_in(node);
    if (references.empty()) return true;
    return fail_at(references.front(), "reference",
                   fmt::format("this takes no reference, got {}", references.front().text()),
                   "write the value itself, or a ${param.NAME} that holds it", context);
}

bool decode_value(const yaml::Node& node, Name& value, Decoding& context) {
    if (!decode_value(node, value.value, context)) return false;
    return check_name(node, "name", context);
}

bool check_name(const yaml::Node& node, std::string_view noun, Decoding& context,
                bool underscores) {
    if (is_name(node.text, underscores)) return true;
    std::string repaired = lower(node.text);
    if (!underscores) std::replace(repaired.begin(), repaired.end(), '_', '-');
    const auto rule = fmt::format(
        "names are lower-case letters, digits{}, start with a letter, at most 63 in all",
        underscores ? ", '-' and '_'" : " and '-'");
    return context.fail(
        node, "name", fmt::format("'{}' is not a valid {}", node.text, noun),
        is_name(repaired, underscores) ? fmt::format("write '{}': {}", repaired, rule) : rule);
}

bool fail_at(const Reference& reference, std::string_view slug, std::string message,
             std::string help, Decoding& context) {
    yaml::Node node;
    node.position = reference.position;
    node.width = reference.width;
    return context.fail(node, slug, std::move(message), std::move(help));
}

Json value_schema(const Template*) {
    return {{"type", "string"}};
}
Json value_schema(const Literal*) {
    return {{"type", "string"}};
}
Json value_schema(const Name*) {
    return {{"type", "string"}, {"pattern", "^[a-z][a-z0-9-]{0,62}$"}};
}

}  // namespace agentops::intent
