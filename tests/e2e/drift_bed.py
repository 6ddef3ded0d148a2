"""A stack of many resource types, and changes behind its back with what a drift check must say.

Imported by a test it is plain standard library: the intents, the cases and their rounds. Run as a
script, by an interpreter that has boto3 (that of moto_server), it makes the changes of some cases:
`python drift_bed.py < {"url": ..., "state": {address: attributes}, "undo": ..., "cases": [[name, number], ...]}`.

The stack is made of families: groups of resources that belong together, each several times over;
`#` is their number. A case is written for a family and gets a number and a round of its own, so
that many cases need few looks. What one changes, no other case of its round touches.
"""

import json
import pathlib
import re
import subprocess
import sys

import drift_cases

ACCOUNT = "arn:aws:iam::123456789012:root"
TAGS = "{team: a, stage: test}"


def document(effect, principal, action, resource="*", **more):
    """An access policy with one statement, as JSON text."""
    statement = {"Sid": "One", "Effect": effect, "Principal": principal, "Action": action, "Resource": resource, **more}
    kept = {key: value for key, value in statement.items() if value}
    return json.dumps({"Version": "2012-10-17", "Statement": [kept]})


TEXTS = {
    "TRUST": document("Allow", {"Service": "ec2.amazonaws.com"}, "sts:AssumeRole", None),
    "READ": document("Allow", None, ["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::bed-data/*"),
    "TOPIC": document("Allow", {"AWS": ACCOUNT}, ["sns:Publish", "sns:Subscribe"]),
    "QUEUE": document("Allow", {"AWS": ACCOUNT}, ["sqs:SendMessage", "sqs:ReceiveMessage"]),
    "KEY": document("Allow", {"AWS": ACCOUNT}, "kms:*"),
    "SECRET": document("Allow", {"AWS": ACCOUNT}, "secretsmanager:GetSecretValue"),
    "BUCKET": document("Allow", {"AWS": ACCOUNT}, ["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::bed-bucket-#/*"]),
    "BOARD": json.dumps({"widgets": [{"type": "text", "x": 0, "y": 0, "width": 3, "height": 3,
                                      "properties": {"markdown": "bed"}}]}),
    "OFF": "carrier_gateway_id: null, core_network_arn: null, destination_prefix_list_id: null, "
           "egress_only_gateway_id: null, ipv6_cidr_block: null, local_gateway_id: null, nat_gateway_id: null, "
           "network_interface_id: null, transit_gateway_id: null, vpc_endpoint_id: null, "
           "vpc_peering_connection_id: null",
    "ANY": "self: false, security_groups: [], ipv6_cidr_blocks: [], prefix_list_ids: []",
    "TAGS": TAGS,
}

HEAD = """\
# The bed on which drift is tested. Adopted values land here, and comments stay.
apiVersion: agentops/v1
intent: NAME
owner: ann@example.com
target: {provider: aws, region: eu-west-1, endpoint: "URL"}   # the emulator
components:
"""
# What no case touches and others need.
GROUND = """\
  net: {kind: resource, type: aws_vpc, args: {cidr_block: 10.20.0.0/16, tags: {Name: net}}}
  door: {kind: resource, type: aws_internet_gateway, args: {vpc_id: "${net.id}", tags: {Name: door}}}
  land: {kind: resource, type: aws_subnet, args: {vpc_id: "${net.id}", cidr_block: 10.20.1.0/24}}
  wall: {kind: resource, type: aws_security_group, args: {name: bed-wall, description: Bed, vpc_id: "${net.id}"}}
  shared: {kind: resource, type: aws_iam_policy, args: {name: bed-shared, policy: '@READ@'}}
"""
# The second stack: catalog kinds only.
SHOP = """\
  base: {kind: network, cidr: 10.30.0.0/16, zones: 1}
  files: {kind: bucket, versioned: true, expire: 30 d}   # what customers upload
  jobs:
    kind: queue
    visibility: 60 s   # a job takes half of it
    retention: 4 d
  box: {kind: server, in: base, image: ubuntu-24.04, uses: [files, jobs]}
"""
# And one that nobody touches.
CALM = """\
  calm: {kind: queue}
  still: {kind: resource, type: aws_sns_topic, args: {name: calm-still}}
"""


def resource(name, kind, args):
    """A component of kind resource on one line."""
    return f"  {name}: {{kind: resource, type: {kind}, args: {{{args}}}}}\n"


# Families: how often each is there, and its components.
FAMILIES = {
    "topic": (2, """\
  topic#:
    kind: resource
    type: aws_sns_topic
    args:
      name: bed-topic-#
      display_name: Bed   # what mails say
      tags:
        team: a           # who pays
        stage: test
""" + resource("ptopic#", "aws_sns_topic", "name: bed-ptopic-#, policy: '@TOPIC@'")),
    "queue": (2, """\
  queue#:   # the plain queue
    kind: resource
    type: aws_sqs_queue
    args:
      name: bed-queue-#
      delay_seconds: 5   # the mill is slow
      visibility_timeout_seconds: 60
      tags: @TAGS@
""" + resource("pqueue#", "aws_sqs_queue", "name: bed-pqueue-#")
              + resource("qpolicy#", "aws_sqs_queue_policy", "queue_url: '${pqueue#.id}', policy: '@QUEUE@'")
              + resource("feed#", "aws_sns_topic_subscription",
                         "topic_arn: '${ptopic#.arn}', protocol: sqs, endpoint: '${pqueue#.arn}'")),
    "table": (2, resource("table#", "aws_dynamodb_table",
                          "name: bed-table-#, billing_mode: PROVISIONED, read_capacity: 5, write_capacity: 5, "
                          "hash_key: id, attribute: [{name: id, type: S}], "
                          "ttl: {attribute_name: gone, enabled: true}, tags: @TAGS@")),
    "role": (3, resource("role#", "aws_iam_role",
                         "name: bed-role-#, assume_role_policy: '@TRUST@', "
                         "max_session_duration: 7200, tags: @TAGS@")
             + resource("rolepolicy#", "aws_iam_role_policy",
                        "name: inline, role: '${role#.id}', policy: '@READ@'")
             + resource("attach#", "aws_iam_role_policy_attachment",
                        "role: '${role#.name}', policy_arn: '${shared.arn}'")
             + resource("profile#", "aws_iam_instance_profile",
                        "name: bed-profile-#, role: '${role#.name}', tags: @TAGS@")),
    "policy": (2, resource("policy#", "aws_iam_policy",
                           "name: bed-policy-#, description: Bed, policy: '@READ@', tags: @TAGS@")),
    "user": (2, resource("user#", "aws_iam_user", "name: bed-user-#, path: /bed/, tags: @TAGS@")
             + resource("userpolicy#", "aws_iam_user_policy",
                        "name: inline, user: '${user#.name}', policy: '@READ@'")
             + resource("group#", "aws_iam_group", "name: bed-group-#, path: /bed/")),
    "param": (2, """\
  param#:
    kind: resource
    type: aws_ssm_parameter
    args: {name: /bed/param-#, type: String, value: one, description: Bed, tags: @TAGS@}   # a setting
"""),
    "log": (2, resource("log#", "aws_cloudwatch_log_group",
                        "name: /bed/log-#, retention_in_days: 14, tags: @TAGS@")),
    "key": (2, resource("key#", "aws_kms_key",
                        "description: Bed, policy: '@KEY@', deletion_window_in_days: 7, enable_key_rotation: true, "
                        "tags: @TAGS@")
            + resource("alias#", "aws_kms_alias", "name: alias/bed-#, target_key_id: '${key#.key_id}'")),
    "secret": (2, resource("secret#", "aws_secretsmanager_secret",
                           "name: bed-secret-#, description: Bed, recovery_window_in_days: 0, tags: @TAGS@")
               + resource("spolicy#", "aws_secretsmanager_secret_policy",
                          "secret_arn: '${secret#.arn}', policy: '@SECRET@'")),
    "repo": (2, resource("repo#", "aws_ecr_repository",
                         "name: bed-repo-#, image_tag_mutability: IMMUTABLE, "
                         "image_scanning_configuration: {scan_on_push: true}, tags: @TAGS@")),
    "rules": (2, resource("rules#", "aws_security_group",
                          "name: bed-rules-#, description: Bed, vpc_id: '${net.id}', tags: @TAGS@")
              + resource("in#", "aws_vpc_security_group_ingress_rule",
                         "security_group_id: '${rules#.id}', description: web, ip_protocol: tcp, from_port: 443, "
                         "to_port: 443, cidr_ipv4: 10.0.0.0/8, tags: @TAGS@")
              + resource("out#", "aws_vpc_security_group_egress_rule",
                         "security_group_id: '${rules#.id}', ip_protocol: '-1', cidr_ipv4: 0.0.0.0/0")),
    "inline": (2, resource("inline#", "aws_security_group",
                           "name: bed-inline-#, description: Bed, vpc_id: '${net.id}', "
                           "ingress: [{protocol: tcp, from_port: 80, to_port: 80, description: web, "
                           "cidr_blocks: [10.0.0.0/8, 192.168.0.0/16], @ANY@}]")),
    "vpc": (1, resource("vpc#", "aws_vpc",
                        "cidr_block: 10.4#.0.0/16, enable_dns_hostnames: true, tags: @TAGS@")
            + resource("gate#", "aws_internet_gateway", "vpc_id: '${vpc#.id}', tags: @TAGS@")),
    "subnet": (2, resource("subnet#", "aws_subnet",
                           "vpc_id: '${net.id}', cidr_block: 10.20.1#.0/24, map_public_ip_on_launch: false, "
                           "tags: @TAGS@")),
    "routes": (2, resource("routes#", "aws_route_table", "vpc_id: '${net.id}', tags: @TAGS@")
               + resource("way#", "aws_route", "route_table_id: '${routes#.id}', "
                          "destination_cidr_block: 192.168.0.0/16, gateway_id: '${door.id}'")
               + resource("ways#", "aws_route_table", "vpc_id: '${net.id}', route: "
                          "[{cidr_block: 172.16.0.0/16, gateway_id: '${door.id}', @OFF@}]")),
    "zone": (2, resource("zone#", "aws_route53_zone", "name: bed#.example.com, comment: Bed, tags: @TAGS@")
             + resource("record#", "aws_route53_record",
                        "zone_id: '${zone#.zone_id}', name: www.bed#.example.com, type: A, ttl: 300, "
                        "records: [192.0.2.1, 192.0.2.2]")),
    "bucket": (3, resource("bucket#", "aws_s3_bucket", "bucket: bed-bucket-#, force_destroy: true, tags: @TAGS@")
               + resource("bversion#", "aws_s3_bucket_versioning",
                          "bucket: '${bucket#.id}', versioning_configuration: {status: Enabled}")
               + resource("bblock#", "aws_s3_bucket_public_access_block",
                          "bucket: '${bucket#.id}', block_public_acls: true, block_public_policy: true, "
                          "ignore_public_acls: true, restrict_public_buckets: true")
               + resource("bpolicy#", "aws_s3_bucket_policy", "bucket: '${bucket#.id}', policy: '@BUCKET@'")
               + resource("bcrypt#", "aws_s3_bucket_server_side_encryption_configuration",
                          "bucket: '${bucket#.id}', "
                          "rule: [{apply_server_side_encryption_by_default: {sse_algorithm: AES256}}]")),
    "alarm": (2, resource("alarm#", "aws_cloudwatch_metric_alarm",
                          "alarm_name: bed-alarm-#, alarm_description: Bed, namespace: AWS/EC2, "
                          "metric_name: CPUUtilization, statistic: Average, period: 60, evaluation_periods: 2, "
                          "comparison_operator: GreaterThanThreshold, threshold: 80, tags: @TAGS@")
              + resource("board#", "aws_cloudwatch_dashboard", "dashboard_name: bed-#, dashboard_body: '@BOARD@'")),
    "disk": (2, resource("disk#", "aws_ebs_volume",
                         "availability_zone: eu-west-1a, size: 10, type: gp3, encrypted: true, tags: @TAGS@")),
    "vm": (2, resource("vm#", "aws_instance",
                       "ami: ami-0a6e0500000000001, instance_type: t3.micro, subnet_id: '${land.id}', "
                       "vpc_security_group_ids: ['${wall.id}'], disable_api_termination: false, "
                       "metadata_options: {http_tokens: required}, "
                       "root_block_device: {encrypted: true, volume_size: 8}, tags: @TAGS@")),
    "timer": (2, resource("timer#", "aws_cloudwatch_event_rule",
                          "name: bed-timer-#, description: Bed, schedule_expression: rate(1 hour), tags: @TAGS@")
              + resource("aim#", "aws_cloudwatch_event_target",
                         "rule: '${timer#.name}', target_id: queue, arn: '${pqueue#.arn}'")),
    "cluster": (1, resource("cluster#", "aws_ecs_cluster",
                            "name: bed-cluster-#, setting: [{name: containerInsights, value: enabled}], "
                            "tags: @TAGS@")),
    "ip": (1, resource("ip#", "aws_eip", "domain: vpc, tags: @TAGS@")
           + resource("pair#", "aws_key_pair",
                      "key_name: bed-pair-#, tags: @TAGS@, public_key: 'ssh-ed25519 "
                      "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl bed'")),
    "efs": (1, resource("efs#", "aws_efs_file_system", "encrypted: true, tags: @TAGS@")),
    "shop": (1, SHOP),
}


def filled(text, number):
    """A text with its policies, and its number for each # that begins no comment."""
    for key, value in TEXTS.items():
        text = text.replace(f"@{key}@", value)
    return re.sub("#(?! )", str(number), text)


def intents(url):
    """The files of the project: the bed, and a stack that nobody touches."""
    bed = "".join(filled(text, number) for count, text in FAMILIES.values() for number in range(1, count + 1))
    head = HEAD.replace("URL", url)
    return {"bed.intent.yaml": head.replace("NAME", "bed") + filled(GROUND, 0) + bed,
            "calm.intent.yaml": head.replace("NAME", "calm") + CALM}


def component(intent, address):
    """The lines of an intent that make a resource, where it is named like its component."""
    name = address.split(".")[1]
    return re.search(rf"^  {name}:.*\n(?:    .*\n)*", intent, re.M)[0]


def members(target):
    """How many resources a case's target stands for."""
    name = target.split(".")[1]
    return next((count for count, text in FAMILIES.values() if re.search(f"^  {name}:", text, re.M)), 1)


def rounds(cases=None, most=None, avoid=frozenset()):
    """Lists of numbered cases, at most so many: within one, no two touch the same resource.

    What a revert cannot restore comes last: it goes on being drift, and later cases would meet it.
    It and what is no drift are placed first; what finds no place is left out, unless there is no limit.
    Addresses to `avoid` are touched by none.
    """
    cases = drift_cases.all_cases() if cases is None else cases
    order = sorted(cases, key=lambda one: (not one.lasts, bool(one.drifted)))
    for number in [most] if most else range(1, len(cases) + 1):
        made = [[] for _ in range(number)]
        placed = [_placed(one, made[-1:] if one.lasts else made, avoid) for one in order]
        if most or all(placed):
            return made
    raise AssertionError("a case touches what another case of its own touches")


def _placed(case, rounds, avoid):
    """Puts a case, for the first member of its family that fits, into the emptiest round."""
    choices = [case.numbered(number) for number in range(1, members(case.target) + 1)]
    for cases in sorted(rounds, key=len):
        touched = set(avoid).union(*(one.touched for one in cases))
        fit = next((one for one in choices if not one.touched & touched), None)
        if fit:
            cases.append(fit)
            return True
    return False


def expected(cases):
    """What must be reported after these cases, and what may be: address -> status, addresses."""
    must = {address: status for one in cases for address, status in one.drifted.items()}
    return must, {address for one in cases for address in one.may} - set(must)


def interpreter(pid):
    """The Python that runs a process started from a script: it has what the script needs."""
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()


def inject(emulator, state, cases, undo=False):
    """Makes the changes of these cases in one process, or undoes them; `state` has attributes by address."""
    order = {"url": emulator.url, "state": state, "undo": undo, "cases": [[one.name, one.number] for one in cases]}
    made = subprocess.run([interpreter(emulator.pid), __file__], input=json.dumps(order), text=True,
                          capture_output=True)
    if made.returncode != 0:
        raise AssertionError(f"could not inject:\n{made.stdout}{made.stderr}")


class Clients:
    """boto3 clients of the emulator, made when they are first asked for: clients.sqs."""

    def __init__(self, url):
        self._url = url

    def __getattr__(self, service):
        import boto3

        made = boto3.client(service, endpoint_url=self._url, region_name="eu-west-1", aws_access_key_id="test",
                            aws_secret_access_key="test")
        setattr(self, service, made)
        return made


class Target:
    """A resource in the state: its attributes, its `type`, and its own attribute of that name as `kind`."""

    def __init__(self, state, address, number):
        self._state, self._number = state, number
        self._attributes = state[address]
        self.type = address.split(".")[0]
        self.kind = self._attributes.get("type")

    def __getattr__(self, name):
        try:
            return self._attributes[name]
        except KeyError:
            raise AttributeError(name) from None

    def other(self, address):
        """Another resource of the same number."""
        return Target(self._state, address.replace("#", str(self._number)), self._number)


def main():
    """Makes the changes that stdin asks for; says which could not be made."""
    order = json.load(sys.stdin)
    clients, known = Clients(order["url"]), {one.name: one for one in drift_cases.all_cases() + drift_cases.adopted()}
    failed = False
    for name, number in order["cases"]:
        one = known[name].numbered(number)
        try:
            (one.undo if order["undo"] else one.inject)(clients, Target(order["state"], one.target, number))
        except Exception as error:  # whatever the emulator does not know
            failed = True
            print(f"{name} ({one.target}): {type(error).__name__}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
