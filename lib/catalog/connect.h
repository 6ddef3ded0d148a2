#pragma once

// How Ansible reaches the machines of a component: user, port, key, and what lies between.

#include "ansible/unit.h"
#include "catalog/design.h"
#include "catalog/forms.h"

namespace agentops::catalog {

/// A machine that is passed through.
struct JumpHost {
    Word<kAddress> address;
    PortNumber port{22};
    std::optional<Word<kLoginName>> user;
    template <class V>
    void visit(V& v) {
        v.required("address", address, "name or address of the machine in between");
        v.optional("port", port, "its ssh port (22)");
        v.optional("user", user, "user there (as on the machine behind it)");
    }
};

/// A private key: a file, or a secret that holds its text.
struct PrivateKey {
    std::string file;  ///< as written
    std::string secret;
};
bool decode_value(const yaml::Node& node, PrivateKey& value, Decoding& context);
Json value_schema(const PrivateKey*);

/// What hosts and machines of a cloud share.
struct Login {
    std::optional<Word<kLoginName>> user;
    std::optional<PortNumber> port;
    std::optional<PrivateKey> key;
    std::optional<Word<kProgramPath>> python;
    template <class V>
    void visit_login(V& v) {
        v.optional("user", user, "user that logs in");
        v.optional("port", port, "port of ssh (22)");
        v.optional("key", key,
                   "private key: a path (~, or relative to the project), or \"${secret.NAME}\"; "
                   "without it ssh and its agent decide");
        v.optional("python", python, "Python interpreter on the machine");
    }
    /// Sets what is said here, and leaves the rest.
    void apply_to(ansible::Connection& connection, const intent::Project& project) const;
};

ansible::Jump to_jump(const JumpHost& host);

}  // namespace agentops::catalog
