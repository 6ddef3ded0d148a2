#pragma once

// How Ansible gets to machines in AWS: `connect` of a server or service, and what it needs there.

#include "catalog/builder.h"
#include "catalog/configure.h"
#include "catalog/connect.h"

namespace agentops::catalog::aws {

inline constexpr intent::Words kSides{"address", {"private", "public"}};

struct Connect : Login {
    std::optional<JumpHost> via;
    std::optional<Located<intent::Literal>> from;
    std::optional<Located<Word<kPublicKey>>> authorize;
    std::optional<Located<intent::Choice<kSides>>> address;
    std::optional<SecretName> become_password;
    Position position;
    template <class V>
    void visit(V& v) {
        visit_login(v);
        v.optional("via", via, "machine that is passed through on the way");
        v.optional("from", from, "who may connect by ssh: internet, vpc, or a range");
        v.optional("authorize", authorize, "public key that the machines accept");
        v.optional("address", address, "private or public (public when exposed to internet)");
        v.optional("become_password", become_password, "secret with the password for sudo");
    }
};

/// The part of a machine's body that Ansible is concerned with.
struct Managed {
    std::optional<Connect> connect;
    std::optional<Configure> configure;
    template <class V>
    void visit_managed(V& v) {
        v.optional("connect", connect, "how Ansible reaches the machines");
        v.optional("configure", configure, "what is wanted on the machines");
    }
    const Configure* wanted() const { return configure ? &*configure : nullptr; }
    bool has_packages() const { return configure && !configure->packages.empty(); }
    /// The port of ssh.
    int port() const { return connect && connect->port ? connect->port->value : 22; }
};

void check_managed(const Managed& body, const std::string& image,
                   const intent::Component& component, Decoding& context);
/// `way_out`: the machines have public addresses.
Diagnostics check_managed(const Managed& body, const Part& part, const Design& design,
                          bool way_out);

/// Reports `connect.address: public` of machines that have none.
void refuse_public_address(const Managed& body, const intent::Component& component,
                           Decoding& context);

/// A reference to an output of the part itself.
intent::Reference output_of(const Part& part, std::string_view name);
/// The connection to machines of an image.
ansible::Connection connection(const Managed& body, const std::string& image,
                               const intent::Project& project);
/// Lets ssh in from `connect.from`, and plain HTTP out where packages are or may be installed.
void add_ways(const Managed& body, const Part& part, const Design& design, Builder& builder);
/// The name of the key pair of `connect.authorize`; nothing without one.
std::optional<tf::Expr> add_key_pair(const Managed& body, const Part& part, const Design& design,
                                     Builder& builder);

}  // namespace agentops::catalog::aws
