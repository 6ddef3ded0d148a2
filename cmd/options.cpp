#include "cmd/options.h"

#include <CLI/CLI.hpp>

namespace agentops::cmd {

void Options::flag(const std::string& name, bool& target, const std::string& doc) {
    app_.add_flag(name, target, doc);
}

void Options::text(const std::string& name, std::optional<std::string>& target,
                   const std::string& value, const std::string& doc) {
    app_.add_option(name, target, doc)->type_name(value);
}

void Options::number(const std::string& name, std::optional<int>& target, const std::string& value,
                     const std::string& doc) {
    app_.add_option(name, target, doc)
        ->type_name(value)
        ->check(CLI::Validator(CLI::NonNegativeNumber).description(""));
}

void Options::choice(const std::string& name, std::string& target,
                     const std::vector<std::string>& words, const std::string& doc) {
    app_.add_option(name, target, doc)->check(CLI::IsMember(words).description(""))->type_name("");
}

void Options::repeated(const std::string& name, std::vector<std::string>& target,
                       const std::string& value, const std::string& doc) {
    app_.add_option(name, target, doc)->type_name(value)->allow_extra_args(false);
}

void Options::argument(const std::string& name, std::optional<std::string>& target,
                       const std::string& doc) {
    app_.add_option(name, target, doc)->type_name("");
}

void Options::arguments(const std::string& name, std::vector<std::string>& target,
                        const std::string& doc) {
    app_.add_option(name, target, doc)->type_name("");
}

}  // namespace agentops::cmd
