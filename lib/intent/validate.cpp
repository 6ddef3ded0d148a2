#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "intent/document.h"

namespace agentops::intent {

namespace {

class Validator {
public:
    Validator(const Document& document, Decoding& context)
        : document_(document), context_(context) {}

    void run() {
        endpoint();
        objectives();
        rules();
        for (const auto& [name, check] : document_.checks) {
            // One that is no map was reported when it was decoded.
            if (check.position.known()) this->check(name, check);
        }
        approvals();
        if (document_.heal) heal(*document_.heal);
    }

private:
    void fail(Position position, std::string_view slug, std::string message, std::string help) {
        yaml::Node at;
        at.position = position;
        context_.fail(at, slug, std::move(message), std::move(help));
    }

    static bool is_web_address(std::string_view text) {
        return starts_with(text, "http://") || starts_with(text, "https://");
    }

    void endpoint() {
        const auto& endpoint = document_.target.endpoint;
        if (endpoint && !is_web_address(endpoint->value.value))
            fail(endpoint->position, "address",
                 fmt::format("'{}' is not an address", endpoint->value.value),
                 "write http://HOST:PORT or https://HOST:PORT");
    }

    void objectives() {
        const auto& wanted = document_.objectives;
        if (wanted.budget && wanted.budget->value.usd_per_month <= 0)
            fail(wanted.budget->position, "range", "a budget must be above zero",
                 "leave it out when the cost does not matter");
        if (wanted.latency_p95 && wanted.latency_p95->value.value.count() <= 0)
            fail(wanted.latency_p95->position, "range", "a latency must be above zero",
                 "leave it out when latency does not matter");
        for (const auto* time : {&wanted.rpo, &wanted.rto}) {
            if (*time && (*time)->value.value.count() <= 0)
                fail((*time)->position, "range", "nothing is recovered in no time",
                     "leave it out when recovery does not matter");
        }
        if (wanted.availability) availability(*wanted.availability);
        preferences(wanted.prefer.order);
    }

    void availability(const Located<Percent>& wanted) {
        if (wanted.value.value >= 100)
            fail(wanted.position, "range", "nothing is always available: it must be below 100 %",
                 "99.9 % allows 44 min of downtime a month, 99.99 % allows 4.4 min");
        if (wanted.value.value <= 0)
            fail(wanted.position, "range", "availability must be above 0 %",
                 "leave it out when it does not matter");
    }

    void preferences(const std::vector<Located<Choice<kPreferences>>>& prefer) {
        for (auto entry = prefer.begin(); entry != prefer.end(); ++entry) {
            const bool repeated = std::any_of(prefer.begin(), entry, [&](const auto& earlier) {
                return earlier.value.value == entry->value.value;
            });
            if (repeated)
                fail(entry->position, "repeated",
                     fmt::format("'{}' stands in the list twice", entry->value.value),
                     "keep the first");
        }
    }

    void component(const Located<Name>& wanted) {
        std::vector<std::string> names;
        for (const auto& known : document_.components.value.list)
            names.push_back(known.name);
        const auto& name = wanted.value.value;
        const bool unread = names.empty();  // the components have mistakes of their own
        if (unread || std::find(names.begin(), names.end(), name) != names.end()) return;
        const auto near = did_you_mean(name, names);
        fail(wanted.position, "unknown-component", fmt::format("unknown component '{}'", name),
             near ? fmt::format("did you mean '{}'?", *near)
                  : fmt::format("known: {}", join(names, ", ")));
    }

    void rules() {
        for (const auto& name : document_.rules.protect)
            component(name);
        for (const auto& waiver : document_.rules.waive) {
            if (waiver.component) component(*waiver.component);
        }
    }

    void check(std::string_view name, const Check& check) {
        const int forms =
            (check.http ? 1 : 0) + (check.tcp ? 1 : 0) + (check.command.empty() ? 0 : 1);
        if (forms != 1)
            fail(check.position, "check",
                 fmt::format("check '{}' needs exactly one of http, tcp and command", name),
                 "e.g. {http: https://shop.example.com/}, {tcp: shop.example.com:443} or "
                 "{command: [systemctl, is-active, nginx], on: web}");
        if (check.within.value.value.count() <= 0)
            fail(check.within.position, "range", "a check needs time: more than zero",
                 "e.g. `within: 60 s`");
        if (check.status) status(*check.status, check);
        if (check.command.empty() != !check.on)
            fail(check.on ? check.on->position : check.position, "check",
                 check.on ? "only a command runs on machines"
                          : fmt::format("check '{}' does not say where its command runs", name),
                 check.on ? "leave `on` out" : "name the component: `on: web`");
        if (check.http) http(*check.http);
        if (check.tcp && check.tcp->is_plain()) tcp(*check.tcp);
    }

    void status(const Located<std::int64_t>& status, const Check& check) {
        if (!check.http && (check.tcp || !check.command.empty()))
            fail(status.position, "check",
                 fmt::format("a {} check has no status", check.tcp ? "tcp" : "command"),
                 "leave it out");
        if (status.value < 100 || status.value > 599)
            fail(status.position, "range", fmt::format("{} is not an HTTP status", status.value),
                 "a status is between 100 and 599");
    }

    void http(const Template& address) {
        const auto* start =
            address.parts.empty() ? nullptr : std::get_if<std::string>(&address.parts.front());
        const bool refers = start == nullptr && !address.parts.empty();
        if (refers || (start != nullptr && is_web_address(*start))) return;
        fail(address.position, "address", "an http check needs a web address",
             "e.g. https://shop.example.com/");
    }

    void tcp(const Template& address) {
        const auto text = address.plain();
        const auto colon = text.rfind(':');
        const auto port = colon == std::string::npos ? "" : text.substr(colon + 1);
        const bool digits = !port.empty() && port.size() <= 5 &&
                            port.find_first_not_of("0123456789") == std::string::npos;
        if (digits && colon > 0 && std::stoi(port) >= 1 && std::stoi(port) <= 65535) return;
        fail(address.position, "address", fmt::format("'{}' is not host:port", text),
             "e.g. shop.example.com:443");
    }

    void approvals() {
        if (!document_.approvals.automatic) return;
        const auto& limit = document_.approvals.automatic->max_destroy;
        if (limit && limit->value < 0)
            fail(limit->position, "range", "a number of resources cannot be negative", "write 0");
    }

    void heal(const Heal& heal) {
        const auto& components = document_.components.value.list;
        for (const auto& name : heal.only) {
            const bool known =
                std::any_of(components.begin(), components.end(),
                            [&](const auto& one) { return one.name == name.value.value; });
            if (!known)
                fail(name.position, "unknown-component",
                     fmt::format("there is no component '{}'", name.value.value),
                     "heal.only names components of this intent");
        }
        if (heal.max_times.value < 1)
            fail(heal.max_times.position, "range", "it must be allowed once at least",
                 "leave heal out when nothing is to be repaired");
    }

    const Document& document_;
    Decoding& context_;
};

}  // namespace

void validate(const Document& document, Decoding& context) {
    Validator(document, context).run();
}

}  // namespace agentops::intent
