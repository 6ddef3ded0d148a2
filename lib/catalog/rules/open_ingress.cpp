// Ports open to everybody that the intent does not expose. Ports by which machines and databases
// are administered are worse, exposed or not.

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

constexpr int kSensitivePorts[] = {22,   23,   445,  1433, 1521, 2375,  3306, 3389,
                                   5432, 5439, 5900, 6379, 9200, 11211, 27017};
constexpr int kLastPort = 65'535;

/// One rule of a group that lets somebody in.
struct Entrance {
    std::int64_t from = 0;
    std::int64_t to = kLastPort;
    std::vector<std::string_view> ranges;

    bool contains(int port) const { return from <= port && port <= to; }
    /// "port 22 is open to the Internet"
    std::string complaint() const {
        const auto ports = from == 0 && to == kLastPort ? std::string("every port is")
                           : from == to                 ? fmt::format("port {} is", from)
                                        : fmt::format("ports {} to {} are", from, to);
        return ports + " open to the Internet";
    }
};

/// 0.0.0.0/0, ::/0, and halves or smaller shares of the Internet that amount to it.
bool is_everybody(std::string_view range) {
    const auto slash = range.rfind('/');
    return slash != std::string_view::npos && range.size() == slash + 2 &&
           range[slash + 1] >= '0' && range[slash + 1] <= '7';
}

Entrance entrance(const tf::Map& rule, std::string_view protocol_name,
                  const std::vector<const char*>& range_names) {
    Entrance found;
    const auto protocol = text_of(argument(rule, protocol_name));
    if (protocol != "-1" && protocol != "all") {
        found.from = number_of(argument(rule, "from_port")).value_or(0);
        found.to = number_of(argument(rule, "to_port")).value_or(kLastPort);
    }
    for (const auto* name : range_names) {
        for (const auto range : texts_of(argument(rule, name)))
            found.ranges.push_back(range);
    }
    return found;
}

std::vector<Entrance> entrances(const tf::Resource& resource) {
    const auto& body = resource.body;
    if (resource.type == "aws_vpc_security_group_ingress_rule")
        return {entrance(body, "ip_protocol", {"cidr_ipv4", "cidr_ipv6"})};
    const std::vector<const char*> ranges{"cidr_blocks", "ipv6_cidr_blocks"};
    if (resource.type == "aws_security_group_rule" && text_of(argument(body, "type")) == "ingress")
        return {entrance(body, "protocol", ranges)};
    std::vector<Entrance> found;
    if (resource.type == "aws_security_group" || resource.type == "aws_default_security_group") {
        for (const auto* block : blocks(body, "ingress"))
            found.push_back(entrance(*block, "protocol", ranges));
    }
    return found;
}

/// The ports that components expose to the Internet, by component.
using ExposedPorts = std::unordered_map<std::string_view, std::int64_t>;

ExposedPorts exposed_ports(const intent::Stack& stack) {
    ExposedPorts ports;
    for (const auto& component : stack.components) {
        const auto* expose = component.body.find("expose");
        const auto* to = expose == nullptr ? nullptr : expose->find("to");
        const auto* port = expose == nullptr ? nullptr : expose->find("port");
        if (to == nullptr || port == nullptr || to->text != "internet") continue;
        const tf::Value text(port->text);
        if (const auto number = number_of(&text)) ports.emplace(component.name, *number);
    }
    return ports;
}

std::optional<Remark> look(const tf::Resource& resource, const ExposedPorts& ports) {
    std::optional<Remark> worst;
    for (const auto& each : entrances(resource)) {
        if (std::none_of(each.ranges.begin(), each.ranges.end(), is_everybody)) continue;
        const auto sensitive = std::find_if(std::begin(kSensitivePorts), std::end(kSensitivePorts),
                                            [&](int port) { return each.contains(port); });
        if (sensitive != std::end(kSensitivePorts))
            return remark(each.from == each.to
                              ? each.complaint()
                              : fmt::format("{}, {} among them", each.complaint(), *sensitive),
                          Severity::critical);
        const auto exposed = ports.find(resource.origin.component);
        if (exposed == ports.end() || exposed->second != each.from || each.from != each.to)
            worst = remark(each.complaint());
    }
    return worst;
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& stack) {
    const auto ports = exposed_ports(stack);
    return judge_resources(root,
                           [&](const tf::Resource& resource) { return look(resource, ports); });
}

}  // namespace

const Rule& open_ingress_rule() {
    static const Rule rule{"open-ingress", Severity::high,
                           "a port is open to the Internet that the intent does not expose, or one "
                           "of SSH, RDP or a database",
                           "name the ranges or groups that need it; open a port to everybody only "
                           "by `expose:` with `to: internet`",
                           judge};
    return rule;
}

}  // namespace agentops::catalog
