// Kind database: a managed PostgreSQL or MySQL (RDS) in the private subnets of a network.

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/aws/assumptions.h"
#include "catalog/aws/capacity.h"
#include "catalog/aws/sizes.h"
#include "catalog/builder.h"
#include "catalog/decode.h"
#include "intent/quantity.h"
#include "sizing/availability.h"

namespace agentops::catalog {

namespace {

constexpr std::int64_t kLeastGib = 20;  ///< of gp3
constexpr std::int64_t kMostGib = 65'536;
constexpr double kYearSeconds = 365.0 * 24 * 3600;

struct EngineRow {
    std::string_view text;  ///< as an intent writes it
    std::string_view engine;
    std::string_view version;
    std::string_view family;  ///< of parameter groups
    int port;
    std::string_view tls_parameter;
    std::string_view tls_value;
    std::string_view supported_until;  ///< last day of RDS standard support
};

/// RDS picks and keeps up the minor version. Days: "Release calendar for Amazon RDS for PostgreSQL"
/// and "Supported MySQL major versions on Amazon RDS", docs.aws.amazon.com.
constexpr EngineRow kEngines[] = {
    {"postgres 14", "postgres", "14", "postgres14", 5432, "rds.force_ssl", "1", "2027-02-28"},
    {"postgres 15", "postgres", "15", "postgres15", 5432, "rds.force_ssl", "1", "2028-02-29"},
    {"postgres 16", "postgres", "16", "postgres16", 5432, "rds.force_ssl", "1", "2029-02-28"},
    {"postgres 17", "postgres", "17", "postgres17", 5432, "rds.force_ssl", "1", "2030-02-28"},
    {"mysql 8.0", "mysql", "8.0", "mysql8.0", 3306, "require_secure_transport", "ON", "2026-07-31"},
    {"mysql 8.4", "mysql", "8.4", "mysql8.4", 3306, "require_secure_transport", "ON", "2029-07-31"},
};

const EngineRow* find_engine(std::string_view text) {
    for (const auto& row : kEngines) {
        if (row.text == text) return &row;
    }
    return nullptr;
}

std::vector<std::string> engine_names() {
    std::vector<std::string> names;
    for (const auto& row : kEngines)
        names.emplace_back(row.text);
    return names;
}

/// A major version of an engine, by its row.
struct Engine {
    const EngineRow* row = nullptr;
};

bool decode_value(const yaml::Node& node, Engine& engine, Decoding& context) {
    intent::Literal text;
    if (!decode_value(node, text, context)) return false;
    engine.row = find_engine(text.value);
    if (engine.row != nullptr) return true;
    const auto near = did_you_mean(text.value, engine_names());
    return context.fail(node, "value", fmt::format("unknown engine '{}'", text.value),
                        near ? fmt::format("did you mean '{}'?", *near)
                             : fmt::format("known engines: {}", join(engine_names(), ", ")));
}

Json value_schema(const Engine*) {
    return {{"type", "string"}, {"enum", engine_names()}};
}

bool is_sql_name(std::string_view text, std::size_t most) {
    return !text.empty() && text.size() <= most && !(text.front() >= '0' && text.front() <= '9') &&
           text.front() != '_' && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

struct DatabaseBody : Spec {
    Engine engine;
    Located<intent::Bytes> storage{{kLeastGib << 30}, {}};
    std::optional<Located<intent::Literal>> database;
    Located<intent::Literal> username{{"app"}, {}};
    std::optional<Located<intent::Template>> password;
    std::optional<Located<std::int64_t>> password_version;
    bool final_snapshot = true;

    template <class V>
    void visit(V& v) {
        v.required("engine", engine, "engine and major version, e.g. postgres 16");
        v.optional("storage", storage, "size of its disk (20 GiB)");
        v.optional("database", database, "name of its first database (the component's)");
        v.optional("username", username, "name of its first user (app)");
        v.optional("password", password,
                   "${secret.name}; left out: AWS makes one and keeps it in Secrets Manager");
        v.optional("password_version", password_version,
                   "raise it to have a changed secret taken over (1)");
        v.optional("final_snapshot", final_snapshot, "keep a snapshot when it is destroyed (true)");
    }

    /// The secret that is the password; null when AWS manages it.
    const intent::Reference* secret() const {
        if (!password || password->value.parts.size() != 1) return nullptr;
        const auto* reference = std::get_if<intent::Reference>(&password->value.parts.front());
        const bool is_secret = reference && reference->kind == intent::RefKind::secret;
        return is_secret ? reference : nullptr;
    }
};

std::vector<std::string> day_counts() {
    std::vector<std::string> days;
    for (int day = 0; day <= 35; ++day)
        days.push_back(std::to_string(day));
    return days;
}

/// The resources of one database while they are built.
class Database {
public:
    Database(const Part& part, const DatabaseBody& body, const Design& design, Builder& builder)
        : part_(part), body_(body), design_(design), builder_(builder), label_(part.label()) {}

    void build() {
        const auto subnets = builder_.resource(
            "aws_db_subnet_group", label_,
            {{"name", cloud_name_},
             {"subnet_ids", design_.network(part_).output("private_subnet_ids").value()},
             {"tags", builder_.tags(part_)}});
        // Without rules: access adds one for each component that uses it.
        const auto group =
            builder_.resource("aws_security_group", label_,
                              {{"name_prefix", cloud_name_ + "-"},
                               {"description", fmt::format("database {}", part_.name())},
                               {"vpc_id", design_.network(part_).output("vpc_id").value()},
                               // A group in use cannot be deleted: its successor comes first.
                               {"lifecycle", tf::Map{{"create_before_destroy", true}}},
                               {"tags", builder_.tags(part_)}});
        auto body = instance();
        body.emplace_back("db_subnet_group_name", subnets["name"]);
        body.emplace_back("vpc_security_group_ids", tf::List{group["id"]});
        body.emplace_back("parameter_group_name", add_parameters()["name"]);
        builder_.resource("aws_db_instance", label_, std::move(body), part_.knob_position("size"));
    }

private:
    const EngineRow& engine() const { return *body_.engine.row; }

    /// Connections must use TLS.
    tf::Expr add_parameters() {
        auto family = std::string(engine().family);
        std::replace(family.begin(), family.end(), '.', '-');
        // In use until the instance has moved to the next major version's group.
        tf::Map lifecycle{{"create_before_destroy", true}};
        // The emulator does not say which parameters were set by somebody.
        if (design_.stack().target.endpoint)
            lifecycle.emplace_back("ignore_changes", tf::List{"parameter"});
        return builder_.resource("aws_db_parameter_group", label_,
                                 {{"name", fmt::format("{}-{}", cloud_name_, family)},
                                  {"family", engine().family},
                                  {"parameter", tf::List{tf::Map{{"name", engine().tls_parameter},
                                                                 {"value", engine().tls_value}}}},
                                  {"lifecycle", std::move(lifecycle)},
                                  {"tags", builder_.tags(part_)}});
    }

    tf::Map instance() {
        tf::Map body{{"identifier", cloud_name_},
                     {"engine", engine().engine},
                     {"engine_version", engine().version},
                     // A major upgrade happens when the intent asks and the plan was approved.
                     {"allow_major_version_upgrade", true},
                     {"auto_minor_version_upgrade", true},
                     {"instance_class", part_.knob("size")},
                     {"allocated_storage", body_.storage.value.gib_rounded_up()},
                     {"storage_type", "gp3"},
                     {"storage_encrypted", true},
                     {"port", engine().port},
                     {"db_name", body_.database ? body_.database->value.value : label_},
                     {"publicly_accessible", false},
                     {"multi_az", part_.knob("multi_zone") == "true"},
                     {"backup_retention_period", part_.knob_int("backup_days")},
                     {"copy_tags_to_snapshot", true},
                     {"deletion_protection", design_.is_protected(part_)},
                     // What was approved happens now, not in the next maintenance window.
                     {"apply_immediately", true},
                     {"tags", builder_.tags(part_)}};
        add_user(body);
        body.emplace_back("skip_final_snapshot", !body_.final_snapshot);
        if (body_.final_snapshot)
            body.emplace_back("final_snapshot_identifier", cloud_name_ + "-final");
        return body;
    }

    void add_user(tf::Map& body) {
        body.emplace_back("username", body_.username.value.value);
        if (const auto* secret = body_.secret()) {
            body.emplace_back("password_wo", builder_.secret(*secret, true));
            body.emplace_back("password_wo_version",
                              body_.password_version ? body_.password_version->value : 1);
        } else {
            body.emplace_back("manage_master_user_password", true);
        }
    }

    const Part& part_;
    const DatabaseBody& body_;
    const Design& design_;
    Builder& builder_;
    std::string label_;
    std::string cloud_name_ = design_.cloud_name(part_, 55);  // "-final" goes behind it
};

class DatabaseKind final : public BodyKind<DatabaseBody> {
public:
    const KindInfo& info() const override {
        static const KindInfo info{
            .name = "database",
            .summary = "a managed PostgreSQL or MySQL in private subnets, encrypted, TLS only",
            .example = "{kind: database, engine: postgres 16, storage: 20 GiB, in: net}",
            .outputs = {{"endpoint", ValueType::string, "host name"},
                        {"port", ValueType::number, "port"},
                        {"name", ValueType::string, "name of its first database"},
                        {"username", ValueType::string, "name of its first user"},
                        {"arn", ValueType::string, "ARN"},
                        {"secret_arn", ValueType::string,
                         "secret with the password in Secrets Manager, when no password is given"}},
            .knobs = {aws::size_knob("database", "instance class", aws::database_sizes()),
                      aws::knob("database", "multi_zone", "keep a standby in another zone",
                                {"false", "true"}, {"false", "true"}),
                      {"backup_days", "days that automatic backups are kept; 0: none", day_counts(),
                       "7", "a week to notice a mistake"}},
            .in_network = true,
            .required_network = true,
            .has_load = true};
        return info;
    }

    std::vector<prices::Usage> bill(const Part& part, const Surroundings& /*in*/) const override {
        const auto& body = body_of(part);
        const auto gib = static_cast<double>(body.storage.value.gib_rounded_up());
        const auto* form = part.knob("multi_zone") == "true" ? "multi" : "single";
        std::vector<prices::Usage> bill{
            prices::Usage::of(
                fmt::format("rds/{}/{}/{}", body.engine.row->engine, part.knob("size"), form),
                aws::kMonthHours),
            prices::Usage::of(fmt::format("rds/gp3/{}", form), gib)};
        // Backups as large as the database are free of charge.
        if (part.knob_int("backup_days") > 0)
            bill.push_back(
                {"rds/backup", {0, 0, gib}, "backups up to the size of the database cost nothing"});
        return bill;
    }
    Fitness fitness(const Part& part, const Surroundings& in) const override {
        auto fitness = aws::fitness_of(part, 1, in);
        if (!fitness.latency) {
            fitness.latency = aws::assume::database_call_s;
            fitness.basis +=
                fmt::format(", a call takes {:.0f} ms ({})", 1000 * aws::assume::database_call_s,
                            aws::source_of("database_call_s"));
        }
        if (fitness.lacks.empty() && in.demand)
            fitness.lacks = lacks(part, *in.demand, *fitness.latency);
        return fitness;
    }
    Standing standing(const Part& part, const Surroundings& in) const override {
        const bool standby = part.knob("multi_zone") == "true";
        Standing standing;
        standing.stores = true;
        standing.availability =
            sizing::in_zones(1, standby ? 2 : 1, standby ? std::min(2, in.zones) : 1,
                             aws::assume::database_availability, aws::assume::zone_availability);
        if (standby)
            standing.availability *=
                1 - aws::assume::failovers_a_year * aws::assume::failover_s / kYearSeconds;
        standing.single_point = !standby;
        standing.basis = standby ? "a standby in another zone takes over" : "one zone, no standby";
        const bool backups = part.knob_int("backup_days") > 0;
        standing.recovery_point_s = backups ? aws::assume::database_point_s : aws::assume::never_s;
        standing.recovery_time_s = standby   ? aws::assume::failover_s
                                   : backups ? aws::assume::database_restore_s
                                             : aws::assume::never_s;
        return standing;
    }
    std::vector<Objection> objections(const Part& part, const Surroundings& in) const override {
        std::vector<Objection> found;
        if (in.is_protected && part.knob("multi_zone") != "true")
            found.push_back(
                {"protected-in-one-zone", "protected data must not stand in one zone alone"});
        const auto& engine = *body_of(part).engine.row;
        if (!in.today.empty() && in.today > engine.supported_until)
            found.push_back(
                {"engine-out-of-support", fmt::format("{} has no standard support since {}",
                                                      engine.text, engine.supported_until)});
        return found;
    }
    int least_zones(const Part& /*part*/) const override { return 2; }

    Diagnostics check(const Part& part, const Design& design) const override {
        const auto subnets = design.network(part).output("private_subnet_ids");
        const auto* list = subnets ? std::get_if<tf::List>(&subnets->data()) : nullptr;
        if (list == nullptr || list->size() >= 2) return {};
        const auto& network = design.part(part.spec->in->value.value);
        return {error(
            "catalog.zones",
            fmt::format("database {} needs two zones and {} has one", part.name(), network.name()),
            network.knob_position("zones"), "write `zones: 2`")};
    }

    Facets facets(const Part& part, const Design& /*design*/) const override {
        const auto& body = body_of(part);
        const tf::Expr instance{"aws_db_instance." + part.label()};
        Facets facets;
        facets.security_group = tf::Expr{fmt::format("aws_security_group.{}.id", part.label())};
        facets.ports = {{body.engine.row->port, "tcp"}};
        facets.outputs = {{"endpoint", instance["address"]},
                          {"port", instance["port"]},
                          {"name", instance["db_name"]},
                          {"username", body.username.value.value},
                          {"arn", instance["arn"]}};
        if (body.secret() != nullptr) return facets;
        const tf::Expr secret{instance.text + ".master_user_secret[0].secret_arn"};
        facets.outputs.emplace_back("secret_arn", secret);
        facets.grants = {{"ReadPassword", {"secretsmanager:GetSecretValue"}, {secret}}};
        return facets;
    }

    void build(const Part& part, const Design& design, Builder& builder) const override {
        Database(part, body_of(part), design, builder).build();
    }

protected:
    void accept(DatabaseBody& body, const intent::Component& component,
                Decoding& context) const override {
        check_storage(body, component.body, context);
        check_names(body, component, context);
        check_password(body, component.body, context);
    }

private:
    /// Connections by Little's law, and reads and writes of its disk.
    static std::string lacks(const Part& part, const Demand& demand, double latency) {
        const auto* size = aws::find_size(part.knob("size"));
        if (size == nullptr) return "";
        const bool mysql = body_of(part).engine.row->engine == "mysql";
        const auto each = mysql ? aws::assume::mysql_memory_per_connection
                                : aws::assume::postgres_memory_per_connection;
        const auto most = std::min(5000.0, size->memory_mib * double{1 << 20} / each);
        const auto open = demand.concurrency.value_or(demand.rps * latency);
        if (open > most * (1 - demand.headroom))
            return fmt::format("it takes {:.0f} connections and needs {:.0f}, headroom apart", most,
                               open);
        if (demand.rps > aws::assume::gp3_iops)
            return fmt::format("its disk does {:.0f} operations a second and needs {:.0f}",
                               aws::assume::gp3_iops, demand.rps);
        return "";
    }

    static void check_storage(const DatabaseBody& body, const yaml::Node& at, Decoding& context) {
        const auto size = body.storage.value.gib_rounded_up();
        if (size >= kLeastGib && size <= kMostGib) return;
        context.fail(*at.find("storage"), "storage",
                     fmt::format("a database cannot have {}", to_text(body.storage.value)),
                     fmt::format("write a size from {} GiB to 64 TiB", kLeastGib));
    }

    static void check_names(const DatabaseBody& body, const intent::Component& component,
                            Decoding& context) {
        const auto& at = component.body;
        if (body.database && !is_sql_name(body.database->value.value, 63))
            context.fail(*at.find("database"), "database-name",
                         fmt::format("'{}' cannot name a database", body.database->value.value),
                         "use a letter, then letters, digits and '_', at most 63");
        const auto& user = body.username.value.value;
        if (!is_sql_name(user, 16))
            context.fail(*at.find("username"), "database-name",
                         fmt::format("'{}' cannot name a user", user),
                         "use a letter, then letters, digits and '_', at most 16");
        else if (user == "admin" || user == "root" || starts_with(user, "rds"))
            context.fail(*at.find("username"), "database-name",
                         fmt::format("the user name '{}' is reserved", user),
                         "take another, such as app");
    }

    static void check_password(const DatabaseBody& body, const yaml::Node& at, Decoding& context) {
        if (body.password && body.secret() == nullptr)
            context.fail(*at.find("password"), "password", "a password must be one secret",
                         "write ${secret.db_password}, and in agentops.yaml where it comes from");
        if (!body.password_version) return;
        if (!body.password)
            context.fail(*at.find("password_version"), "password",
                         "there is no password that this could be the version of",
                         "leave it out: AWS manages the password");
        else if (body.password_version->value < 1)
            context.fail(*at.find("password_version"), "password", "versions start at 1",
                         "write 1, then a higher number at each change");
    }
};

}  // namespace

const Kind& database_kind() {
    static const DatabaseKind kind;
    return kind;
}

}  // namespace agentops::catalog
