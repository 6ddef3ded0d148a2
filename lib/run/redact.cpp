#include "run/redact.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace agentops::run {

namespace {

constexpr std::size_t kMinSecret = 4;  // shorter ones would mask half of any text
constexpr std::size_t kMinLine = 16;   // short lines of a long secret are everyday words
constexpr std::string_view kMask = "(secret)";

using Range = std::pair<std::size_t, std::size_t>;

std::string unquoted(const std::string& quoted) {
    return quoted.substr(1, quoted.size() - 2);
}

/// Go's encoder, which Terraform uses, also escapes these three.
std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "\\u003c";
        else if (c == '>')
            out += "\\u003e";
        else if (c == '&')
            out += "\\u0026";
        else
            out += c;
    }
    return out;
}

/// Where the needles stand, in order; what overlaps is one range, so that no end sticks out.
std::vector<Range> find_all(std::string_view text, const std::vector<std::string>& needles) {
    std::vector<Range> found;
    for (const auto& needle : needles) {
        auto at = text.find(needle);
        for (; at != std::string_view::npos; at = text.find(needle, at + 1))
            found.emplace_back(at, at + needle.size());
    }
    std::sort(found.begin(), found.end());
    std::vector<Range> merged;
    for (const auto& range : found) {
        if (merged.empty() || range.first >= merged.back().second)
            merged.push_back(range);
        else
            merged.back().second = std::max(merged.back().second, range.second);
    }
    return merged;
}

std::string mask_text(std::string_view text, const std::vector<std::string>& needles) {
    std::string out;
    std::size_t from = 0;
    for (const auto& [begin, end] : find_all(text, needles)) {
        out.append(text, from, begin - from).append(kMask);
        from = end;
    }
    return out.append(text, from);
}

Json mask_json(const Json& value, const std::vector<std::string>& needles) {
    if (value.is_string()) return mask_text(value.get_ref<const std::string&>(), needles);
    if (value.is_array()) {
        auto out = Json::array();
        for (const auto& item : value)
            out.push_back(mask_json(item, needles));
        return out;
    }
    if (!value.is_object()) return value;
    auto out = Json::object();
    for (const auto& [key, item] : value.items())
        out[mask_text(key, needles)] = mask_json(item, needles);
    return out;
}

}  // namespace

void Redactor::add(const std::string& secret) {
    if (secret.size() < kMinSecret) return;
    const std::scoped_lock lock(mutex_);
    add_forms(secret);
    for (const auto& line : split(secret, '\n')) {
        if (line.size() >= kMinLine) add_forms(line);
    }
}

bool Redactor::empty() const {
    const std::scoped_lock lock(mutex_);
    return needles_.empty();
}

std::string Redactor::apply(std::string_view text) const {
    return mask_text(text, needles());
}

Json Redactor::apply(const Json& value) const {
    return mask_json(value, needles());
}

std::vector<std::string> Redactor::needles() const {
    const std::scoped_lock lock(mutex_);
    return needles_;
}

void Redactor::add_forms(const std::string& text) {
    const Json json(text);
    const auto plain = unquoted(dump_json(json));
    const auto ascii = unquoted(json.dump(-1, ' ', true, Json::error_handler_t::replace));
    for (const auto& form : {text, plain, ascii, escape_html(plain)}) {
        if (std::find(needles_.begin(), needles_.end(), form) == needles_.end()) {
            needles_.push_back(form);
        }
    }
}

}  // namespace agentops::run
