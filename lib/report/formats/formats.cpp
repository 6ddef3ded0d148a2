#include <algorithm>

#include "report/document.h"

namespace agentops::report {

#define FORMAT(name, suffix, summary) \
    std::string write_##name(const Document& document, const FormatOptions& options);
#include "report/formats/formats.def"
#undef FORMAT

const std::vector<Format>& formats() {
    static const std::vector<Format> all{
#define FORMAT(name, suffix, summary) {#name, suffix, summary, write_##name},
#include "report/formats/formats.def"
#undef FORMAT
    };
    return all;
}

const Format* find_format(std::string_view name) {
    const auto found = std::find_if(formats().begin(), formats().end(),
                                    [&](const auto& format) { return format.name == name; });
    return found == formats().end() ? nullptr : &*found;
}

const Format* format_of_file(std::string_view file) {
    const auto found = std::find_if(formats().begin(), formats().end(), [&](const auto& format) {
        return !format.suffix.empty() && file.ends_with(format.suffix);
    });
    return found == formats().end() ? nullptr : &*found;
}

}  // namespace agentops::report
