// Markdown for a comment on a pull request: the verdict, what is lost first, then the rest folded
// away. A forge cuts long comments or refuses them, so there is a limit in bytes, and what was left
// out is said.

#include <fmt/core.h>

#include <cctype>
#include <map>

#include "base/json_access.h"
#include "base/text.h"
#include "report/document.h"

namespace agentops::report {

namespace {

constexpr std::size_t kMostNodes = 60;  ///< of a graph; more are no picture

/// Text that is no markup, no link, no mention and no table cell's end.
std::string markdown_text(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        if (c == '&')
            shown += "&amp;";
        else if (c == '<')
            shown += "&lt;";
        else if (c == '>')
            shown += "&gt;";
        else if (c == '@')
            shown += "@\u200b";  // nobody is called
        else if (std::string_view("\\`*_{}[]()#+-!|~:").find(c) != std::string_view::npos)
            shown += std::string("\\") + c;
        else
            shown += c;
    }
    return shown;
}

/// Code within a line; its fence is longer than any run of backticks inside.
std::string markdown_code(std::string_view text) {
    if (text.empty()) return "";
    auto inner = join(split(text, '|'), "\\|");
    std::size_t longest = 0, run = 0;
    for (const char c : inner) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    const auto* pad = longest > 0 ? " " : "";
    return fence + pad + inner + pad + fence;
}

/// A label of a Mermaid graph: what could end it is written as its number.
std::string mermaid_text(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte >= 0x80 || std::isalnum(byte) != 0 || c == '-' || c == ' ';
        shown += plain ? std::string(1, c) : fmt::format("#{};", byte);
    }
    return shown;
}

std::string place_text(const Place& place) {
    return place.file.empty() ? "" : markdown_code(fmt::format("{}:{}", place.file, place.line));
}

/// Collects blocks until the limit is reached; then says how many were left out.
class MarkdownPage {
public:
    explicit MarkdownPage(std::size_t limit) : limit_(limit) {}

    /// `what` names the block if it must be left out.
    void add(const std::string& block, const std::string& what) {
        if (block.empty()) return;
        if (limit_ > 0 && text_.size() + block.size() + kReserve > limit_) {
            left_out_.push_back(what);
            return;
        }
        text_ += block + "\n";
    }
    std::string take() {
        if (left_out_.empty()) return std::move(text_);
        constexpr std::size_t kNamed = 5;
        const auto rest = left_out_.size() > kNamed ? left_out_.size() - kNamed : 0;
        if (rest > 0) left_out_.resize(kNamed);
        auto line = "_Left out, as a comment may not be longer: " + join(left_out_, ", ");
        if (rest > 0) line += fmt::format(" and {} more", rest);
        return text_ + line + "._\n";
    }

private:
    static constexpr std::size_t kReserve = 600;  ///< for the last line
    std::size_t limit_;
    std::string text_;
    std::vector<std::string> left_out_;
};

std::string summary_table(const Document& document) {
    if (document.stacks.empty()) return "";
    std::string text =
        "| stack | status | risk | create | update | replace | destroy | unchanged | cost |\n"
        "|---|---|---|--:|--:|--:|--:|--:|---|\n";
    for (const auto& stack : document.stacks) {
        std::size_t unchanged = 0;
        std::vector<std::string> costs;
        for (const auto& unit : stack.units) {
            unchanged += unit.unchanged;
            if (!unit.cost.empty()) costs.push_back(markdown_text(unit.cost));
        }
        const auto& counts = stack.counts;
        text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                            markdown_code(stack.id), markdown_text(stack.status),
                            markdown_text(stack.risk), counts.create, counts.update, counts.replace,
                            counts.destroy, unchanged, join(costs, ", "));
    }
    return text;
}

std::string losses_text(const Document& document) {
    std::string text;
    for (const auto* change : document.losses())
        text += fmt::format("- **{}** {} in {}{} {}\n",
                            change->action == "delete" ? "destroy" : "replace",
                            markdown_code(change->address), markdown_code(change->unit),
                            change->is_protected ? " (protected)" : "", place_text(change->place));
    return text.empty() ? "" : "### Destroyed or replaced\n\n" + text;
}

std::string remarks_text(const char* title, const std::vector<DocumentRemark>& remarks) {
    std::string text;
    for (const auto& one : remarks) {
        if (one.waived) continue;
        text += fmt::format(
            "- {} **{}** {} {}", markdown_text(one.severity), markdown_text(one.rule),
            one.address.empty() ? "" : markdown_code(one.address), markdown_text(one.message));
        if (!one.place.file.empty()) text += " " + place_text(one.place);
        if (one.blocks) text += " (blocks)";
        if (!one.remediation.empty()) text += "<br>→ " + markdown_text(one.remediation);
        text += "\n";
    }
    return text.empty() ? "" : fmt::format("### {}\n\n{}", title, text);
}

std::string attributes_text(const DocumentChange& change) {
    std::vector<std::string> parts;
    for (const auto& attribute : change.attributes)
        parts.push_back(fmt::format("{}: {} → {}", markdown_code(attribute.path),
                                    markdown_code(attribute.before.value_or("nothing")),
                                    markdown_code(attribute.after.value_or("nothing"))));
    return join(parts, "<br>");
}

/// Without the label: `aws_subnet.net_private_0` and `..._1` are changed alike.
std::string type_of(const std::string& address) {
    return address.substr(0, address.find('.'));
}

/// What is lost comes first.
int weight_of(const std::string& action) {
    constexpr std::string_view kOrder[] = {"delete", "replace", "update", "create"};
    return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), action) -
                            std::begin(kOrder));
}

/// Creations of one type for one component are one line; a change that says more is a line of its
/// own.
std::string changes_text(const DocumentStack& stack) {
    struct Line {
        std::string text;
        std::vector<std::string> addresses;
    };
    std::map<std::string, Line> lines;
    std::size_t number = 0;
    for (const auto& unit : stack.units) {
        for (const auto& change : unit.changes) {
            ++number;
            const bool alike = change.action == "create";
            const auto details = alike ? "" : attributes_text(change);
            auto& line = lines[fmt::format("{}|{}|{}|{}|{}", weight_of(change.action),
                                           change.action, change.component, type_of(change.address),
                                           alike ? "" : change.address)];
            line.addresses.push_back(change.address);
            line.text = fmt::format("{} | {} | {}", markdown_text(change.component),
                                    place_text(change.place), details);
        }
    }
    if (lines.empty()) return "";
    std::string rows;
    for (const auto& [key, line] : lines) {
        const auto action = split(key, '|')[1];
        const auto what =
            line.addresses.size() == 1
                ? markdown_code(line.addresses.front())
                : fmt::format("{} × {}", markdown_code(type_of(line.addresses.front())),
                              line.addresses.size());
        rows += fmt::format("| {} | {} | {} |\n", action, what, line.text);
    }
    return fmt::format(
        "<details><summary>{}: {}</summary>\n\n"
        "| action | what | component | line | attributes |\n|---|---|---|---|---|\n"
        "{}\n</details>\n",
        markdown_text(stack.id), count_of(number, "change"), rows);
}

std::string drift_text(const DocumentStack& stack) {
    std::string rows;
    for (const auto& drift : stack.drift) {
        if (!drift.drifted()) continue;
        std::vector<std::string> parts;
        for (const auto& attribute : drift.attributes)
            parts.push_back(fmt::format("{}: {} instead of {}", markdown_code(attribute.path),
                                        markdown_code(attribute.after.value_or("nothing")),
                                        markdown_code(attribute.before.value_or("nothing"))));
        rows += fmt::format("| {} | {} | {} |\n", markdown_text(drift.status),
                            markdown_code(drift.address), join(parts, "<br>"));
    }
    if (rows.empty()) return "";
    return fmt::format("### Drift in {}\n\n| status | what | found |\n|---|---|---|\n{}",
                       markdown_code(stack.id), rows);
}

std::string graph_text(const Document& document, const DocumentStack& stack) {
    const auto& components = member(member(document.record, "architecture"), stack.id);
    if (!components.is_array() || components.empty() || components.size() > kMostNodes) return "";
    std::map<std::string, std::size_t> numbers;
    std::string nodes, edges;
    for (const auto& component : components) {
        const auto name = text_of(component, "component");
        numbers.emplace(name, numbers.size());
        nodes += fmt::format("  c{}[\"{} ({})\"]\n", numbers[name], mermaid_text(name),
                             mermaid_text(text_of(component, "kind")));
    }
    for (const auto& component : components) {
        for (const auto& need : member(component, "needs")) {
            const auto found = numbers.find(text_of(need));
            if (found == numbers.end()) continue;
            edges += fmt::format("  c{} --> c{}\n", numbers[text_of(component, "component")],
                                 found->second);
        }
    }
    return fmt::format(
        "<details><summary>{} as a graph</summary>\n\n```mermaid\ngraph TD\n{}{}```\n\n"
        "</details>\n",
        markdown_text(stack.id), nodes, edges);
}

}  // namespace

std::string write_markdown(const Document& document, const FormatOptions& options) {
    MarkdownPage page(options.max_bytes);
    page.add(fmt::format("## agentops {}: {}\n", markdown_text(document.command),
                         markdown_text(document.verdict)),
             "the verdict");
    page.add(losses_text(document), "what is destroyed or replaced");
    page.add(summary_table(document), "the table of stacks");
    page.add(remarks_text("Mistakes and warnings", document.diagnostics), "mistakes and warnings");
    page.add(remarks_text("Findings", document.findings), "findings");
    for (const auto& stack : document.stacks)
        page.add(drift_text(stack), "drift of " + markdown_code(stack.id));
    for (const auto& stack : document.stacks)
        page.add(changes_text(stack), "changes of " + markdown_code(stack.id));
    for (const auto& stack : document.stacks)
        page.add(graph_text(document, stack), "the graph of " + markdown_code(stack.id));
    for (const auto& command : document.next)
        page.add("- next: " + markdown_code(command), "what is next");
    return page.take();
}

}  // namespace agentops::report
