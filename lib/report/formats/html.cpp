// One page for a browser: page.html with the record inside as data. The page's own script shows it
// as text, never as markup; "<" cannot end the data early, as it is written as \u003c.

#include "base/text.h"
#include "report/document.h"
#include "report/page_html.h"  // made from page.html by the build

namespace agentops::report {

namespace {

constexpr std::string_view kMark = "@DATA@";

Json timeline_of(const Document& document) {
    auto list = Json::array();
    for (const auto& entry : document.timeline)
        list.push_back({{"subject", entry.subject},
                        {"node", entry.node},
                        {"status", entry.status},
                        {"start", entry.start_ms},
                        {"took", entry.took_ms}});
    return list;
}

}  // namespace

std::string write_html(const Document& document, const FormatOptions& /*options*/) {
    const Json data = {{"record", document.record},
                       {"decisions", document.decisions},
                       {"timeline", timeline_of(document)}};
    const auto text = join(split(dump_json(data), '<'), "\\u003c");
    std::string page(kPage);
    return page.replace(page.find(kMark), kMark.size(), text);
}

}  // namespace agentops::report
