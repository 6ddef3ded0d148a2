"""What a case of the drift bed is, and what cases are made of: tags, policies, rules.

A case is written for a family of drift_bed.FAMILIES, where `#` stands for the number of a member.
`inject` gets clients of boto3 (`aws.sqs`) and the target's attributes in the state (`it.url`).
"""

import dataclasses
import json
import typing

ATTRIBUTE, TAG_ADDED, TAG_REMOVED, TAG_CHANGED = "attribute changed", "tag added", "tag removed", "tag changed"
RULE_ADDED, RULE_REMOVED, CHILD = "rule added", "rule removed", "child resource changed"
DELETED, RECREATED, NOISE, CONTROL = "resource deleted", "deleted and recreated", "noise only", "control"
GROUPS = (ATTRIBUTE, TAG_ADDED, TAG_REMOVED, TAG_CHANGED, RULE_ADDED, RULE_REMOVED, CHILD, DELETED, RECREATED,
          NOISE, CONTROL)


@dataclasses.dataclass(frozen=True)
class Case:
    """A change behind the stack's back, and what a drift check must say of it."""

    name: str
    group: str
    target: str  # address; a verdict is wanted for it
    path: str  # attribute that must differ, or what lies in it; "" when the target is gone or in order
    inject: typing.Callable  # (clients, target's attributes)
    also: dict  # address -> status, of what else drifts
    may: tuple  # addresses that may be named or not: they show the same change from another side
    undo: typing.Optional[typing.Callable]  # like inject; for what no configuration sets: a revert cannot restore it
    adopt: str  # what an intent says that took it over; "" when that is not tested
    number: int = 0

    @property
    def lasts(self):
        """A revert leaves it, and it goes on being drift."""
        return self.undo is not None

    @property
    def drifted(self):
        """What must be reported: address -> status."""
        if self.group in (NOISE, CONTROL) or (self.group == RECREATED and not self.path):
            return {}
        return {self.target: "modified" if self.path else "deleted", **self.also}

    @property
    def touched(self):
        """Every address that no other case of the round may touch."""
        return {self.target, *self.also, *self.may}

    def numbered(self, number):
        """This case for one member of its family."""
        put = lambda text: text.replace("#", str(number))
        return dataclasses.replace(self, target=put(self.target), may=tuple(map(put, self.may)), number=number,
                                   also={put(address): status for address, status in self.also.items()})


def case(group, target, path, inject, *, note="", also=None, may=(), undo=None, adopt=""):
    """A case with its name made from what it does."""
    thing = target.split(".")[1].rstrip("#")
    name = f"{thing}: {group}{f', {note or path}' if note or path else ''}"
    return Case(name, group, target, path, inject, also or {}, tuple(may), undo, adopt)


def nobody_can(_aws, _it):
    """Undoes nothing: what was made anew stays so."""


def pairs(tags, key="Key", value="Value"):
    """Tags as most services want them."""
    return [{key: name, value: text} for name, text in tags.items()]


def tag(aws, it, tags):
    """Sets tags on an object through the API of its service."""
    if it.type in TAGGING:
        service, noun, argument, attribute, member, form, _ = TAGGING[it.type]
        getattr(getattr(aws, service), f"tag_{noun}")(**{argument: getattr(it, attribute), member: form(tags)})
    elif it.type == "aws_ssm_parameter":
        aws.ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=it.name, Tags=pairs(tags))
    elif it.type == "aws_route53_zone":
        aws.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=it.zone_id, AddTags=pairs(tags))
    elif it.type == "aws_s3_bucket":
        aws.s3.put_bucket_tagging(Bucket=it.id, Tagging={"TagSet": pairs({**it.tags_all, **tags})})
    else:
        aws.ec2.create_tags(Resources=[_ec2_id(it)], Tags=pairs(tags))


def untag(aws, it, *keys):
    """Removes tags likewise."""
    if it.type in TAGGING:
        service, noun, argument, attribute, _, _, member = TAGGING[it.type]
        getattr(getattr(aws, service), f"untag_{noun}")(**{argument: getattr(it, attribute), member: list(keys)})
    elif it.type == "aws_ssm_parameter":
        aws.ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId=it.name, TagKeys=list(keys))
    elif it.type == "aws_route53_zone":
        aws.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=it.zone_id, RemoveTagKeys=list(keys))
    elif it.type == "aws_s3_bucket":
        kept = {key: value for key, value in it.tags_all.items() if key not in keys}
        aws.s3.put_bucket_tagging(Bucket=it.id, Tagging={"TagSet": pairs(kept)})
    else:
        aws.ec2.delete_tags(Resources=[_ec2_id(it)], Tags=[{"Key": key} for key in keys])


def _ec2_id(it):
    """What EC2 tags an object by."""
    return it.key_pair_id if it.type == "aws_key_pair" else it.id


# How the services that have an API of their own tag: type -> service, noun of tag_... and untag_...,
# argument that names the object and its value, argument with the tags and its form, that with keys.
TAGGING = {
    "aws_sns_topic": ("sns", "resource", "ResourceArn", "arn", "Tags", pairs, "TagKeys"),
    "aws_sqs_queue": ("sqs", "queue", "QueueUrl", "url", "Tags", dict, "TagKeys"),
    "aws_dynamodb_table": ("dynamodb", "resource", "ResourceArn", "arn", "Tags", pairs, "TagKeys"),
    "aws_iam_role": ("iam", "role", "RoleName", "name", "Tags", pairs, "TagKeys"),
    "aws_iam_policy": ("iam", "policy", "PolicyArn", "arn", "Tags", pairs, "TagKeys"),
    "aws_iam_user": ("iam", "user", "UserName", "name", "Tags", pairs, "TagKeys"),
    "aws_iam_instance_profile": ("iam", "instance_profile", "InstanceProfileName", "name", "Tags", pairs, "TagKeys"),
    "aws_cloudwatch_log_group": ("logs", "resource", "resourceArn", "arn", "tags", dict, "tagKeys"),
    "aws_kms_key": ("kms", "resource", "KeyId", "key_id", "Tags", lambda tags: pairs(tags, "TagKey", "TagValue"),
                    "TagKeys"),
    "aws_secretsmanager_secret": ("secretsmanager", "resource", "SecretId", "arn", "Tags", pairs, "TagKeys"),
    "aws_ecr_repository": ("ecr", "resource", "resourceArn", "arn", "tags", pairs, "tagKeys"),
    "aws_cloudwatch_metric_alarm": ("cloudwatch", "resource", "ResourceARN", "arn", "Tags", pairs, "TagKeys"),
    "aws_cloudwatch_event_rule": ("events", "resource", "ResourceARN", "arn", "Tags", pairs, "TagKeys"),
    "aws_ecs_cluster": ("ecs", "resource", "resourceArn", "arn", "tags", lambda tags: pairs(tags, "key", "value"),
                        "tagKeys"),
    "aws_efs_file_system": ("efs", "resource", "ResourceId", "id", "Tags", pairs, "TagKeys"),
}


def tags(target, groups=(TAG_ADDED, TAG_REMOVED, TAG_CHANGED), adopt=False):
    """Cases that add, remove and change a tag."""
    made = {
        TAG_ADDED: case(TAG_ADDED, target, "tags.temp", lambda aws, it: tag(aws, it, {"temp": "yes"}),
                        adopt="temp: " if adopt else ""),
        TAG_REMOVED: case(TAG_REMOVED, target, "tags.stage", lambda aws, it: untag(aws, it, "stage")),
        TAG_CHANGED: case(TAG_CHANGED, target, "tags.team", lambda aws, it: tag(aws, it, {"team": "b"})),
    }
    return [made[group] for group in groups]


def statement(action, principal=None, resource="*", effect="Allow"):
    """A policy that differs from the bed's."""
    made = {"Sid": "Other", "Effect": effect, "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [{k: v for k, v in made.items() if v}]})


def turned(policy):
    """The same policy, written another way: keys and lists in another order, more white space."""
    def turn(value):
        if isinstance(value, dict):
            return {key: turn(value[key]) for key in reversed(value)}
        return [turn(item) for item in reversed(value)] if isinstance(value, list) else value

    return json.dumps(turn(json.loads(policy)), indent=2)


ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
TRUST_OTHER = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]})


def permission(port, *ranges, description=None):
    """One rule of a security group, as EC2's API wants it."""
    blocks = [{"CidrIp": each, **({"Description": description} if description else {})} for each in ranges]
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": blocks}]
