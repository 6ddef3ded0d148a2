#pragma once

// The difference of two texts by lines, as git and patch read and write it.

#include <string>
#include <string_view>

namespace agentops {

/// A unified diff from `before` to `after` with three lines of context: "--- a/NAME", "+++ b/NAME",
/// hunks "@@ -line,count +line,count @@" (",1" is left out, as git does), and "\ No newline at end
/// of file" where it is due. Empty when the texts are equal. What it says is right for any two
/// texts; it is the shortest where the texts differ by no more than 1,000 lines, and takes time in
/// proportion to their length times that of the difference.
///
/// `name` is a path from the folder where the diff is applied. It is quoted as git does if it holds
/// quotes, backslashes or control characters.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view name);

}  // namespace agentops
