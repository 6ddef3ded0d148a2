#pragma once

// Text in commands that people paste.

#include <string>

namespace agentops {

/// The text as one word of a shell's command line, quoted when it has to be.
std::string shell_word(const std::string& text);

}  // namespace agentops
