#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "graph/walk.h"

namespace agentops::graph {
namespace {

std::vector<std::string> names_of(const Registry& registry, const std::vector<SlotId>& slots) {
    std::vector<std::string> names;
    for (const SlotId id : slots)
        names.emplace_back(slot_info(registry, id).name);
    return names;
}

std::string listed(const std::vector<std::string>& names) {
    return names.empty() ? "-" : join(names, ", ");
}

struct Row {
    std::string name, reads, writes;
};

std::vector<Row> rows_of(const Registry& registry, const std::vector<Node>& nodes) {
    std::vector<Row> rows{{"agent", "reads", "writes"}};
    for (const Node& node : nodes) {
        auto reads = names_of(registry, node.reads);
        for (const auto& name : names_of(registry, node.upstream))
            reads.push_back(name + " (upstream)");
        rows.push_back({node.name + (node.is_step ? " (step)" : ""), listed(reads),
                        listed(names_of(registry, node.writes))});
    }
    return rows;
}

/// Replaces each character that `escape` has a text for.
template <class Escape>
std::string escaped(std::string_view text, Escape escape) {
    std::string out;
    for (const char c : text) {
        const std::string_view replacement = escape(c);
        if (replacement.empty()) {
            out += c;
        } else {
            out += replacement;
        }
    }
    return out;
}

std::string_view dot_escape(char c) {
    switch (c) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\n':
            return "\\n";
    }
    return "";
}

/// Mermaid has its own entities, in labels that are Markdown and HTML.
std::string_view mermaid_escape(char c) {
    switch (c) {
        case '"':
            return "#quot;";
        case '#':
            return "#35;";
        case '&':
            return "#amp;";
        case '<':
            return "#lt;";
        case '>':
            return "#gt;";
        case '`':
            return "#96;";
        case '\\':
            return "#92;";
        case '\n':
            return " ";
    }
    return "";
}

struct Edge {
    std::size_t from, to;
    std::string slots;  ///< that flow along it
    bool upstream;
};

std::string shared_slots(const Registry& registry, const std::vector<SlotId>& written,
                         const std::vector<SlotId>& read) {
    std::vector<SlotId> both;
    for (const SlotId id : written)
        if (std::find(read.begin(), read.end(), id) != read.end()) both.push_back(id);
    return join(names_of(registry, both), ", ");
}

std::vector<Edge> edges_of(const Registry& registry, const std::vector<Node>& nodes) {
    std::vector<Edge> edges;
    for (std::size_t to = 0; to < nodes.size(); ++to) {
        const Node& node = nodes[to];
        for (const auto from : node.after)
            edges.push_back(
                {from, to, shared_slots(registry, nodes[from].writes, node.reads), false});
        for (const auto from : node.after_upstream)
            edges.push_back(
                {from, to, shared_slots(registry, nodes[from].writes, node.upstream), true});
    }
    return edges;
}

}  // namespace

std::string to_text(const Registry& registry, const std::vector<Node>& nodes) {
    const auto rows = rows_of(registry, nodes);
    std::size_t name_width = 0;
    std::size_t reads_width = 0;
    for (const Row& row : rows) {
        name_width = std::max(name_width, row.name.size());
        reads_width = std::max(reads_width, row.reads.size());
    }
    std::string text;
    for (const Row& row : rows)
        text += fmt::format("{:<{}}  {:<{}} -> {}\n", row.name, name_width, row.reads, reads_width,
                            row.writes);
    return text;
}

std::string to_dot(const Registry& registry, const std::vector<Node>& nodes) {
    std::string text = "digraph agents {\n  rankdir=LR;\n  node [shape=box];\n";
    for (std::size_t i = 0; i < nodes.size(); ++i)
        text += fmt::format("  n{} [label=\"{}\"{}];\n", i, escaped(nodes[i].name, dot_escape),
                            nodes[i].is_step ? ", shape=hexagon" : "");
    for (const Edge& edge : edges_of(registry, nodes))
        text += fmt::format("  n{} -> n{} [label=\"{}\"{}];\n", edge.from, edge.to,
                            escaped(edge.slots, dot_escape), edge.upstream ? ", style=dashed" : "");
    return text + "}\n";
}

std::string to_mermaid(const Registry& registry, const std::vector<Node>& nodes) {
    std::string text = "flowchart LR\n";
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const bool step = nodes[i].is_step;
        text += fmt::format("  n{}{}\"{}\"{}\n", i, step ? "{{" : "[",
                            escaped(nodes[i].name, mermaid_escape), step ? "}}" : "]");
    }
    for (const Edge& edge : edges_of(registry, nodes))
        text += fmt::format("  n{} {}|\"{}\"| n{}\n", edge.from, edge.upstream ? "-.->" : "-->",
                            escaped(edge.slots, mermaid_escape), edge.to);
    return text;
}

}  // namespace agentops::graph
