#include "cmd/man.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/json_access.h"
#include "base/text.h"
#include "catalog/kind.h"
#include "cmd/schemas.h"
#include "intent/project.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

constexpr const char* kDate = "2026-11-27";  // of this version
constexpr int kWidth = 70;                   // of the source: escapes come on top

/// Text as man(7) takes it: no character of it is a macro or an escape.
std::string plain(std::string_view text) {
    std::string made;
    for (const char c : text) {
        if (c == '\\')
            made += "\\e";
        else if (c == '-')
            made += "\\-";
        else if ((c == '.' || c == '\'') && (made.empty() || made.back() == '\n'))
            made += std::string("\\&") + c;
        else
            made += c;
    }
    return made;
}

/// One page that grows from its head to its end.
class Page {
public:
    Page(std::string_view name, int section, std::string_view summary) {
        std::string title(name);
        std::transform(title.begin(), title.end(), title.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        text_ = fmt::format(".\\\" Made by agentops __man.\n.TH {} {} {} \"agentops {}\"\n", title,
                            section, kDate, AGENTOPS_VERSION);
        this->section("NAME");
        text_ += fmt::format("{} \\- {}\n", plain(name), plain(summary));
    }

    void section(std::string_view title) { text_ += fmt::format(".SH {}\n", title); }
    void subsection(std::string_view title) { text_ += fmt::format(".SS {}\n", plain(title)); }
    void paragraph(std::string_view text) {
        const auto last = text_.substr(text_.rfind('\n', text_.size() - 2) + 1);
        if (!starts_with(last, ".SH")) text_ += ".PP\n";
        line(text);
    }
    void line(std::string_view text) {
        for (const auto& one : report::wrap(text, kWidth))
            text_ += plain(one) + "\n";
    }
    void bold(std::string_view text) { text_ += ".B " + plain(text) + "\n"; }
    void item(std::string_view term, std::string_view text) {
        text_ += fmt::format(".TP\n.B {}\n", plain(term));
        line(text);
    }
    void example(std::string_view code, std::string_view what) {
        text_ += fmt::format(".TP\n{}\n.nf\n\\fB{}\\fP\n.fi\n", plain(what), plain(code));
    }
    void open() { text_ += ".RS\n"; }
    void close() { text_ += ".RE\n"; }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

std::string words_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const auto& name : option.get_snames())
        names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        names.push_back("--" + name);
    auto text = join(names, ", ");
    if (option.get_expected_max() > 0 && !option.get_type_name().empty())
        text += " " + option.get_type_name();
    return text;
}

void add_options(Page& page, const CLI::App& app, bool positional) {
    for (const auto* option : app.get_options()) {
        if (option->get_positional() != positional) continue;
        page.item(positional ? option->get_name(true) : words_of(*option),
                  option->get_description());
    }
}

std::string synopsis(const CLI::App& sub) {
    auto text = "agentops " + sub.get_name() + " [OPTION]...";
    for (const auto* option : sub.get_options()) {
        if (!option->get_positional()) continue;
        const bool many = option->get_expected_max() > 1;
        text += fmt::format(" [{}]{}", option->get_name(true), many ? "..." : "");
    }
    return text;
}

std::string command_page(const CommandInfo& info, const CLI::App& sub) {
    Page page("agentops-" + std::string(info.name), 1, info.summary);
    page.section("SYNOPSIS");
    page.bold(synopsis(sub));
    page.section("DESCRIPTION");
    page.paragraph(info.description);
    page.section("OPTIONS");
    add_options(page, sub, true);
    add_options(page, sub, false);
    page.paragraph("What every command takes is in agentops(1).");
    page.section("EXAMPLES");
    for (const auto& example : info.examples)
        page.example(example.command, example.what);
    page.section("EXIT STATUS");
    for (const auto& line : info.exit_codes) {
        const auto space = line.find(' ');
        page.item(line.substr(0, space), line.substr(space + 1));
    }
    page.paragraph("All codes are in agentops-exit-codes(7).");
    page.section("SEE ALSO");
    page.line("agentops(1), agentops-intent(5), agentops-kinds(5), agentops-exit-codes(7)");
    return page.text();
}

std::string main_page(const CLI::App& app, const std::vector<std::unique_ptr<Command>>& all) {
    Page page("agentops", 1, "infrastructure from intents, worked out by agents");
    page.section("SYNOPSIS");
    page.bold("agentops COMMAND [OPTION]...");
    page.section("DESCRIPTION");
    page.paragraph(app.get_description());
    page.section("COMMANDS");
    for (const auto& command : all)
        page.item(command->info().name, command->info().summary);
    page.section("OPTIONS");
    page.line("Every command takes these.");
    add_options(page, app, false);
    page.section("FILES");
    page.item("*.intent.yaml", "What is wanted: agentops-intent(5).");
    page.item("agentops.yaml", "Settings of the project; its folder is the project's.");
    page.item(".agentops/", "Artifacts, runs, journal and locks; git does not see it.");
    page.section("SEE ALSO");
    std::vector<std::string> names;
    for (const auto& command : all)
        names.push_back(fmt::format("agentops-{}(1)", command->info().name));
    page.line(join(names, ", ") +
              ", agentops-intent(5), agentops-kinds(5), agentops-exit-codes(7)");
    return page.text();
}

/// Where the members of a value are described: its own, those of its items, of what has any name.
const Json& members_of(const Json& schema) {
    for (const auto* place :
         {&schema, &member(schema, "items"), &member(schema, "additionalProperties")}) {
        if (member(*place, "properties").is_object()) return member(*place, "properties");
    }
    static const Json kNone;
    return kNone;
}

void add_fields(Page& page, const Json& schema, int depth) {
    const auto& members = members_of(schema);
    if (!members.is_object() || depth > 3) return;
    for (const auto& [name, field] : members.items()) {
        page.item(name, text_of(field, "description"));
        if (!members_of(field).is_object()) continue;
        page.open();
        add_fields(page, field, depth + 1);
        page.close();
    }
}

std::string intent_page() {
    Page page("agentops-intent", 5, "what an intent and the settings of a project can say");
    page.section("DESCRIPTION");
    page.paragraph(
        "An intent is one YAML file, *.intent.yaml: what should exist, how good it must "
        "be, what must never be. It is pure data. Quantities carry their unit (100 GiB, "
        "250 ms). Of references there are ${component.output}, "
        "${intent:component.output}, ${param.name}, ${secret.name} and ${env.NAME}.");
    page.section("INTENT");
    auto schema = published_intent_schema();
    // Their bodies are those of the kinds; environments repeat the whole.
    schema["properties"]["components"].erase("additionalProperties");
    schema["properties"]["environments"].erase("additionalProperties");
    add_fields(page, schema, 0);
    page.section("SETTINGS");
    page.line("These stand in agentops.yaml; all may be left out but apiVersion.");
    add_fields(page, intent::settings_schema(), 0);
    page.section("SEE ALSO");
    page.line("agentops(1), agentops-kinds(5)");
    return page.text();
}

std::string kinds_page() {
    Page page("agentops-kinds", 5, "kinds of components that an intent may have");
    page.section("DESCRIPTION");
    page.paragraph("Each component has a kind, which says what else it takes.");
    page.section("KINDS");
    for (const auto* kind : catalog::kinds()) {
        const auto& info = kind->info();
        page.subsection(info.name);
        page.line(info.summary);
        page.example(fmt::format("name: {}", trim(info.example)), "For example:");
        const auto schema = kind->schema();
        for (const auto& [name, field] : member(schema, "properties").items()) {
            if (name != "kind") page.item(name, text_of(field, "description"));
        }
        for (const auto& output : info.outputs)
            page.item(fmt::format("${{name.{}}}", output.name), output.doc);
    }
    page.section("SEE ALSO");
    page.line("agentops(1), agentops-intent(5)");
    return page.text();
}

std::string exit_codes_page() {
    Page page("agentops-exit-codes", 7, "what the exit codes of agentops mean");
    page.section("DESCRIPTION");
    page.paragraph("The worst of all stacks wins. Every command has the same codes.");
#define EXIT_CODE(name, number, rank, text) page.item(#number, text);
#include "base/exit_code.def"
#undef EXIT_CODE
    page.section("SEE ALSO");
    page.line("agentops(1)");
    return page.text();
}

}  // namespace

std::map<std::string, std::string> man_pages(const CLI::App& app,
                                             const std::vector<std::unique_ptr<Command>>& all,
                                             const std::vector<CLI::App*>& subs) {
    std::map<std::string, std::string> pages{{"agentops.1", main_page(app, all)},
                                             {"agentops-intent.5", intent_page()},
                                             {"agentops-kinds.5", kinds_page()},
                                             {"agentops-exit-codes.7", exit_codes_page()}};
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& info = all[i]->info();
        pages[fmt::format("agentops-{}.1", info.name)] = command_page(info, *subs[i]);
    }
    return pages;
}

}  // namespace agentops::cmd
