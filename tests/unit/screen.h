#pragma once

// A terminal for the tests of what is drawn on one.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace agentops::test {

/// As much of a terminal as the tree needs: newline, carriage return, cursor up, erase below. What
/// is wider than the screen wraps.
class Screen {
public:
    explicit Screen(int columns) : columns_(columns) {}

    void write(const std::string& text) {
        for (std::size_t i = 0; i < text.size();) {
            if (text[i] == '\x1b') {
                i = control(text, i + 2);
            } else {
                i = put(text, i);
            }
        }
    }
    std::string text() const {
        std::string all;
        for (const auto& line : lines_)
            all += line + "\n";
        return all.substr(0, all.find_last_not_of('\n') + 1);
    }
    bool wrapped = false;

private:
    std::size_t control(const std::string& text, std::size_t i) {
        int number = 0;
        for (; text[i] >= '0' && text[i] <= '9'; ++i)
            number = number * 10 + (text[i] - '0');
        if (text[i] == 'A') row_ -= static_cast<std::size_t>(number);
        REQUIRE(row_ < 1000);
        if (text[i] == 'J') {
            lines_.resize(row_ + 1);
            lines_[row_].clear();
        }
        return i + 1;
    }

    std::size_t put(const std::string& text, std::size_t i) {
        if (text[i] == '\n') {
            ++row_;
            lines_.resize(std::max(lines_.size(), row_ + 1));
            return i + 1;
        }
        auto end = i + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
            ++end;
        if (display_width(lines_[row_]) >= columns_) {
            wrapped = true;
            put("\n", 0);
        }
        lines_[row_] += text.substr(i, end - i);
        return end;
    }

    int columns_;
    std::size_t row_ = 0;
    std::vector<std::string> lines_{""};
};

}  // namespace agentops::test
