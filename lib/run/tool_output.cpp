#include "run/tool_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/text.h"
#include "run/fd.h"

namespace agentops::run {

namespace {

constexpr std::size_t kChunk = 1u << 20;
constexpr std::string_view kCut = "...";

std::string text_of(const Json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

void EventReader::read() {
    while (read_some()) {
        std::size_t from = 0;
        for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', from)) {
            take(std::string_view(rest_).substr(from, end - from));
            from = end + 1;
        }
        rest_.erase(0, from);
    }
}

void EventReader::finish() {
    read();
    take(rest_);
    rest_.clear();
}

bool EventReader::read_some() {
    if (cut_off()) return false;
    const auto chunk = read_at(fd_, offset_, kChunk);
    offset_ += chunk.size();
    rest_ += chunk;
    return !chunk.empty();
}

void EventReader::take(std::string_view line) {
    if (trim(line).empty()) return;
    auto event = parse_json(line, "event");
    if (event && event->is_object()) return sink_(*std::move(event));
    sink_({{"type", "unparsed"}, {"text", std::string(line)}});
}

bool is_state_dump(const Json& event) {
    return text_of(event, "type") == "log" && event.contains("state");
}

std::string error_words(const std::vector<Json>& events) {
    std::vector<std::string> words;
    for (const auto& event : events) {
        if (text_of(event, "type") != "diagnostic" || !event.contains("diagnostic")) continue;
        const auto& diagnostic = event["diagnostic"];
        if (!diagnostic.is_object() || text_of(diagnostic, "severity") != "error") continue;
        auto summary = text_of(diagnostic, "summary");
        const auto detail = text_of(diagnostic, "detail");
        words.push_back(detail.empty() ? summary : summary + ": " + detail);
    }
    return join(words, "; ");
}

std::string head_of(std::string_view text, std::size_t bytes) {
    text = trim(text);
    if (text.size() <= bytes) return std::string(text);
    while (bytes > 0 && is_continuation(text[bytes]))
        --bytes;
    return std::string(text.substr(0, bytes)).append(kCut);
}

std::string tail_of(std::string_view text, std::size_t bytes) {
    text = trim(text);
    if (text.size() <= bytes) return std::string(text);
    text.remove_prefix(text.size() - bytes);
    while (!text.empty() && is_continuation(text.front()))
        text.remove_prefix(1);
    return std::string(kCut).append(text);
}

Result<std::string> redact_log(const std::filesystem::path& path, const Redactor& redactor) {
    TRY(auto text, read_file(path, kMaxOutput));
    if (redactor.empty()) return text;
    auto masked = redactor.apply(text);
    if (masked != text) TRY_DO(write_file(path, masked, 0600));
    return masked;
}

}  // namespace agentops::run
