#pragma once

// What every virtual machine has, alone (server) or in a group (service): an image, an encrypted
// disk, a role without rights of its own, and a security group that lets nothing in and HTTPS out.

#include "catalog/aws/connect.h"
#include "catalog/builder.h"
#include "catalog/decode.h"
#include "intent/quantity.h"

namespace agentops::catalog::aws {

/// Who may connect from outside, and where.
struct Expose {
    Located<std::int64_t> port;
    Located<intent::Literal> to;  ///< internet, vpc or a range
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("port", port, "port that is open");
        v.required("to", to, "who may connect: internet, vpc, or a range such as 10.0.0.0/8");
    }
};

struct MachineBody : Spec, Managed {
    Located<intent::Literal> image;
    Located<intent::Bytes> disk{{std::int64_t{20} << 30}, {}};
    std::optional<Located<std::int64_t>> port;

    template <class V>
    void visit_machine(V& v) {
        v.required("image", image, "machine image: ubuntu-24.04, debian-12, ... or ami-...");
        v.optional("disk", disk, "size of the root disk (20 GiB)");
        v.optional("port", port,
                   "port at which the machine listens, for those who use it (that of expose)");
        visit_managed(v);
        v.optional("after", after, "components that come before `configure`");
    }
};

/// Reports unknown images, and ports and disks that cannot be.
void check_machine(const MachineBody& body, const yaml::Node& at, Decoding& context);
void check_expose(const Expose& expose, const yaml::Node& at, Decoding& context);
/// Reports a text that names nobody: internet, vpc, or a range.
void check_audience(const yaml::Node& node, Decoding& context);

bool is_public(const Expose& expose);
/// The IPv4 range of who may connect.
tf::Value audience(const std::string& to, const Facets& network);
/// The user that logs in to machines of an image; "" when the image is not in the table.
std::string login_of(std::string_view image);

/// Facets that all machines share: group, role, and the port at which they are used.
Facets machine_facets(const Part& part, std::optional<std::int64_t> port);

/// The image, looked up: `["id"]` and `["root_device_name"]`.
tf::Expr add_image(const Part& part, const MachineBody& body, Builder& builder);
/// The lifecycle of what runs an image, in its argument `argument`: a newer image of the same name
/// must not replace a machine that runs, another name or architecture in the intent must.
tf::Map keep_image(const Part& part, const MachineBody& body, std::string_view argument,
                   Builder& builder);
/// The group of a part's machines, with HTTPS out: updates and the provider's services need it.
void add_group(const Part& part, const Design& design, Builder& builder);
/// An empty security group, "<label>" or "<label>_<suffix>".
tf::Expr add_empty_group(const Part& part, const Design& design, Builder& builder,
                         std::string_view suffix = {});
/// Lets the audience of `expose` into a group.
void add_entrance(const Part& part, const Design& design, const tf::Expr& group,
                  const Expose& expose, Builder& builder);
/// The role and the profile that carries it; returns the profile.
tf::Expr add_identity(const Part& part, const Design& design, Builder& builder);

/// depends_on of what needs the way to the Internet and names only a subnet.
tf::List after_internet(const Facets& network);

/// Arguments of a root disk: encrypted, gp3.
tf::Map disk(const MachineBody& body);
/// Instance metadata by session token only, one network hop away at most.
tf::Map metadata_options();
}  // namespace agentops::catalog::aws
