#include "ansible/artifacts.h"
#include "ansible/callback_py.h"

namespace agentops::ansible {

std::string_view callback_source() {
    return kCallbackSource;
}

}  // namespace agentops::ansible
