// Kind queue: a message queue (SQS) with a dead letter queue, encrypted, TLS only.

#include <fmt/core.h>

#include "catalog/aws/assumptions.h"
#include "catalog/aws/capacity.h"
#include "catalog/aws/tls_policy.h"
#include "catalog/decode.h"
#include "intent/quantity.h"
#include "terraform/writer.h"

namespace agentops::catalog {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr seconds kLongestVisibility = std::chrono::hours(12);
constexpr seconds kShortestRetention = std::chrono::minutes(1);
constexpr seconds kLongestRetention = std::chrono::hours(14 * 24);
constexpr std::int64_t kMostAttempts = 1000;
constexpr std::size_t kLongestName = 80 - std::string_view("_dead.fifo").size();

struct DeadLetter {
    Located<std::int64_t> after{5, {}};
    template <class V>
    void visit(V& v) {
        v.optional("after", after, "attempts before a message is set aside (5)");
    }
};

struct QueueBody : Spec {
    bool fifo = false;
    Located<intent::Duration> visibility{{seconds(30)}, {}};
    Located<intent::Duration> retention{{std::chrono::hours(4 * 24)}, {}};
    DeadLetter dead_letter;
    template <class V>
    void visit(V& v) {
        v.optional("fifo", fifo, "keep the order and deliver once (false)");
        v.optional("visibility", visibility, "time to work on a message (30 s)");
        v.optional("retention", retention, "how long messages are kept (4 d)");
        v.optional("dead_letter", dead_letter, "when messages are set aside: {after: 5}");
    }
};

std::int64_t in_seconds(const Located<intent::Duration>& duration) {
    return duration_cast<seconds>(duration.value.value).count();
}

/// The resources of one queue while they are built.
class Queue {
public:
    Queue(const Part& part, const QueueBody& body, const Design& design, Builder& builder)
        : part_(part), body_(body), design_(design), builder_(builder), label_(part.label()) {}

    void build() {
        // Set aside, a message waits as long as it can: somebody has to look at it.
        const auto dead = add_queue("dead", kLongestRetention.count());
        add_policy("dead", dead, {});
        const auto queue = add_queue({}, in_seconds(body_.retention));
        const tf::Map redrive{{"deadLetterTargetArn", dead["arn"]},
                              {"maxReceiveCount", body_.dead_letter.after.value}};
        const auto* node = part_.component->body.find("dead_letter");
        const auto limit = builder_.resource(
            "aws_sqs_queue_redrive_policy", label_,
            {{"queue_url", queue["id"]},
             {"redrive_policy", tf::Expr{fmt::format("jsonencode({})", tf::to_hcl(redrive))}}},
            node ? node->position : Position{});
        // One after the other: emulators drop the policy when another attribute is set.
        add_policy({}, queue, {limit.text});
    }

private:
    std::string named(std::string_view suffix) const {
        return suffix.empty() ? label_ : fmt::format("{}_{}", label_, suffix);
    }

    tf::Expr add_queue(std::string_view suffix, std::int64_t retention) {
        auto name = design_.cloud_name(part_, kLongestName);
        // An underscore, which no component has in its name, so that it can be nobody else's.
        if (!suffix.empty()) name += fmt::format("_{}", suffix);
        tf::Map body{{"visibility_timeout_seconds", in_seconds(body_.visibility)},
                     {"message_retention_seconds", retention},
                     {"sqs_managed_sse_enabled", true},
                     {"tags", builder_.tags(part_, suffix)}};
        if (body_.fifo) {
            name += ".fifo";
            body.emplace_back("fifo_queue", true);
            body.emplace_back("content_based_deduplication", true);
        }
        // A resource of its own sets it; the provider would see changes in its white space.
        if (suffix.empty())
            body.emplace_back("lifecycle", tf::Map{{"ignore_changes", tf::List{"redrive_policy"}}});
        body.emplace_back("name", std::move(name));
        return builder_.resource("aws_sqs_queue", named(suffix), std::move(body));
    }

    void add_policy(std::string_view suffix, const tf::Expr& queue, tf::List after) {
        const auto document = aws::tls_policy(named(suffix), "sqs:*", {queue["arn"]}, builder_);
        tf::Map body{{"queue_url", queue["id"]}, {"policy", document["json"]}};
        if (!after.empty()) body.emplace_back("depends_on", std::move(after));
        builder_.resource("aws_sqs_queue_policy", named(suffix), std::move(body));
    }

    const Part& part_;
    const QueueBody& body_;
    const Design& design_;
    Builder& builder_;
    std::string label_;
};

class QueueKind final : public BodyKind<QueueBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "queue",
            .summary = "a message queue with a dead letter queue, encrypted, TLS only",
            .example = "{kind: queue, visibility: 60 s, dead_letter: {after: 3}}",
            .outputs = {{"url", ValueType::string, "address of the queue"},
                        {"arn", ValueType::string, "ARN"},
                        {"name", ValueType::string, "name of the queue"},
                        {"dead_letter_url", ValueType::string, "address of the dead letter queue"}},
            .knobs = {},
            .has_load = true};
        return info;
    }

    std::vector<prices::Usage> bill(const Part& part, const Surroundings& in) const override {
        const std::string item = body_of(part).fifo ? "sqs/fifo" : "sqs/standard";
        if (!in.demand) return {{item, {0, 1, 100}, "a million requests a month, up to 100"}};
        // Sent, received and deleted.
        const auto calls = aws::calls_of(*in.demand);
        return {{item,
                 {3 * calls.low, 3 * calls.likely, 3 * calls.high},
                 fmt::format("three requests a message ({})", in.demand->source)}};
    }
    Fitness fitness(const Part& part, const Surroundings& in) const override {
        Fitness fitness{"", aws::assume::queue_call_s, std::string(aws::source_of("queue_call_s"))};
        if (body_of(part).fifo && in.demand && in.demand->rps > aws::assume::fifo_rate)
            fitness.lacks =
                fmt::format("a FIFO queue takes {:.0f} messages a second and needs {:.0f}",
                            aws::assume::fifo_rate, in.demand->rps);
        return fitness;
    }
    Standing standing(const Part& /*part*/, const Surroundings& /*in*/) const override {
        Standing standing;
        standing.availability = aws::assume::queue_availability;
        standing.basis = aws::source_of("queue_availability");
        return standing;
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        const tf::Expr queue{"aws_sqs_queue." + part.label()};
        Facets facets;
        facets.grants = {
            {"SendAndReceive",
             {"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage",
              "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"},
             {queue["arn"]}}};
        facets.outputs = {{"url", queue["url"]},
                          {"arn", queue["arn"]},
                          {"name", queue["name"]},
                          {"dead_letter_url", tf::Expr{queue.text + "_dead.url"}}};
        return facets;
    }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        Queue(part, body_of(part), design, builder).build();
    }

protected:
    void accept(QueueBody& body, const intent::Component& component,
                Decoding& context) const override {
        const auto& at = component.body;
        check_time(body.visibility, seconds(0), kLongestVisibility, "visibility", "0 s to 12 h", at,
                   context);
        check_time(body.retention, kShortestRetention, kLongestRetention, "retention",
                   "1 min to 14 d", at, context);
        const auto after = body.dead_letter.after.value;
        if (after < 1 || after > kMostAttempts)
            context.fail(*at.find("dead_letter")->find("after"), "attempts",
                         fmt::format("a message cannot have {} attempts", after),
                         fmt::format("write a number from 1 to {}", kMostAttempts));
    }

private:
    static void check_time(const Located<intent::Duration>& given, seconds least, seconds most,
                           std::string_view key, std::string_view range, const yaml::Node& at,
                           Decoding& context) {
        const auto time = given.value.value;
        const bool whole = duration_cast<seconds>(time) == time;
        if (whole && time >= least && time <= most) return;
        context.fail(*at.find(key), "queue-time",
                     fmt::format("{} cannot be {}", key, to_text(given.value)),
                     fmt::format("write whole seconds, {}", range));
    }
};

}  // namespace

const Kind& queue_kind() {
    static const QueueKind kind;
    return kind;
}

}  // namespace agentops::catalog
