"""Cases of the drift bed on networks, security groups and machines."""

from drift_case import (
    ATTRIBUTE, CHILD, CONTROL, DELETED, NOISE, RULE_ADDED, RULE_REMOVED, TAG_ADDED, case, permission, tag, tags,
)


def close(aws, it):
    """Takes the way in for ssh away again."""
    aws.ec2.revoke_security_group_ingress(GroupId=it.id, IpPermissions=permission(22, "0.0.0.0/0"))


def guarded_groups():
    """A security group whose rules are resources of their own."""
    group, rule, out = "aws_security_group.rules#", "aws_vpc_security_group_ingress_rule.in#", \
        "aws_vpc_security_group_egress_rule.out#"

    def change(description="web", cidr="10.0.0.0/8"):
        return lambda aws, it: aws.ec2.modify_security_group_rules(
            GroupId=it.security_group_id, SecurityGroupRules=[{
                "SecurityGroupRuleId": it.security_group_rule_id,
                "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": cidr,
                                      "Description": description}}])

    return [
        *tags(group),
        case(RULE_ADDED, group, "ingress", lambda aws, it: aws.ec2.authorize_security_group_ingress(
            GroupId=it.id, IpPermissions=permission(22, "0.0.0.0/0")), undo=close),
        case(RULE_ADDED, group, "egress", lambda aws, it: aws.ec2.authorize_security_group_egress(
            GroupId=it.id, IpPermissions=permission(25, "0.0.0.0/0")),
             undo=lambda aws, it: aws.ec2.revoke_security_group_egress(
                 GroupId=it.id, IpPermissions=permission(25, "0.0.0.0/0"))),
        case(CHILD, rule, "cidr_ipv4", change(cidr="0.0.0.0/0"), may=[group]),
        case(CHILD, rule, "description", change(description="other"), may=[group]),
        *tags(rule, [TAG_ADDED]),
        case(RULE_REMOVED, rule, "", lambda aws, it: aws.ec2.revoke_security_group_ingress(
            GroupId=it.security_group_id, SecurityGroupRuleIds=[it.security_group_rule_id]), may=[group]),
        case(RULE_REMOVED, out, "", lambda aws, it: aws.ec2.revoke_security_group_egress(
            GroupId=it.security_group_id, SecurityGroupRuleIds=[it.security_group_rule_id]), may=[group]),
        case(DELETED, group, "", lambda aws, it: aws.ec2.delete_security_group(GroupId=it.id),
             also={rule: "deleted", out: "deleted"}),
        case(CONTROL, rule, "", change(), may=[group], note="the same values again"),
    ]


def inline_groups():
    """A security group with its rules inside."""
    group = "aws_security_group.inline#"
    allow = lambda port, *ranges: lambda aws, it: aws.ec2.authorize_security_group_ingress(
        GroupId=it.id, IpPermissions=permission(port, *ranges))
    revoke = lambda aws, it, *ranges: aws.ec2.revoke_security_group_ingress(
        GroupId=it.id, IpPermissions=permission(80, *ranges))
    both = ("10.0.0.0/8", "192.168.0.0/16")

    def reorder(aws, it):
        revoke(aws, it, *both)
        aws.ec2.authorize_security_group_ingress(
            GroupId=it.id, IpPermissions=permission(80, *reversed(both), description="web"))

    return [
        case(RULE_ADDED, group, "ingress", allow(22, "0.0.0.0/0")),
        case(RULE_ADDED, group, "ingress", allow(80, "172.16.0.0/12"), note="a range more"),
        case(RULE_REMOVED, group, "ingress", lambda aws, it: revoke(aws, it, *both)),
        case(RULE_REMOVED, group, "ingress", lambda aws, it: revoke(aws, it, both[0]), note="a range less"),
        case(ATTRIBUTE, group, "ingress", lambda aws, it: aws.ec2.update_security_group_rule_descriptions_ingress(
            GroupId=it.id, IpPermissions=permission(80, *both, description="other")), note="description"),
        case(TAG_ADDED, group, "tags.temp", lambda aws, it: tag(aws, it, {"temp": "yes"})),
        case(NOISE, group, "", reorder, note="the same rule made again, ranges in another order"),
        case(DELETED, group, "", lambda aws, it: aws.ec2.delete_security_group(GroupId=it.id)),
    ]


def networks():
    vpc, gate, subnet = "aws_vpc.vpc#", "aws_internet_gateway.gate#", "aws_subnet.subnet#"

    def detach(aws, it):
        aws.ec2.detach_internet_gateway(InternetGatewayId=it.id, VpcId=it.vpc_id)

    def drop_gate(aws, it):
        detach(aws, it)
        aws.ec2.delete_internet_gateway(InternetGatewayId=it.id)

    def drop_vpc(aws, it):
        drop_gate(aws, it.other(gate))
        aws.ec2.delete_vpc(VpcId=it.id)

    return [
        case(ATTRIBUTE, vpc, "enable_dns_hostnames", lambda aws, it: aws.ec2.modify_vpc_attribute(
            VpcId=it.id, EnableDnsHostnames={"Value": False}), adopt="enable_dns_hostnames: false"),
        case(ATTRIBUTE, vpc, "enable_dns_support", lambda aws, it: aws.ec2.modify_vpc_attribute(
            VpcId=it.id, EnableDnsSupport={"Value": False})),
        *tags(vpc),
        case(DELETED, vpc, "", drop_vpc, also={gate: "deleted"}),
        *tags(gate, [TAG_ADDED]),
        case(ATTRIBUTE, gate, "vpc_id", detach),
        case(DELETED, gate, "", drop_gate),
        case(ATTRIBUTE, subnet, "map_public_ip_on_launch", lambda aws, it: aws.ec2.modify_subnet_attribute(
            SubnetId=it.id, MapPublicIpOnLaunch={"Value": True}), adopt="map_public_ip_on_launch: true"),
        *tags(subnet),
        case(DELETED, subnet, "", lambda aws, it: aws.ec2.delete_subnet(SubnetId=it.id)),
        case(CONTROL, subnet, "", lambda aws, it: aws.ec2.create_network_interface(SubnetId=it.id),
             note="an interface in it", may=[]),
    ]


def routes():
    table, way, ways = "aws_route_table.routes#", "aws_route.way#", "aws_route_table.ways#"
    door = "aws_internet_gateway.door"
    add = lambda cidr: lambda aws, it: aws.ec2.create_route(
        RouteTableId=it.id, DestinationCidrBlock=cidr, GatewayId=it.other(door).id)
    drop = lambda table_id, cidr: lambda aws, it: aws.ec2.delete_route(
        RouteTableId=getattr(it, table_id), DestinationCidrBlock=cidr)

    def drop_table(aws, it):
        aws.ec2.delete_route_table(RouteTableId=it.id)

    return [
        *tags(table),
        case(RULE_ADDED, table, "route", add("198.51.100.0/24"), undo=drop("id", "198.51.100.0/24")),
        case(RULE_REMOVED, way, "", drop("route_table_id", "192.168.0.0/16"), may=[table]),
        case(RULE_ADDED, ways, "route", add("198.51.100.0/24")),
        case(RULE_REMOVED, ways, "route", drop("id", "172.16.0.0/16")),
        case(DELETED, ways, "", drop_table),
        case(DELETED, table, "", drop_table, also={way: "deleted"}),
    ]


def machines():
    disk, vm = "aws_ebs_volume.disk#", "aws_instance.vm#"
    modify = lambda **more: lambda aws, it: aws.ec2.modify_instance_attribute(InstanceId=it.id, **more)

    def resize(aws, it):
        aws.ec2.stop_instances(InstanceIds=[it.id])
        modify(InstanceType={"Value": "t3.small"})(aws, it)
        aws.ec2.start_instances(InstanceIds=[it.id])

    return [
        case(ATTRIBUTE, disk, "size", lambda aws, it: aws.ec2.modify_volume(VolumeId=it.id, Size=20), adopt="size: 20"),
        *tags(disk),
        case(DELETED, disk, "", lambda aws, it: aws.ec2.delete_volume(VolumeId=it.id)),
        case(CONTROL, disk, "", lambda aws, it: aws.ec2.create_snapshot(VolumeId=it.id), note="a snapshot"),
        *tags(vm),
        case(ATTRIBUTE, vm, "instance_type", resize),
        case(ATTRIBUTE, vm, "disable_api_termination", modify(DisableApiTermination={"Value": True}),
             adopt="disable_api_termination: true"),
        case(ATTRIBUTE, vm, "instance_state", lambda aws, it: aws.ec2.stop_instances(InstanceIds=[it.id]),
             undo=lambda aws, it: aws.ec2.start_instances(InstanceIds=[it.id])),
        case(DELETED, vm, "", lambda aws, it: aws.ec2.terminate_instances(InstanceIds=[it.id])),
    ]
