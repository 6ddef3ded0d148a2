#pragma once

// Where the nodes of a parsed YAML text begin and end. A node knows its beginning only; its end is
// found by a scan of the text, which is known to be well-formed. Internal to base/yaml_edit.cpp.

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "base/yaml.h"

namespace agentops::yaml {

inline constexpr std::string_view kBlank = " \t";

/// Bytes [begin, end) of a text.
struct Span {
    std::size_t begin = 0, end = 0;
};

/// A node and what surrounds it.
struct Slot {
    static constexpr std::size_t kNone = std::string_view::npos;

    const Node* node = nullptr;
    std::size_t anchor = kNone;  ///< behind the ':' or '-' before it (or behind a key without ':')
    int indent = -1;             ///< column (from 0) of the block map or list around it
    bool in_flow = false;        ///< stands in brackets
};

/// Finds spans in one source, which must outlive it, as must the nodes: they are its own.
class Spans {
public:
    explicit Spans(const Source& source);

    static Slot root(const Node& node) { return {&node}; }
    Slot child(const Slot& collection, std::size_t index) const;
    static std::size_t size(const Node& collection);

    /// The value alone, without key, dash or comment. Empty and at the anchor for a value that was
    /// left out; up to the end of its last line for a block scalar.
    Span of(const Slot& slot) const;
    /// A member with its key, an item with its dash.
    Span entry(const Slot& collection, std::size_t index) const;

    /// Written in brackets.
    bool has_brackets(const Node& node) const;
    /// Starts with | or >.
    bool is_block_scalar(const Node& node) const;
    /// A map or list by indentation.
    bool is_block(const Slot& slot) const;

    std::size_t offset(const Position& position) const;
    std::size_t line_start(std::size_t at) const;
    /// The line break that ends the line (CRLF or LF), or the end of the text.
    std::size_t line_end(std::size_t at) const;
    /// Column from 0, in bytes.
    int column(std::size_t at) const;
    /// The place or the first after it that is none of `set`, or the end of the text.
    std::size_t skip(std::size_t at, std::string_view set) const;
    /// Nothing but blanks before it on its line.
    bool starts_line(std::size_t at) const;

private:
    char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
    std::size_t begin_of(const Node& node) const;
    std::size_t end_of(const Slot& slot) const;
    bool is_left_out(const Slot& slot) const;
    Slot member(const Slot& map, const Member& member) const;
    Slot item(const Slot& sequence, const Node& item) const;
    std::size_t dash_before(const Node& sequence, const Node& item) const;
    std::size_t scalar_end(std::size_t begin, const Slot& slot) const;
    std::size_t quoted_end(std::size_t begin) const;
    std::size_t plain_end(std::size_t begin, const Slot& slot) const;
    bool ends_plain(std::size_t offset, bool in_flow) const;
    std::size_t block_scalar_end(std::size_t begin, const Slot& slot) const;
    std::size_t bracket_end(std::size_t begin) const;
    std::size_t token_end(std::size_t begin) const;

    std::string_view text_;
    std::vector<std::size_t> lines_;  // where they start
};

}  // namespace agentops::yaml
