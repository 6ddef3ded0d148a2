#include "terraform/backend.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace backend_test {

using namespace agentops;
using namespace agentops::tf;

namespace {

Json settings(std::string_view backend, Json given = Json::object(),
              std::string_view unit = "shop-a@dev/main") {
    return backend_settings(backend, std::move(given), unit, "../state/terraform.tfstate");
}

}  // namespace

TEST_CASE("each backend has a setting that tells units apart") {
    CHECK(settings("local") == Json{{"path", "../state/terraform.tfstate"}});
    CHECK(settings("s3") == Json{{"key", "shop-a@dev/main.tfstate"}});
    CHECK(settings("azurerm") == Json{{"key", "shop-a@dev/main.tfstate"}});
    CHECK(settings("gcs") == Json{{"prefix", "shop-a@dev/main"}});
    CHECK(settings("consul") == Json{{"path", "shop-a@dev/main"}});
    CHECK(settings("pg") == Json{{"schema_name", "shop-a_dev_main"}});
    CHECK(settings("http") == Json{{"address", "shop-a@dev/main"}});
    CHECK(settings("cloud") == Json{{"workspaces", {{"name", "shop-a_dev_main"}}}});
    CHECK(settings("remote") == Json{{"workspaces", {{"name", "shop-a_dev_main"}}}});
}

TEST_CASE("what is given there becomes the prefix; the rest stays as it is") {
    CHECK(settings("s3", {{"bucket", "acme"}, {"key", "infra/"}}) ==
          Json{{"bucket", "acme"}, {"key", "infra/shop-a@dev/main.tfstate"}});
    CHECK(settings("azurerm", {{"key", "infra"}}) ==
          Json{{"key", "infra/shop-a@dev/main.tfstate"}});
    CHECK(settings("gcs", {{"prefix", "infra//"}}) == Json{{"prefix", "infra/shop-a@dev/main"}});
    CHECK(settings("consul", {{"path", "infra"}}) == Json{{"path", "infra/shop-a@dev/main"}});
    CHECK(settings("pg", {{"conn_str", "x"}, {"schema_name", "infra"}}) ==
          Json{{"conn_str", "x"}, {"schema_name", "infra_shop-a_dev_main"}});
    CHECK(settings("s3", {{"key", "/"}}) == Json{{"key", "shop-a@dev/main.tfstate"}});
}

TEST_CASE("http has addresses for locks only when they are given") {
    CHECK(settings("http", {{"address", "https://x/state/"},
                            {"lock_address", "https://x/state"},
                            {"lock_method", "POST"}}) ==
          Json{{"address", "https://x/state/shop-a@dev/main"},
               {"lock_address", "https://x/state/shop-a@dev/main/lock"},
               {"lock_method", "POST"}});
    CHECK(settings("http", {{"unlock_address", "https://x/u"}})["unlock_address"] ==
          "https://x/u/shop-a@dev/main/lock");
}

TEST_CASE("a workspace keeps the project it is in") {
    CHECK(settings("cloud", {{"organization", "acme"},
                             {"workspaces", {{"name", "infra-"}, {"project", "shop"}}}}) ==
          Json{{"organization", "acme"},
               {"workspaces", {{"name", "infra-shop-a_dev_main"}, {"project", "shop"}}}});
}

TEST_CASE("no two units share a state") {
    // An intent `a-b` beside the environment `b` of an intent `a`.
    const std::vector<std::string> units = {"a-b/main",   "a@b/main", "a-b@c/main",
                                            "a@b-c/main", "a/main",   "a@main/main"};
    for (const auto& backend : known_backends()) {
        if (backend == "local") continue;  // its path is in the unit's own folder
        CAPTURE(backend);
        std::set<Json> all;
        for (const auto& unit : units)
            all.insert(settings(backend, Json::object(), unit));
        CHECK(all.size() == units.size());
    }
}

TEST_CASE("settings that are no map count as none") {
    CHECK(settings("s3", nullptr) == Json{{"key", "shop-a@dev/main.tfstate"}});
    CHECK(settings("s3", {{"key", 5}}) == Json{{"key", "shop-a@dev/main.tfstate"}});
}

}  // namespace backend_test
