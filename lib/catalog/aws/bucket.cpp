// Kind bucket: private object storage (S3), encrypted, TLS only.

#include <fmt/core.h>

#include <algorithm>

#include "catalog/aws/assumptions.h"
#include "catalog/aws/capacity.h"
#include "catalog/aws/tls_policy.h"
#include "catalog/decode.h"
#include "intent/quantity.h"

namespace agentops::catalog {

namespace {

constexpr std::size_t kLongestPrefix = 37;  ///< the provider adds 26 characters
constexpr std::chrono::milliseconds kDay = std::chrono::hours(24);

struct BucketBody : Spec {
    bool versioned = false;
    std::optional<Located<intent::Literal>> name;
    std::optional<Located<intent::Duration>> expire;
    bool empty_on_destroy = false;
    template <class V>
    void visit(V& v) {
        v.optional("versioned", versioned, "keep overwritten and deleted objects (false)");
        v.optional("name", name, "global name; left out: one that nobody else has");
        v.optional("expire", expire, "delete objects of this age, e.g. 30 d");
        v.optional("empty_on_destroy", empty_on_destroy,
                   "delete its objects with it; else a bucket in use is kept (false)");
    }
    std::int64_t expire_days() const { return expire->value.value / kDay; }
};

bool is_bucket_name(std::string_view text) {
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    // Dots are legal, but TLS certificates do not cover names with one.
    return text.size() >= 3 && text.size() <= 63 && is_plain(text.front()) &&
           is_plain(text.back()) &&
           std::all_of(text.begin(), text.end(), [&](char c) { return is_plain(c) || c == '-'; });
}

/// The resources of one bucket while they are built.
class Bucket {
public:
    Bucket(const Part& part, const BucketBody& body, const Design& design, Builder& builder)
        : part_(part),
          body_(body),
          design_(design),
          builder_(builder),
          label_(part.label()),
          bucket_{"aws_s3_bucket." + label_} {}

    void build() {
        tf::Map body{{"force_destroy", body_.empty_on_destroy}, {"tags", builder_.tags(part_)}};
        if (body_.name)
            body.emplace_back("bucket", body_.name->value.value);
        else
            body.emplace_back("bucket_prefix", design_.cloud_name(part_, kLongestPrefix - 1) + "-");
        builder_.resource("aws_s3_bucket", label_, std::move(body));
        add("public_access_block", {{"block_public_acls", true},
                                    {"block_public_policy", true},
                                    {"ignore_public_acls", true},
                                    {"restrict_public_buckets", true}});
        add("ownership_controls", {{"rule", tf::Map{{"object_ownership", "BucketOwnerEnforced"}}}});
        add("server_side_encryption_configuration",
            {{"rule", tf::Map{{"apply_server_side_encryption_by_default",
                               tf::Map{{"sse_algorithm", "AES256"}}}}}});
        if (body_.versioned)
            add("versioning", {{"versioning_configuration", tf::Map{{"status", "Enabled"}}}},
                "versioned");
        add_policy();
        if (body_.expire) add_expiry();
    }

private:
    /// A resource "aws_s3_bucket_<aspect>" of the bucket.
    void add(std::string_view aspect, tf::Map body, std::string_view key = {}) {
        const auto* node = part_.component->body.find(key);
        body.emplace_back("bucket", bucket_["id"]);
        builder_.resource(fmt::format("aws_s3_bucket_{}", aspect), label_, std::move(body),
                          node ? node->position : Position{});
    }

    void add_policy() {
        const auto document = aws::tls_policy(
            label_, "s3:*", {bucket_["arn"], tf::Concat{{bucket_["arn"], "/*"}}}, builder_);
        add("policy", {{"policy", document["json"]},
                       // Both change who may do what, and AWS refuses to do so twice at a time.
                       {"depends_on", tf::List{"aws_s3_bucket_public_access_block." + label_}}});
    }

    void add_expiry() {
        const auto days = body_.expire_days();
        tf::Map rule{
            {"id", "expire"},
            {"status", "Enabled"},
            {"filter", tf::Map{}},
            {"expiration", tf::Map{{"days", days}}},
            {"abort_incomplete_multipart_upload", tf::Map{{"days_after_initiation", days}}}};
        tf::Map body;
        if (body_.versioned) {
            rule.emplace_back("noncurrent_version_expiration", tf::Map{{"noncurrent_days", days}});
            body.emplace_back("depends_on", tf::List{"aws_s3_bucket_versioning." + label_});
        }
        body.emplace_back("rule", tf::List{std::move(rule)});
        add("lifecycle_configuration", std::move(body), "expire");
    }

    const Part& part_;
    const BucketBody& body_;
    const Design& design_;
    Builder& builder_;
    std::string label_;
    tf::Expr bucket_;
};

class BucketKind final : public BodyKind<BucketBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "bucket",
            .summary = "private object storage, encrypted, TLS only",
            .example = "{kind: bucket, versioned: true, expire: 90 d}",
            .outputs = {{"name", ValueType::string, "name of the bucket"},
                        {"arn", ValueType::string, "ARN"},
                        {"domain", ValueType::string, "host name in its region"}},
            .knobs = {},
            .has_load = true};
        return info;
    }

    std::vector<prices::Usage> bill(const Part& /*part*/, const Surroundings& in) const override {
        std::vector<prices::Usage> bill{
            {"s3/standard", {0, 50, 1000}, "50 GB stored, up to 1,000"}};
        if (!in.demand) {
            bill.push_back({"s3/get", {0, 100, 10000}, "100,000 reads, up to 10 million"});
            return bill;
        }
        const auto calls = aws::calls_of(*in.demand);
        bill.push_back({"s3/get",
                        {calls.low * 1000, calls.likely * 1000, calls.high * 1000},
                        fmt::format("reads ({})", in.demand->source)});
        return bill;
    }
    Fitness fitness(const Part& /*part*/, const Surroundings& /*in*/) const override {
        return {"", aws::assume::bucket_call_s, std::string(aws::source_of("bucket_call_s"))};
    }
    Standing standing(const Part& /*part*/, const Surroundings& /*in*/) const override {
        Standing standing;
        standing.availability = aws::assume::bucket_availability;
        standing.basis = aws::source_of("bucket_availability");
        return standing;
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        const tf::Expr bucket{"aws_s3_bucket." + part.label()};
        Facets facets;
        facets.grants = {{"ListBucket", {"s3:ListBucket"}, {bucket["arn"]}},
                         {"ReadWriteObjects",
                          {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
                          {tf::Concat{{bucket["arn"], "/*"}}}}};
        facets.outputs = {{"name", bucket["bucket"]},
                          {"arn", bucket["arn"]},
                          {"domain", bucket["bucket_regional_domain_name"]}};
        return facets;
    }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        Bucket(part, body_of(part), design, builder).build();
    }

protected:
    void accept(BucketBody& body, const intent::Component& component,
                Decoding& context) const override {
        if (body.name && !is_bucket_name(body.name->value.value))
            context.fail(*component.body.find("name"), "bucket-name",
                         fmt::format("'{}' cannot name a bucket", body.name->value.value),
                         "use 3 to 63 lower-case letters, digits and '-', no dots");
        if (body.expire && (body.expire_days() < 1 || body.expire->value.value % kDay != kDay * 0))
            context.fail(*component.body.find("expire"), "expire",
                         fmt::format("objects cannot expire after {}", to_text(body.expire->value)),
                         "write whole days, e.g. 30 d");
    }
};

}  // namespace

const Kind& bucket_kind() {
    static const BucketKind kind;
    return kind;
}

}  // namespace agentops::catalog
