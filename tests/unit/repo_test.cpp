// The rules of the house that a compiler does not check: who includes whom, that tables and folders
// agree, what has one door only, that every diagnostic code is documented.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>

#include "base/fs.h"
#include "base/text.h"
#include "cpp_text.h"

namespace repo_test {

using namespace agentops;

namespace {

using Words = std::set<std::string>;

/// One a line, or nothing.
std::string listed(const Words& words) {
    std::string text;
    for (const auto& word : words)
        text += word + "\n";
    return text;
}

fs::path root() {
    const char* source = std::getenv("AGENTOPS_SOURCE");
    return source != nullptr ? fs::path(source) : fs::path();
}

std::string text_of(const fs::path& path) {
    return read_file(path).value_or("");
}

/// One file of the repository. `path` is relative to its root.
struct SourceFile {
    std::string path;
    CppText text;

    std::string folder() const { return fs::path(path).parent_path().generic_string(); }
    std::string stem() const { return fs::path(path).stem().string(); }
};

bool is_cpp(const fs::path& path) {
    return path.extension() == ".cpp" || path.extension() == ".h";
}

/// All .cpp and .h files below these folders, sorted.
std::vector<SourceFile> read_sources(const std::vector<std::string>& folders) {
    std::vector<SourceFile> files;
    for (const auto& folder : folders) {
        std::error_code failure;
        for (const auto& entry : fs::recursive_directory_iterator(root() / folder, failure)) {
            if (!entry.is_regular_file() || !is_cpp(entry.path())) continue;
            files.push_back({relative_to(entry.path(), root()), CppText(text_of(entry.path()))});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

/// The program: everything but its tests.
const std::vector<SourceFile>& sources() {
    static const auto files = read_sources({"lib", "agents", "cmd"});
    return files;
}

/// "folder: folders it may include", one a line.
std::map<std::string, Words> layers() {
    std::map<std::string, Words> found;
    for (const auto& line : split(text_of(root() / "lib/LAYERS"), '\n')) {
        const auto colon = line.find(':');
        if (starts_with(line, "#") || colon == std::string::npos) continue;
        auto& allowed = found[line.substr(0, colon)];
        for (const auto& word : split(line.substr(colon + 1), ' ')) {
            if (!word.empty()) allowed.insert(word);
        }
        allowed.insert(line.substr(0, colon));
    }
    return found;
}

/// "lib/catalog/aws/x.cpp" -> "catalog", "cmd/x.cpp" -> "cmd".
std::string layer_of(const std::string& path) {
    const auto parts = split(path, '/');
    return parts[0] == "lib" ? parts[1] : parts[0];
}

struct Include {
    std::string target;
    bool ours;
};

std::vector<Include> includes_of(const SourceFile& file) {
    static const std::regex form(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
    std::vector<Include> found;
    for (const auto& line : split(file.text.raw(), '\n')) {
        std::smatch match;
        if (std::regex_search(line, match, form)) found.push_back({match[2], match[1] == "\""});
    }
    return found;
}

/// A library, the header prefix that gives it away, and the only files that may include it.
struct Door {
    std::string header;
    std::string files;  ///< glob
};

const std::vector<Door> kDoors{{"yaml-cpp/", "lib/base/yaml*.cpp"},
                               {"boost/process", "lib/run/process.cpp"},
                               {"boost/asio", "lib/run/*.cpp"},
                               {"CLI/", "cmd/*"},
                               {"git2", "lib/vcs/*"}};

/// The first arguments of `MACRO(name, ...)` in a table.
Words rows_of(const std::string& path, const std::string& macro) {
    const std::regex row("^" + macro + "\\(\\s*\"?([A-Za-z0-9_.-]+)");
    Words names;
    for (const auto& line : split(text_of(root() / path), '\n')) {
        std::smatch match;
        if (std::regex_search(line, match, row)) names.insert(match[1]);
    }
    return names;
}

bool exists(const std::string& path) {
    return fs::exists(root() / path);
}

struct Table {
    std::string def, macro;
    std::vector<std::string> folders;
    std::string prefix;

    bool covers(const SourceFile& file) const {
        return std::find(folders.begin(), folders.end(), file.folder()) != folders.end() &&
               starts_with(file.stem(), prefix) && fs::path(file.path).extension() == ".cpp";
    }
};

/// Every row has its file; every .cpp of the folders has its row, unless it has a header of its
/// own: then it is a helper, and whoever needs it includes it.
Words mistakes_in(const Table& table) {
    Words names, mistakes;
    for (auto name : rows_of(table.def, table.macro)) {
        std::replace(name.begin(), name.end(), '-', '_');
        const auto files =
            std::count_if(table.folders.begin(), table.folders.end(), [&](const auto& folder) {
                return exists(folder + "/" + table.prefix + name + ".cpp");
            });
        if (files != 1) mistakes.insert(fmt::format("{}: {} files for {}", table.def, files, name));
        names.insert(table.prefix + name);
    }
    if (names.empty()) mistakes.insert(table.def + ": no rows");
    for (const auto& file : sources()) {
        if (!table.covers(file) || exists(file.folder() + "/" + file.stem() + ".h")) continue;
        if (names.count(file.stem()) == 0) mistakes.insert(table.def + ": no row for " + file.path);
    }
    return mistakes;
}

/// "path:line: text" of every line that matches.
Words matches(const std::string& text, const std::string& path, const std::regex& pattern) {
    Words found;
    const auto lines = split(text, '\n');
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (std::regex_search(lines[i], pattern))
            found.insert(fmt::format("{}:{}: {}", path, i + 1, trim(lines[i])));
    }
    return found;
}

struct Ban {
    std::string what, pattern;
    std::string except;  ///< glob of files that may
};

const Ban kBans[] = {
    {"a shell", R"(\b(system|popen|wordexp|execlp|execvp)\s*\()", ""},
    {"stdout", R"(std::(cout|puts|printf)\b|\bstdout\b)", "cmd/*"},
    {"ending the program", R"(std::(exit|abort|terminate|quick_exit)\b)", ""},
    {"namespace-wide using", R"(^using namespace)", ""},
    {"a thread", R"(std::(jthread|thread|async)\b)", "lib/run/schedule.cpp"},
    {"the wall clock", R"(std::chrono::system_clock::now\b)", "lib/base/clock.cpp"},
    {"raw new or delete", R"(\bnew [A-Z]|\bdelete [a-z])", ""},
};

Words codes() {
    Words found;
    const CppText text(text_of(root() / "lib/base/codes.def"));
    for (const auto& literal : text.literals()) {
        if (literal.call == "CODE" && literal.argument == 0) found.insert(literal.text);
    }
    return found;
}

bool is_slug(const std::string& text) {
    static const std::regex form("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    return std::regex_match(text, form);
}

/// area.slug, and not the name of a file.
bool is_code(const std::string& text) {
    static const Words files{"json",   "jsonl", "yaml", "yml",   "head", "lock",    "tf",
                             "tfvars", "hcl",   "txt",  "log",   "md",   "tfstate", "tfplan",
                             "rc",     "def",   "dot",  "sarif", "xml",  "com",     "html",
                             "plan",   "old",   "org",  "d",     "cfg"};
    const auto dot = text.find('.');
    if (dot == std::string::npos) return false;
    const auto slug = text.substr(dot + 1);
    return is_slug(text.substr(0, dot)) && is_slug(slug) && files.count(slug) == 0;
}

bool reports(const CppText::Literal& literal) {
    static const Words functions{"error", "warning", "note", "fail"};
    return functions.count(literal.call) == 1 && literal.argument <= 1;
}

/// Events, journal lines and settings (which say where a program was looked for) have names of the
/// same form.
bool names_otherwise(const CppText::Literal& literal) {
    static const std::regex form("journal|event|emit|write|record|locate");
    return std::regex_search(literal.call, form);
}

std::string area_of(const std::string& code) {
    return code.substr(0, code.find('.'));
}

const Words kComposedAreas{"intent", "project", "catalog", "drift",
                           "stale"};  // area + slug, see base/fields.h

bool documented(const std::string& slug, const Words& rows) {
    return std::any_of(kComposedAreas.begin(), kComposedAreas.end(),
                       [&](const auto& area) { return rows.count(area + "." + slug) == 1; });
}

}  // namespace

TEST_CASE("repo: the source is found") {
    REQUIRE(exists("lib/LAYERS"));
    CHECK(sources().size() > 50);
}

TEST_CASE("repo: folders include only what lib/LAYERS allows") {
    const auto allowed = layers();
    for (const auto& file : sources()) {
        const auto layer = layer_of(file.path);
        CAPTURE(file.path);
        REQUIRE_MESSAGE(allowed.count(layer) == 1, "lib/LAYERS has no line for this folder");
        for (const auto& include : includes_of(file)) {
            if (!include.ours) continue;
            const auto slash = include.target.find('/');
            CAPTURE(include.target);
            CHECK_MESSAGE(slash != std::string::npos, "name the folder too");
            CHECK(allowed.at(layer).count(include.target.substr(0, slash)) == 1);
        }
    }
}

TEST_CASE("repo: each library has one door") {
    for (const auto& file : sources()) {
        for (const auto& include : includes_of(file)) {
            for (const auto& door : kDoors) {
                if (!starts_with(include.target, door.header)) continue;
                CAPTURE(include.target);
                CAPTURE(file.path);
                CHECK(glob_match(door.files, file.path));
            }
        }
    }
}

TEST_CASE("repo: every header is included once only, by pragma") {
    for (const auto& file : sources()) {
        if (fs::path(file.path).extension() != ".h") continue;
        CAPTURE(file.path);
        CHECK(starts_with(file.text.raw(), "#pragma once\n"));
    }
}

TEST_CASE("repo: agents, commands, kinds and rules are all in their tables") {
    CHECK(listed(mistakes_in({"agents/agents.def", "AGENT", {"agents"}, ""})) == "");
    CHECK(listed(mistakes_in({"cmd/commands.def", "COMMAND", {"cmd"}, "cmd_"})) == "");
    CHECK(listed(mistakes_in(
              {"lib/catalog/kinds.def", "KIND", {"lib/catalog/aws", "lib/catalog/open"}, ""})) ==
          "");
    CHECK(listed(mistakes_in({"lib/catalog/rules.def", "RULE", {"lib/catalog/rules"}, ""})) == "");
}

TEST_CASE("repo: what has one door only") {
    for (const auto& ban : kBans) {
        CAPTURE(ban.what);
        for (const auto& file : sources()) {
            if (glob_match(ban.except, file.path)) continue;
            CHECK(listed(matches(file.text.code(), file.path, std::regex(ban.pattern))) == "");
        }
    }
}

TEST_CASE("repo: no shell hidden in a text") {
    const std::regex shell(R"re(\b(ba|da|z)?sh"?,?\s*"?-c\b)re");
    for (const auto& file : sources())
        CHECK(listed(matches(file.text.raw(), file.path, shell)) == "");
}

TEST_CASE("repo: nothing left undone, no path of one machine") {
    const std::regex banned(R"(\bTOD[O]\b|\bFIXM[E]\b|/(root|work)[/])");
    for (const auto* folder : {"lib", "agents", "cmd", "tests", "examples", "completions", "man"}) {
        std::error_code failure;
        for (const auto& entry : fs::recursive_directory_iterator(root() / folder, failure)) {
            if (!entry.is_regular_file() || entry.path().extension() == ".pyc") continue;
            const auto path = relative_to(entry.path(), root());
            CHECK(listed(matches(text_of(entry.path()), path, banned)) == "");
        }
    }
}

TEST_CASE("repo: no file is longer than 600 lines") {
    for (const auto& file : read_sources({"lib", "agents", "cmd", "tests"})) {
        CAPTURE(file.path);
        const auto& raw = file.text.raw();
        CHECK(std::count(raw.begin(), raw.end(), '\n') <= 600);
    }
}

TEST_CASE("repo: every diagnostic code has a row in lib/base/codes.def") {
    const auto rows = codes();
    CHECK(!rows.empty());
    Words areas;
    for (const auto& row : rows)
        areas.insert(area_of(row));
    Words missing;
    for (const auto& file : sources()) {
        for (const auto& literal : file.text.literals()) {
            const auto& text = literal.text;
            if (is_code(text)) {
                const bool meant = reports(literal) ||
                                   (areas.count(area_of(text)) == 1 && !names_otherwise(literal));
                if (meant && rows.count(text) == 0) missing.insert(text + " in " + file.path);
            } else if (literal.call == "fail" && reports(literal) && is_slug(text)) {
                if (!documented(text, rows)) missing.insert("*." + text + " in " + file.path);
            }
        }
    }
    CHECK(listed(missing) == "");
}

TEST_CASE("repo: every row of lib/base/codes.def is used") {
    Words texts;
    for (const auto& file : sources()) {
        for (const auto& literal : file.text.literals())
            texts.insert(literal.text);
    }
    Words unused;
    for (const auto& row : codes()) {
        const auto slug = row.substr(area_of(row).size() + 1);
        const bool composed = kComposedAreas.count(area_of(row)) == 1 &&
                              (texts.count(slug) == 1 || texts.count("{}." + slug) == 1);
        if (texts.count(row) == 0 && !composed) unused.insert(row);
    }
    CHECK(listed(unused) == "");
}

TEST_CASE("repo: nothing unexpected at the top") {
    const Words expected{"CMakeLists.txt", "CMakePresets.json", "cmd",   "lib", "agents",
                         "examples",       "completions",       "tests", "man", "README.md",
                         "LICENSE",        "CHANGELOG.md",      "build"};
    for (const auto& entry : fs::directory_iterator(root())) {
        const auto name = entry.path().filename().string();
        CAPTURE(name);
        CHECK((starts_with(name, ".") || starts_with(name, "build-") || expected.count(name) == 1));
    }
}

TEST_CASE("repo: how C++ is read here") {
    const CppText text(R"cpp(
        // error("no.comment")
        /* "nor.this" */ auto a = error("x.a", fmt::format("{}", b('"')), "x.h");
        fail(context, "sl\"ug");
        table = {{"x.c", 1'000}};
        fail(error(R"(raw "x")"), "z");
    )cpp");
    std::string shown;
    for (const auto& l : text.literals())
        shown += fmt::format("{}#{}={} ", l.call, l.argument, l.text);
    CHECK(shown ==
          "error#0=x.a format#0={} error#2=x.h fail#1=sl\"ug #0=x.c error#0=raw \"x\" "
          "fail#1=z ");
    CHECK(text.code().size() == text.raw().size());
    CHECK(text.code().find("comment") == std::string::npos);
    CHECK(text.code().find("x.a") == std::string::npos);
}

}  // namespace repo_test
