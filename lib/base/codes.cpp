#include "base/codes.h"

#include <algorithm>

namespace agentops {

const std::vector<CodeInfo>& all_codes() {
    static const std::vector<CodeInfo> codes{
#define CODE(code, meaning, remedy) {code, meaning, remedy},
#include "base/codes.def"
#undef CODE
    };
    return codes;
}

const CodeInfo* find_code(std::string_view code) {
    const auto& codes = all_codes();
    const auto found = std::lower_bound(
        codes.begin(), codes.end(), code,
        [](const CodeInfo& info, std::string_view wanted) { return info.code < wanted; });
    return found != codes.end() && found->code == code ? &*found : nullptr;
}

}  // namespace agentops
