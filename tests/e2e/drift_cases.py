"""Changes behind the drift bed's back: how each is made, and what a drift check must say of it.

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
    keeps: bool  # a revert cannot restore it: no configuration sets it
    adopt: str  # what an intent says that took it over; "" when that is not tested
    number: int = 0

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


def case(group, target, path, inject, *, note="", also=None, may=(), keeps=False, adopt=""):
    """A case with its name made from what it does."""
    thing = target.split(".")[1].rstrip("#")
    name = f"{thing}: {group}{f', {note or path}' if note or path else ''}"
    return Case(name, group, target, path, inject, also or {}, tuple(may), keeps, adopt)


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


def topics():
    topic, guarded, feed = "aws_sns_topic.topic#", "aws_sns_topic.ptopic#", "aws_sns_topic_subscription.feed#"
    put = lambda name, value: lambda aws, it: aws.sns.set_topic_attributes(
        TopicArn=it.arn, AttributeName=name, AttributeValue=value)

    def again(aws, it, tags):
        aws.sns.delete_topic(TopicArn=it.arn)
        aws.sns.create_topic(Name=it.name, Attributes={"DisplayName": it.display_name}, Tags=pairs(tags))

    def turn(aws, it):
        put("Policy", turned(it.policy))(aws, it)

    return [
        case(ATTRIBUTE, topic, "display_name", put("DisplayName", "Other"), adopt="display_name: Other"),
        *tags(topic, adopt=True),
        case(ATTRIBUTE, topic, "policy", put("Policy", statement("sns:Publish", "*")), keeps=True),
        case(DELETED, topic, "", lambda aws, it: aws.sns.delete_topic(TopicArn=it.arn)),
        case(RECREATED, topic, "tags", lambda aws, it: again(aws, it, {}), note="without its tags"),
        case(RECREATED, topic, "", lambda aws, it: again(aws, it, it.tags_all), note="the same"),
        case(CONTROL, topic, "", put("DisplayName", "Bed"), note="the same value again"),
        case(CONTROL, topic, "", lambda aws, it: aws.sns.publish(TopicArn=it.arn, Message="x"), note="a message"),
        case(ATTRIBUTE, guarded, "policy", put("Policy", statement("sns:Publish", "*"))),
        case(NOISE, guarded, "", turn, note="policy in another order"),
        case(CHILD, feed, "raw_message_delivery", lambda aws, it: aws.sns.set_subscription_attributes(
            SubscriptionArn=it.arn, AttributeName="RawMessageDelivery", AttributeValue="true")),
        case(DELETED, feed, "", lambda aws, it: aws.sns.unsubscribe(SubscriptionArn=it.arn)),
    ]


def queues():
    queue, guarded, policy = "aws_sqs_queue.queue#", "aws_sqs_queue.pqueue#", "aws_sqs_queue_policy.qpolicy#"
    put = lambda name, value: lambda aws, it: aws.sqs.set_queue_attributes(
        QueueUrl=it.url if hasattr(it, "url") else it.queue_url, Attributes={name: value})

    def again(aws, it, attributes, tags):
        aws.sqs.delete_queue(QueueUrl=it.url)
        aws.sqs.create_queue(QueueName=it.name, Attributes=attributes, tags=tags)

    same = {"DelaySeconds": "5", "VisibilityTimeout": "60"}
    return [
        case(ATTRIBUTE, queue, "delay_seconds", put("DelaySeconds", "7"),
             adopt="delay_seconds: 7   # the mill is slow"),
        case(ATTRIBUTE, queue, "visibility_timeout_seconds", put("VisibilityTimeout", "90"),
             adopt="visibility_timeout_seconds: 90"),
        case(ATTRIBUTE, queue, "message_retention_seconds", put("MessageRetentionPeriod", "86400")),
        *tags(queue),
        case(ATTRIBUTE, queue, "policy", put("Policy", statement("sqs:*", "*")), keeps=True),
        case(DELETED, queue, "", lambda aws, it: aws.sqs.delete_queue(QueueUrl=it.url)),
        case(RECREATED, queue, "delay_seconds", lambda aws, it: again(aws, it, {}, it.tags_all), note="with defaults"),
        case(RECREATED, queue, "", lambda aws, it: again(aws, it, same, it.tags_all), note="the same"),
        case(CONTROL, queue, "", put("DelaySeconds", "5"), note="the same value again"),
        case(CONTROL, queue, "", lambda aws, it: aws.sqs.send_message(QueueUrl=it.url, MessageBody="x"),
             note="a message"),
        case(CHILD, policy, "policy", put("Policy", statement("sqs:*", "*")), may=[guarded]),
        case(DELETED, policy, "", put("Policy", ""), may=[guarded]),
        case(NOISE, policy, "", lambda aws, it: put("Policy", turned(it.policy))(aws, it), may=[],
             note="in another order"),
    ]


def tables():
    table = "aws_dynamodb_table.table#"
    update = lambda **more: lambda aws, it: aws.dynamodb.update_table(TableName=it.name, **more)
    ttl = lambda on: lambda aws, it: aws.dynamodb.update_time_to_live(
        TableName=it.name, TimeToLiveSpecification={"Enabled": on, "AttributeName": "gone"})

    def again(aws, it):
        aws.dynamodb.delete_table(TableName=it.name)
        aws.dynamodb.create_table(
            TableName=it.name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}, Tags=pairs(it.tags_all))

    return [
        case(ATTRIBUTE, table, "read_capacity", update(ProvisionedThroughput={
            "ReadCapacityUnits": 9, "WriteCapacityUnits": 5}), adopt="read_capacity: 9"),
        case(ATTRIBUTE, table, "ttl", ttl(False)),
        case(ATTRIBUTE, table, "point_in_time_recovery", lambda aws, it: aws.dynamodb.update_continuous_backups(
            TableName=it.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}), keeps=True),
        case(ATTRIBUTE, table, "billing_mode", update(BillingMode="PAY_PER_REQUEST")),
        case(ATTRIBUTE, table, "deletion_protection_enabled", update(DeletionProtectionEnabled=True)),
        case(ATTRIBUTE, table, "stream_enabled", update(StreamSpecification={
            "StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})),
        *tags(table),
        case(DELETED, table, "", lambda aws, it: aws.dynamodb.delete_table(TableName=it.name)),
        case(RECREATED, table, "ttl", again, note="without its time to live"),
        case(CONTROL, table, "", lambda aws, it: aws.dynamodb.put_item(TableName=it.name, Item={"id": {"S": "x"}}),
             note="an item"),
    ]


def roles():
    role, inline, attached = "aws_iam_role.role#", "aws_iam_role_policy.rolepolicy#", \
        "aws_iam_role_policy_attachment.attach#"
    profile = "aws_iam_instance_profile.profile#"

    def strip(aws, it):
        aws.iam.delete_role_policy(RoleName=it.name, PolicyName="inline")
        aws.iam.detach_role_policy(RoleName=it.name, PolicyArn=it.other(attached).policy_arn)
        aws.iam.remove_role_from_instance_profile(RoleName=it.name, InstanceProfileName=it.other(profile).name)
        aws.iam.delete_role(RoleName=it.name)

    def again(aws, it):
        strip(aws, it)
        aws.iam.create_role(RoleName=it.name, MaxSessionDuration=7200, Tags=pairs(it.tags_all),
                            AssumeRolePolicyDocument=it.assume_role_policy)
        aws.iam.put_role_policy(RoleName=it.name, PolicyName="inline", PolicyDocument=it.other(inline).policy)
        aws.iam.attach_role_policy(RoleName=it.name, PolicyArn=it.other(attached).policy_arn)
        aws.iam.add_role_to_instance_profile(RoleName=it.name, InstanceProfileName=it.other(profile).name)

    trust = lambda aws, it, text: aws.iam.update_assume_role_policy(RoleName=it.name, PolicyDocument=text)
    put = lambda aws, it, text: aws.iam.put_role_policy(RoleName=it.role, PolicyName="inline", PolicyDocument=text)
    gone = {inline: "deleted", attached: "deleted", profile: "modified"}
    return [
        case(ATTRIBUTE, role, "description", lambda aws, it: aws.iam.update_role(
            RoleName=it.name, Description="Other", MaxSessionDuration=7200), adopt="description: Other"),
        case(ATTRIBUTE, role, "max_session_duration", lambda aws, it: aws.iam.update_role(
            RoleName=it.name, MaxSessionDuration=3600)),
        case(ATTRIBUTE, role, "assume_role_policy", lambda aws, it: trust(aws, it, TRUST_OTHER)),
        *tags(role),
        case(RULE_ADDED, role, "inline_policy", lambda aws, it: aws.iam.put_role_policy(
            RoleName=it.name, PolicyName="more", PolicyDocument=statement("s3:*")), keeps=True),
        case(RULE_ADDED, role, "managed_policy_arns", lambda aws, it: aws.iam.attach_role_policy(
            RoleName=it.name, PolicyArn="arn:aws:iam::123456789012:policy/bed-policy-1"), keeps=True),
        case(DELETED, role, "", strip, also=gone),
        case(RECREATED, role, "unique_id", again, note="the same", may=[inline, attached, profile]),
        case(NOISE, role, "", lambda aws, it: trust(aws, it, turned(it.assume_role_policy)), note="trust reordered"),
        case(CHILD, inline, "policy", lambda aws, it: put(aws, it, statement("s3:*")), may=[role]),
        case(DELETED, inline, "", lambda aws, it: aws.iam.delete_role_policy(
            RoleName=it.role, PolicyName="inline"), may=[role]),
        case(NOISE, inline, "", lambda aws, it: put(aws, it, turned(it.policy)), note="in another order"),
        case(RULE_REMOVED, attached, "", lambda aws, it: aws.iam.detach_role_policy(
            RoleName=it.role, PolicyArn=it.policy_arn), may=[role]),
        case(ATTRIBUTE, profile, "role", lambda aws, it: aws.iam.remove_role_from_instance_profile(
            RoleName=it.role, InstanceProfileName=it.name)),
        *tags(profile, [TAG_ADDED]),
    ]


def policies():
    policy = "aws_iam_policy.policy#"
    version = lambda aws, it, text: aws.iam.create_policy_version(
        PolicyArn=it.arn, PolicyDocument=text, SetAsDefault=True)

    def attach(aws, it):
        aws.iam.create_user(UserName=f"stranger-{it.name}")
        aws.iam.attach_user_policy(UserName=f"stranger-{it.name}", PolicyArn=it.arn)

    return [
        case(ATTRIBUTE, policy, "policy", lambda aws, it: version(aws, it, statement("s3:*"))),
        *tags(policy),
        case(NOISE, policy, "", lambda aws, it: version(aws, it, turned(it.policy)), note="a version saying the same"),
        case(NOISE, policy, "", attach, note="attached to a stranger"),
        case(DELETED, policy, "", lambda aws, it: aws.iam.delete_policy(PolicyArn=it.arn)),
    ]


def users():
    user, inline, group = "aws_iam_user.user#", "aws_iam_user_policy.userpolicy#", "aws_iam_group.group#"

    def strip(aws, it):
        aws.iam.delete_user_policy(UserName=it.name, PolicyName="inline")
        aws.iam.delete_user(UserName=it.name)

    def again(aws, it):
        strip(aws, it)
        aws.iam.create_user(UserName=it.name, Path=it.path, Tags=pairs(it.tags_all))
        aws.iam.put_user_policy(UserName=it.name, PolicyName="inline", PolicyDocument=it.other(inline).policy)

    def move(aws, it):
        aws.iam.update_user(UserName=it.name, NewPath="/other/")
        tag(aws, it, it.tags_all)  # the emulator loses them

    return [
        case(ATTRIBUTE, user, "path", move, adopt="path: /other/"),
        *tags(user),
        case(DELETED, user, "", strip, also={inline: "deleted"}),
        case(RECREATED, user, "unique_id", again, note="the same", may=[inline]),
        case(CONTROL, user, "", lambda aws, it: aws.iam.create_access_key(UserName=it.name), note="an access key"),
        case(CHILD, inline, "policy", lambda aws, it: aws.iam.put_user_policy(
            UserName=it.user, PolicyName="inline", PolicyDocument=statement("s3:*"))),
        case(DELETED, inline, "", lambda aws, it: aws.iam.delete_user_policy(UserName=it.user, PolicyName="inline")),
        case(DELETED, group, "", lambda aws, it: aws.iam.delete_group(GroupName=it.name)),
    ]


def params():
    param = "aws_ssm_parameter.param#"
    put = lambda value, **more: lambda aws, it: aws.ssm.put_parameter(
        Name=it.name, Value=value, Overwrite=True, **{"Type": it.kind, "Description": it.description, **more})

    def again(aws, it):
        aws.ssm.delete_parameter(Name=it.name)
        aws.ssm.put_parameter(Name=it.name, Value="one", Type="String", Tags=pairs(it.tags_all))

    return [
        case(ATTRIBUTE, param, "value", put("two"), adopt="value: two"),
        case(ATTRIBUTE, param, "description", put("one", Description="Other"), adopt="description: Other"),
        case(ATTRIBUTE, param, "type", put("one", Type="StringList")),
        *tags(param),
        case(DELETED, param, "", lambda aws, it: aws.ssm.delete_parameter(Name=it.name)),
        case(RECREATED, param, "description", again, note="without its description"),
        case(NOISE, param, "", put("one"), note="the same value again: its version grows"),
    ]


def logs():
    log = "aws_cloudwatch_log_group.log#"

    def again(aws, it):
        aws.logs.delete_log_group(logGroupName=it.name)
        aws.logs.create_log_group(logGroupName=it.name, tags=it.tags_all)

    def write(aws, it):
        aws.logs.create_log_stream(logGroupName=it.name, logStreamName="one")
        aws.logs.put_log_events(logGroupName=it.name, logStreamName="one",
                                logEvents=[{"timestamp": 1767225600000, "message": "x"}])

    return [
        case(ATTRIBUTE, log, "retention_in_days", lambda aws, it: aws.logs.put_retention_policy(
            logGroupName=it.name, retentionInDays=7), adopt="retention_in_days: 7"),
        case(ATTRIBUTE, log, "retention_in_days", lambda aws, it: aws.logs.delete_retention_policy(
            logGroupName=it.name), note="retention removed"),
        *tags(log),
        case(DELETED, log, "", lambda aws, it: aws.logs.delete_log_group(logGroupName=it.name)),
        case(RECREATED, log, "retention_in_days", again, note="without its retention"),
        case(CONTROL, log, "", write, note="a log line"),
    ]


def keys():
    key, alias = "aws_kms_key.key#", "aws_kms_alias.alias#"
    policy = lambda aws, it, text: aws.kms.put_key_policy(KeyId=it.key_id, PolicyName="default", Policy=text)
    return [
        case(ATTRIBUTE, key, "description", lambda aws, it: aws.kms.update_key_description(
            KeyId=it.key_id, Description="Other"), adopt="description: Other"),
        case(ATTRIBUTE, key, "is_enabled", lambda aws, it: aws.kms.disable_key(KeyId=it.key_id)),
        case(ATTRIBUTE, key, "enable_key_rotation", lambda aws, it: aws.kms.disable_key_rotation(KeyId=it.key_id)),
        case(ATTRIBUTE, key, "policy", lambda aws, it: policy(aws, it, statement("kms:Encrypt", ROOT))),
        *tags(key),
        case(NOISE, key, "", lambda aws, it: policy(aws, it, turned(it.policy)), note="policy in another order"),
        case(CONTROL, key, "", lambda aws, it: aws.kms.encrypt(KeyId=it.key_id, Plaintext=b"x"), note="used"),
        case(DELETED, key, "", lambda aws, it: aws.kms.schedule_key_deletion(KeyId=it.key_id, PendingWindowInDays=7),
             may=[alias]),
        case(DELETED, alias, "", lambda aws, it: aws.kms.delete_alias(AliasName=it.name)),
        case(ATTRIBUTE, alias, "target_key_id", lambda aws, it: aws.kms.update_alias(
            AliasName=it.name, TargetKeyId=aws.kms.create_key()["KeyMetadata"]["KeyId"])),
    ]


def secrets():
    secret, policy = "aws_secretsmanager_secret.secret#", "aws_secretsmanager_secret_policy.spolicy#"
    put = lambda aws, it, text: aws.secretsmanager.put_resource_policy(SecretId=it.secret_arn, ResourcePolicy=text)
    return [
        case(ATTRIBUTE, secret, "description", lambda aws, it: aws.secretsmanager.update_secret(
            SecretId=it.arn, Description="Other"), adopt="description: Other"),
        *tags(secret),
        case(CONTROL, secret, "", lambda aws, it: aws.secretsmanager.put_secret_value(
            SecretId=it.arn, SecretString="x"), note="a new value"),
        case(DELETED, secret, "", lambda aws, it: aws.secretsmanager.delete_secret(
            SecretId=it.arn, ForceDeleteWithoutRecovery=True), also={policy: "deleted"}),
        case(CHILD, policy, "policy", lambda aws, it: put(aws, it, statement("secretsmanager:*", ROOT)), may=[secret]),
        # The emulator then tells of an empty policy.
        case(RULE_REMOVED, policy, "policy", lambda aws, it: aws.secretsmanager.delete_resource_policy(
            SecretId=it.secret_arn), may=[secret]),
        case(NOISE, policy, "", lambda aws, it: put(aws, it, turned(it.policy)), note="in another order"),
    ]


def repositories():
    repo = "aws_ecr_repository.repo#"

    def again(aws, it):
        aws.ecr.delete_repository(repositoryName=it.name, force=True)
        aws.ecr.create_repository(repositoryName=it.name, tags=pairs(it.tags_all))

    return [
        case(ATTRIBUTE, repo, "image_tag_mutability", lambda aws, it: aws.ecr.put_image_tag_mutability(
            repositoryName=it.name, imageTagMutability="MUTABLE"), adopt="image_tag_mutability: MUTABLE"),
        case(ATTRIBUTE, repo, "image_scanning_configuration", lambda aws, it: aws.ecr.put_image_scanning_configuration(
            repositoryName=it.name, imageScanningConfiguration={"scanOnPush": False})),
        *tags(repo),
        case(DELETED, repo, "", lambda aws, it: aws.ecr.delete_repository(repositoryName=it.name, force=True)),
        case(RECREATED, repo, "image_tag_mutability", again, note="with defaults"),
        case(CONTROL, repo, "", lambda aws, it: aws.ecr.set_repository_policy(
            repositoryName=it.name, policyText=statement("ecr:*", ROOT, None)), note="a policy nobody manages"),
    ]


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
            GroupId=it.id, IpPermissions=permission(22, "0.0.0.0/0")), keeps=True),
        case(RULE_ADDED, group, "egress", lambda aws, it: aws.ec2.authorize_security_group_egress(
            GroupId=it.id, IpPermissions=permission(25, "0.0.0.0/0")), keeps=True),
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
        case(RULE_ADDED, table, "route", add("198.51.100.0/24"), keeps=True),
        case(RULE_REMOVED, way, "", drop("route_table_id", "192.168.0.0/16"), may=[table]),
        case(RULE_ADDED, ways, "route", add("198.51.100.0/24")),
        case(RULE_REMOVED, ways, "route", drop("id", "172.16.0.0/16")),
        case(DELETED, ways, "", drop_table),
        case(DELETED, table, "", drop_table, also={way: "deleted"}),
    ]


def zones():
    zone, record = "aws_route53_zone.zone#", "aws_route53_record.record#"

    def change(zone_id, action, name, values, ttl=300):
        return {"HostedZoneId": zone_id, "ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": {
            "Name": name, "Type": "A", "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]}}]}}

    ours = ("192.0.2.1", "192.0.2.2")
    put = lambda action, *values, **more: lambda aws, it: aws.route53.change_resource_record_sets(
        **change(it.zone_id, action, it.name if it.type == "aws_route53_record" else f"more.{it.name}", values, **more))

    def drop_zone(aws, it):
        for known in aws.route53.list_resource_record_sets(HostedZoneId=it.zone_id)["ResourceRecordSets"]:
            if known["Type"] == "A":
                aws.route53.change_resource_record_sets(HostedZoneId=it.zone_id, ChangeBatch={
                    "Changes": [{"Action": "DELETE", "ResourceRecordSet": known}]})
        aws.route53.delete_hosted_zone(Id=it.zone_id)

    return [
        case(ATTRIBUTE, zone, "comment", lambda aws, it: aws.route53.update_hosted_zone_comment(
            Id=it.zone_id, Comment="Other"), adopt="comment: Other"),
        *tags(zone),
        case(DELETED, zone, "", drop_zone, also={record: "deleted"}),
        case(CONTROL, zone, "", put("CREATE", "192.0.2.9"), note="a record nobody manages"),
        case(ATTRIBUTE, record, "ttl", put("UPSERT", *ours, ttl=60), adopt="ttl: 60"),
        case(RULE_ADDED, record, "records", put("UPSERT", *ours, "192.0.2.3")),
        case(RULE_REMOVED, record, "records", put("UPSERT", ours[0])),
        case(DELETED, record, "", put("DELETE", *ours)),
        case(NOISE, record, "", put("UPSERT", *reversed(ours)), note="records in another order"),
    ]


def buckets():
    bucket, version, block = "aws_s3_bucket.bucket#", "aws_s3_bucket_versioning.bversion#", \
        "aws_s3_bucket_public_access_block.bblock#"
    policy, crypt = "aws_s3_bucket_policy.bpolicy#", "aws_s3_bucket_server_side_encryption_configuration.bcrypt#"
    flags = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

    def again(aws, it):
        aws.s3.delete_bucket(Bucket=it.bucket)
        aws.s3.create_bucket(Bucket=it.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    def drop_object(aws, it):
        aws.s3.put_object(Bucket=it.id, Key="one", Body=b"x")

    gone = {version: "deleted", block: "deleted", policy: "deleted", crypt: "deleted"}
    return [
        *tags(bucket),
        case(DELETED, bucket, "", lambda aws, it: aws.s3.delete_bucket(Bucket=it.id), also=gone),
        case(RECREATED, version, "versioning_configuration", again, note="a bucket without its settings",
             also={block: "deleted", policy: "deleted", crypt: "deleted"}, may=[bucket]),
        case(RULE_ADDED, bucket, "cors_rule", lambda aws, it: aws.s3.put_bucket_cors(
            Bucket=it.id, CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}),
             keeps=True),
        case(RULE_ADDED, bucket, "lifecycle_rule", lambda aws, it: aws.s3.put_bucket_lifecycle_configuration(
            Bucket=it.id, LifecycleConfiguration={"Rules": [
                {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 1}}]}), keeps=True),
        case(ATTRIBUTE, bucket, "grant", lambda aws, it: aws.s3.put_bucket_acl(
            Bucket=it.id, ACL="public-read"), keeps=True),
        case(CONTROL, bucket, "", drop_object, note="an object"),
        case(CHILD, version, "versioning_configuration", lambda aws, it: aws.s3.put_bucket_versioning(
            Bucket=it.bucket, VersioningConfiguration={"Status": "Suspended"}), may=[bucket],
             adopt="versioning_configuration: {status: Suspended}"),
        case(CONTROL, version, "", lambda aws, it: aws.s3.put_bucket_versioning(
            Bucket=it.bucket, VersioningConfiguration={"Status": "Enabled"}), note="the same value again"),
        case(CHILD, block, "block_public_acls", lambda aws, it: aws.s3.put_public_access_block(
            Bucket=it.bucket, PublicAccessBlockConfiguration={flag: flag != flags[0] for flag in flags})),
        case(DELETED, block, "", lambda aws, it: aws.s3.delete_public_access_block(Bucket=it.bucket)),
        case(CHILD, policy, "policy", lambda aws, it: aws.s3.put_bucket_policy(
            Bucket=it.bucket, Policy=statement("s3:GetObject", "*", f"arn:aws:s3:::{it.bucket}/*")), may=[bucket]),
        case(DELETED, policy, "", lambda aws, it: aws.s3.delete_bucket_policy(Bucket=it.bucket), may=[bucket]),
        case(NOISE, policy, "", lambda aws, it: aws.s3.put_bucket_policy(
            Bucket=it.bucket, Policy=turned(it.policy)), note="in another order"),
        case(CHILD, crypt, "rule", lambda aws, it: aws.s3.put_bucket_encryption(
            Bucket=it.bucket, ServerSideEncryptionConfiguration={"Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}), may=[bucket]),
    ]


def alarms():
    alarm, board = "aws_cloudwatch_metric_alarm.alarm#", "aws_cloudwatch_dashboard.board#"

    def put(**more):
        return lambda aws, it: aws.cloudwatch.put_metric_alarm(**{
            "AlarmName": it.alarm_name, "AlarmDescription": "Bed", "Namespace": it.namespace,
            "MetricName": it.metric_name, "Statistic": it.statistic, "Period": it.period, "EvaluationPeriods": 2,
            "ComparisonOperator": it.comparison_operator, "Threshold": 80, "Tags": pairs(it.tags_all), **more})

    draw = lambda aws, it, body: aws.cloudwatch.put_dashboard(DashboardName=it.dashboard_name, DashboardBody=body)
    return [
        case(ATTRIBUTE, alarm, "threshold", put(Threshold=95), adopt="threshold: 95"),
        case(ATTRIBUTE, alarm, "alarm_description", put(AlarmDescription="Other")),
        case(ATTRIBUTE, alarm, "actions_enabled", put(ActionsEnabled=False)),
        *tags(alarm),
        case(DELETED, alarm, "", lambda aws, it: aws.cloudwatch.delete_alarms(AlarmNames=[it.alarm_name])),
        case(CONTROL, alarm, "", put(), note="the same values again"),
        case(CONTROL, alarm, "", lambda aws, it: aws.cloudwatch.set_alarm_state(
            AlarmName=it.alarm_name, StateValue="ALARM", StateReason="x"), note="it rings"),
        case(ATTRIBUTE, board, "dashboard_body", lambda aws, it: draw(aws, it, it.dashboard_body.replace("bed", "x"))),
        case(NOISE, board, "", lambda aws, it: draw(aws, it, json.dumps(json.loads(it.dashboard_body), indent=2)),
             note="more white space"),
        case(DELETED, board, "", lambda aws, it: aws.cloudwatch.delete_dashboards(DashboardNames=[it.dashboard_name])),
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
        case(NOISE, vm, "", lambda aws, it: aws.ec2.stop_instances(InstanceIds=[it.id]), note="stopped"),
        case(DELETED, vm, "", lambda aws, it: aws.ec2.terminate_instances(InstanceIds=[it.id])),
    ]


def timers():
    timer, aim = "aws_cloudwatch_event_rule.timer#", "aws_cloudwatch_event_target.aim#"
    put = lambda **more: lambda aws, it: aws.events.put_rule(
        **{"Name": it.name, "Description": "Bed", "ScheduleExpression": "rate(1 hour)", **more})

    def drop(aws, it):
        aws.events.remove_targets(Rule=it.name, Ids=["queue"])
        aws.events.delete_rule(Name=it.name)

    return [
        case(ATTRIBUTE, timer, "schedule_expression", put(ScheduleExpression="rate(2 hours)"),
             adopt="schedule_expression: rate(2 hours)"),
        case(ATTRIBUTE, timer, "description", put(Description="Other")),
        case(ATTRIBUTE, timer, "state", lambda aws, it: aws.events.disable_rule(Name=it.name)),
        *tags(timer),
        case(DELETED, timer, "", drop, also={aim: "deleted"}),
        case(CONTROL, timer, "", put(), note="the same values again"),
        case(CHILD, aim, "input", lambda aws, it: aws.events.put_targets(
            Rule=it.rule, Targets=[{"Id": "queue", "Arn": it.arn, "Input": "{}"}])),
        case(DELETED, aim, "", lambda aws, it: aws.events.remove_targets(Rule=it.rule, Ids=["queue"])),
    ]


def others():
    cluster, ip, pair, efs = "aws_ecs_cluster.cluster#", "aws_eip.ip#", "aws_key_pair.pair#", "aws_efs_file_system.efs#"
    return [
        case(ATTRIBUTE, cluster, "setting", lambda aws, it: aws.ecs.update_cluster(
            cluster=it.name, settings=[{"name": "containerInsights", "value": "disabled"}])),
        *tags(cluster, [TAG_ADDED, TAG_REMOVED]),
        case(DELETED, cluster, "", lambda aws, it: aws.ecs.delete_cluster(cluster=it.name)),
        *tags(ip, [TAG_REMOVED, TAG_CHANGED]),
        case(DELETED, ip, "", lambda aws, it: aws.ec2.release_address(AllocationId=it.allocation_id)),
        *tags(pair, [TAG_ADDED]),
        case(DELETED, pair, "", lambda aws, it: aws.ec2.delete_key_pair(KeyName=it.key_name)),
        *tags(efs, [TAG_ADDED, TAG_CHANGED]),
        case(DELETED, efs, "", lambda aws, it: aws.efs.delete_file_system(FileSystemId=it.id)),
    ]


def shop():
    """What catalog kinds made."""
    files, jobs, box = "aws_s3_bucket_versioning.files", "aws_sqs_queue.jobs", "aws_instance.box"
    life, wall = "aws_s3_bucket_lifecycle_configuration.files", "aws_security_group.box"
    bucket, redrive = "aws_s3_bucket.files", "aws_sqs_queue_redrive_policy.jobs"
    access, subnet = "aws_iam_role_policy.box_uses_files", "aws_subnet.base_private_0"
    put = lambda name, value: lambda aws, it: aws.sqs.set_queue_attributes(
        QueueUrl=it.url if it.type == "aws_sqs_queue" else it.queue_url, Attributes={name: value})
    lost = {"aws_sqs_queue_policy.jobs": "deleted"}  # the emulator drops it when another attribute is set
    return [
        case(CHILD, files, "versioning_configuration", lambda aws, it: aws.s3.put_bucket_versioning(
            Bucket=it.bucket, VersioningConfiguration={"Status": "Suspended"}), may=[bucket]),
        case(ATTRIBUTE, jobs, "visibility_timeout_seconds", put("VisibilityTimeout", "90"), also=lost),
        case(ATTRIBUTE, jobs, "message_retention_seconds", put("MessageRetentionPeriod", "86400"), also=lost),
        case(CHILD, redrive, "redrive_policy", lambda aws, it: put("RedrivePolicy", json.dumps(
            {**json.loads(it.redrive_policy), "maxReceiveCount": 9}))(aws, it), may=[jobs], also=lost),
        case(CHILD, life, "rule", lambda aws, it: aws.s3.put_bucket_lifecycle_configuration(
            Bucket=it.bucket, LifecycleConfiguration={"Rules": [{
                "ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 60},
                "NoncurrentVersionExpiration": {"NoncurrentDays": 60},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 60}}]}), may=[bucket], adopt="expire: 60 d"),
        case(RULE_REMOVED, life, "", lambda aws, it: aws.s3.delete_bucket_lifecycle(Bucket=it.bucket), may=[bucket]),
        case(RULE_ADDED, wall, "ingress", lambda aws, it: aws.ec2.authorize_security_group_ingress(
            GroupId=it.id, IpPermissions=permission(22, "0.0.0.0/0")), keeps=True),
        case(TAG_CHANGED, box, 'tags["agentops:owner"]', lambda aws, it: tag(aws, it, {"agentops:owner": "x"})),
        case(CHILD, access, "policy", lambda aws, it: aws.iam.put_role_policy(
            RoleName=it.role, PolicyName=it.name, PolicyDocument=statement("s3:*")), may=["aws_iam_role.box"]),
        case(ATTRIBUTE, subnet, "map_public_ip_on_launch", lambda aws, it: aws.ec2.modify_subnet_attribute(
            SubnetId=it.id, MapPublicIpOnLaunch={"Value": True})),
        case(DELETED, box, "", lambda aws, it: aws.ec2.terminate_instances(InstanceIds=[it.id])),
    ]


def adopted():
    """Cases that are adopted and never reverted: a revert would make the emulator lose the policy."""
    jobs = "aws_sqs_queue.jobs"
    put = lambda **attributes: lambda aws, it: aws.sqs.set_queue_attributes(
        QueueUrl=it.url, Attributes={**attributes, "Policy": it.policy})
    return [case(ATTRIBUTE, jobs, "visibility_timeout_seconds", put(VisibilityTimeout="90"),
                 adopt="visibility: 90 s   # a job takes half of it", note="adopted")]


# By family of drift_bed.FAMILIES.
CASES = {
    "topic": topics(), "queue": queues(), "table": tables(), "role": roles(), "policy": policies(), "user": users(),
    "param": params(), "log": logs(), "key": keys(), "secret": secrets(), "repo": repositories(),
    "rules": guarded_groups(), "inline": inline_groups(), "vpc": networks(), "routes": routes(), "zone": zones(),
    "bucket": buckets(), "alarm": alarms(), "vm": machines(), "timer": timers(), "other": others(), "shop": shop(),
}


def all_cases():
    """Every case that is reverted, in a fixed order."""
    return [one for cases in CASES.values() for one in cases]


def adoptable():
    """Those that an intent can say."""
    return [one for one in all_cases() if one.adopt] + adopted()
