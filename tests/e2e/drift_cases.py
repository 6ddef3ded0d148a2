"""Changes behind the drift bed's back: how each is made, and what a drift check must say of it."""

import json

from drift_case import (
    ATTRIBUTE, CHILD, CONTROL, DELETED, NOISE, RECREATED, ROOT, RULE_ADDED, RULE_REMOVED, TAG_ADDED, TAG_CHANGED,
    TAG_REMOVED, TRUST_OTHER, case, nobody_can, pairs, permission, statement, tag, tags, turned,
)
from drift_cases_ec2 import close, guarded_groups, inline_groups, machines, networks, routes


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
        case(ATTRIBUTE, topic, "policy", put("Policy", statement("sns:Publish", "*")),
             undo=lambda aws, it: put("Policy", it.policy)(aws, it)),
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

    same = {"DelaySeconds": "5", "VisibilityTimeout": "60", "MaximumMessageSize": "262144"}
    return [
        case(ATTRIBUTE, queue, "delay_seconds", put("DelaySeconds", "7"),
             adopt="delay_seconds: 7   # the mill is slow"),
        case(ATTRIBUTE, queue, "visibility_timeout_seconds", put("VisibilityTimeout", "90"),
             adopt="visibility_timeout_seconds: 90"),
        case(ATTRIBUTE, queue, "message_retention_seconds", put("MessageRetentionPeriod", "86400")),
        *tags(queue),
        case(ATTRIBUTE, queue, "policy", put("Policy", statement("sqs:*", "*")), undo=put("Policy", "")),
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

    recovery = lambda on: lambda aws, it: aws.dynamodb.update_continuous_backups(
        TableName=it.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on})

    def again(aws, it):
        aws.dynamodb.delete_table(TableName=it.name)
        aws.dynamodb.create_table(
            TableName=it.name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}, Tags=pairs(it.tags_all))

    return [
        # First: the emulator fails when the table had other settings before.
        case(CONTROL, table, "", lambda aws, it: aws.dynamodb.put_item(TableName=it.name, Item={"id": {"S": "x"}}),
             note="an item"),
        case(ATTRIBUTE, table, "read_capacity", update(ProvisionedThroughput={
            "ReadCapacityUnits": 9, "WriteCapacityUnits": 5}), adopt="read_capacity: 9"),
        case(ATTRIBUTE, table, "ttl", ttl(False)),
        case(ATTRIBUTE, table, "point_in_time_recovery", recovery(True), undo=recovery(False)),
        case(ATTRIBUTE, table, "billing_mode", update(BillingMode="PAY_PER_REQUEST")),
        case(ATTRIBUTE, table, "deletion_protection_enabled", update(DeletionProtectionEnabled=True)),
        case(ATTRIBUTE, table, "stream_enabled", update(StreamSpecification={
            "StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})),
        *tags(table),
        case(DELETED, table, "", lambda aws, it: aws.dynamodb.delete_table(TableName=it.name)),
        case(RECREATED, table, "ttl", again, note="without its time to live"),
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

    def attach(aws, it):
        made = aws.iam.create_policy(PolicyName=f"for-{it.name}", PolicyDocument=statement("*"))
        aws.iam.attach_role_policy(RoleName=it.name, PolicyArn=made["Policy"]["Arn"])

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
            RoleName=it.name, PolicyName="more", PolicyDocument=statement("s3:*")),
             undo=lambda aws, it: aws.iam.delete_role_policy(RoleName=it.name, PolicyName="more")),
        case(RULE_ADDED, role, "managed_policy_arns", attach, undo=lambda aws, it: aws.iam.detach_role_policy(
            RoleName=it.name, PolicyArn=f"arn:aws:iam::123456789012:policy/for-{it.name}")),
        case(DELETED, role, "", strip, also=gone),
        case(RECREATED, role, "unique_id", again, note="the same", may=[inline, attached, profile], undo=nobody_can),
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
        case(RECREATED, user, "unique_id", again, note="the same", may=[inline], undo=nobody_can),
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
        case(ATTRIBUTE, param, "value", put("two")),
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
             undo=lambda aws, it: aws.s3.delete_bucket_cors(Bucket=it.id)),
        case(RULE_ADDED, bucket, "lifecycle_rule", lambda aws, it: aws.s3.put_bucket_lifecycle_configuration(
            Bucket=it.id, LifecycleConfiguration={"Rules": [
                {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 1}}]}),
             undo=lambda aws, it: aws.s3.delete_bucket_lifecycle(Bucket=it.id)),
        case(ATTRIBUTE, bucket, "grant", lambda aws, it: aws.s3.put_bucket_acl(Bucket=it.id, ACL="public-read"),
             undo=lambda aws, it: aws.s3.put_bucket_acl(Bucket=it.id, ACL="private")),
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
        case(ATTRIBUTE, timer, "state", lambda aws, it: aws.events.disable_rule(Name=it.name),
             undo=lambda aws, it: aws.events.enable_rule(Name=it.name)),
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
            GroupId=it.id, IpPermissions=permission(22, "0.0.0.0/0")), undo=close),
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
    return [case(ATTRIBUTE, jobs, "message_retention_seconds", put(MessageRetentionPeriod="172800"),
                 adopt="retention: 2 d", note="adopted")]


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
