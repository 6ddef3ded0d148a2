#pragma once

// The smallest edit of a YAML text: one value is set or removed, and every byte that has nothing to
// do with it stays as it is: comments, order, quotes, indentation, brackets, line endings. The text
// must pass the strict reader (base/yaml.h) before and after. What comes out is read again and
// compared with what was asked for, so that an edit is right or refused, never wrong. Refused
// are rare layouts, such as a new key for the map in [a: b], or the removal of what ends a |+ text.
//
// A path names keys from the root on; in a list, a decimal index from 0. Code: yaml.edit, and those
// of yaml::parse for a source that does not parse. Positions of diagnostics point into `source`.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"

namespace agentops::yaml {

using Path = std::vector<std::string>;

/// The text of `source` with `value` at `path`. `value` is YAML as it will stand there, on one
/// line: 100 GiB, true, "a: b", [a, b], {k: v}; for any text, see scalar_text.
///
/// What is there is replaced: a scalar, a collection in brackets, or one by indentation with the
/// comments in it. A comment behind it stays. What is not there is added to its map: behind the
/// last member and the comments indented like it, or before the closing bracket. Missing maps on
/// the way, and those that are null, are written in brackets: {dev: {count: 1}}. A list gets no new
/// items.
Result<std::string> set(const Source& source, const Path& path, std::string_view value);

/// The text of `source` without the member or item at `path`, which must be there. Its lines go,
/// with the comments behind it and those below that are indented deeper than its key; or its part
/// of the line in brackets. Comments above it stay. A map or list with nothing left becomes {} or
/// [].
Result<std::string> remove(const Source& source, const Path& path);

/// A text as a YAML scalar on one line, which parse reads as that very text, in brackets too: plain
/// when nobody can take it for something else (true, 5, 010, null, yes, 1.5, 2026-01-31), else in
/// double quotes. parse still refuses what it refuses in any spelling: control characters other
/// than newline and tab, and text that is not UTF-8 in NFC.
std::string scalar_text(std::string_view text);

/// As scalar_text, for a key: keys are always text, so 8080 and on need no quotes.
std::string key_text(std::string_view text);

}  // namespace agentops::yaml
