#pragma once

// The options of a command, said once: parsing, help, man pages and completions read the same
// declaration. Only options.cpp knows CLI11.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace CLI {
class App;
}

namespace agentops::cmd {

/// Adds options to one command.
class Options {
public:
    explicit Options(CLI::App& app) : app_(app) {}

    void flag(const std::string& name, bool& target, const std::string& doc);
    void text(const std::string& name, std::optional<std::string>& target, const std::string& value,
              const std::string& doc);
    void number(const std::string& name, std::optional<int>& target, const std::string& value,
                const std::string& doc);
    void choice(const std::string& name, std::string& target, const std::vector<std::string>& words,
                const std::string& doc);
    void repeated(const std::string& name, std::vector<std::string>& target,
                  const std::string& value, const std::string& doc);
    void argument(const std::string& name, std::optional<std::string>& target,
                  const std::string& doc);
    void arguments(const std::string& name, std::vector<std::string>& target,
                   const std::string& doc);

private:
    CLI::App& app_;
};

}  // namespace agentops::cmd
