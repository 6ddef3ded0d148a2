// Load balancers that speak plain HTTP with the Internet, other than to redirect.

#include <algorithm>

#include "catalog/rules/arguments.h"

namespace agentops::catalog {

namespace {

bool redirects(const tf::Map& listener) {
    const auto actions = blocks(listener, "default_action");
    return !actions.empty() && std::all_of(actions.begin(), actions.end(), [](const auto* action) {
        return text_of(argument(*action, "type")) == "redirect";
    });
}

bool is_internal(const AddressBook& book, const tf::Map& listener) {
    const auto* balancer = book.find(argument(listener, "load_balancer_arn"));
    return balancer != nullptr && is_true(argument(balancer->body, "internal"));
}

std::vector<Remark> judge(const tf::Root& root, const intent::Stack& /*stack*/) {
    const AddressBook book(root);
    return judge_resources(root, [&](const tf::Resource& resource) -> std::optional<Remark> {
        const auto& body = resource.body;
        const bool listener =
            resource.type == "aws_lb_listener" || resource.type == "aws_alb_listener";
        if (!listener || text_of(argument(body, "protocol")) != "HTTP" || redirects(body) ||
            is_internal(book, body))
            return std::nullopt;
        return remark("the listener speaks plain HTTP with the Internet");
    });
}

}  // namespace

const Rule& plaintext_http_rule() {
    static const Rule rule{"plaintext-http", Severity::medium,
                           "a load balancer on the Internet speaks plain HTTP",
                           "give `expose:` a certificate, or expose port 443", judge};
    return rule;
}

}  // namespace agentops::catalog
