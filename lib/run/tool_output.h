#pragma once

// What a program wrote: its stream of JSON events, and the words to quote when it failed.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "run/redact.h"

namespace agentops::run {

constexpr std::size_t kMaxOutput = 1u << 30;  ///< what we read of one program's output

/// Follows a file of JSON lines while a program writes it.
class EventReader {
public:
    using Sink = std::function<void(Json event)>;
    EventReader(int fd, Sink sink) : fd_(fd), sink_(std::move(sink)) {}

    /// Takes the lines that are complete by now.
    void read();
    /// Takes the rest; a program that was killed may have torn its last line.
    void finish();
    /// True when there was more than kMaxOutput; the rest was not read.
    bool cut_off() const { return offset_ >= kMaxOutput; }

private:
    bool read_some();
    void take(std::string_view line);

    int fd_;
    Sink sink_;
    std::size_t offset_ = 0;
    std::string rest_;  ///< the start of a line that is not complete
};

/// Terraform prints the state it could not save as one event: the only good copy there is.
bool is_state_dump(const Json& event);

/// The summaries and details of a tool's own error events ("type": "diagnostic"), or "".
std::string error_words(const std::vector<Json>& events);

/// The first or last `bytes` of a text, cut at a character, without surrounding white space.
std::string head_of(std::string_view text, std::size_t bytes);
std::string tail_of(std::string_view text, std::size_t bytes);

/// Masks secrets in a log file, in place; the masked text.
Result<std::string> redact_log(const std::filesystem::path& path, const Redactor& redactor);

}  // namespace agentops::run
