#include "terraform/steps.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/text.h"
#include "terraform/facts.h"

namespace steps_test {

using namespace agentops;
using namespace agentops::tf;

namespace {

const StepContext kContext{{"/bin/terraform", "terraform", "1.11.4"}, "/r", "/c", "", {}, {}};

tf::Unit generated() {
    tf::Unit unit;
    unit.id = "shop@dev/main";
    unit.dir = "/u";
    unit.data_dir = "/u/.terraform";
    unit.backend = "local";
    unit.files = {{"net.tf.json", "{}\n"}};
    unit.init_key = "K";
    unit.digest = "D";
    return unit;
}

tf::Unit existing() {
    tf::Unit unit;
    unit.existing = true;
    unit.dir = "/legacy";
    unit.data_dir = "/d/legacy";
    return unit;
}

const run::ToolCall& call(const run::Step& step) {
    return std::get<run::ToolCall>(step.action);
}

std::string argv(const run::Step& step) {
    return join(call(step).argv, " ");
}

/// "NAME=value ..."; a secret is NAME=<name>.
std::string env(const run::Step& step) {
    std::vector<std::string> words;
    for (const auto& var : call(step).env) {
        const auto* text = std::get_if<std::string>(&var.value);
        words.push_back(text != nullptr ? var.name + "=" + *text
                                        : fmt::format("{}=<{}>", var.name,
                                                      std::get<run::SecretName>(var.value).name));
    }
    return join(words, " ");
}

/// As the runner leaves it: content, then a digest line per file.
void leave(const run::Stamp& stamp) {
    auto text = stamp.content;
    for (const auto& path : stamp.digests) {
        const auto bytes = read_file(path);
        text += fmt::format("{}  {}\n", bytes ? sha256(*bytes) : "-", path.string());
    }
    REQUIRE(write_file(stamp.path, text));
}

/// A unit in a fresh folder of its own.
struct Disk {
    tf::Unit unit = generated();
    StepContext context = kContext;
    explicit Disk(const std::string& name) {
        unit.dir = fs::absolute(name);
        unit.data_dir = unit.dir / ".terraform";
        context.cache_dir = unit.dir / "cache";
        fs::create_directories(unit.dir);
    }
    void put(const fs::path& name, const std::string& text) const {
        REQUIRE(write_file(unit.dir / name, text));
    }
    UnitFacts facts() const { return gather_facts(unit, context).value(); }
};

}  // namespace

TEST_CASE("argv is what a careful user would type") {
    const auto unit = generated();
    CHECK(argv(init_step(unit, {}, false, kContext)) ==
          "/bin/terraform init -input=false -no-color");
    CHECK(argv(validate_step(unit, {}, false, kContext)) ==
          "/bin/terraform validate -json -no-color");
    CHECK(argv(plan_step(unit, {}, kContext)) ==
          "/bin/terraform plan -input=false -no-color -json -lock-timeout=10s "
          "-out=/r/plan.tfplan");
    CHECK(argv(plan_step(unit, {.destroy = true}, kContext))
              .ends_with(" -out=/r/plan.tfplan -destroy"));
    CHECK(argv(show_plan_step(unit, false, kContext)) ==
          "/bin/terraform show -json -no-color /r/plan.tfplan");
    CHECK(argv(apply_step(unit, "/x/plan.tfplan", kContext)) ==
          "/bin/terraform apply -input=false -no-color -json -lock-timeout=10s /x/plan.tfplan");
    CHECK(argv(prove_step(unit, {}, kContext)) ==
          "/bin/terraform plan -input=false -no-color -json -lock=false -out=/r/proof.tfplan");
    CHECK(argv(refresh_step(unit, kContext)) ==
          "/bin/terraform apply -input=false -no-color -json -lock-timeout=10s /r/proof.tfplan");
    CHECK(argv(outputs_step(unit, kContext)) == "/bin/terraform output -json -no-color");
    CHECK(call(plan_step(unit, {}, kContext)).cwd == "/u");
}

TEST_CASE("a repair names what it may touch, and so does its proof") {
    const auto unit = generated();
    const std::vector<std::string> targets{"aws_vpc.net", "aws_subnet.a[\"x y\"]"};
    CHECK(argv(plan_step(unit, {.targets = targets}, kContext))
              .ends_with(" -out=/r/plan.tfplan -target=aws_vpc.net -target=aws_subnet.a[\"x y\"]"));
    CHECK(argv(plan_step(unit, {.refresh_only = true, .targets = {"aws_vpc.net"}}, kContext))
              .ends_with(" -out=/r/plan.tfplan -refresh-only -target=aws_vpc.net"));
    CHECK(argv(prove_step(unit, {"aws_vpc.net"}, kContext))
              .ends_with(" -out=/r/proof.tfplan -target=aws_vpc.net"));
}

TEST_CASE("a drift check waits for no lock unless it is told to") {
    auto unit = generated();
    CHECK(argv(plan_step(unit, {.observe = true}, kContext)).find(" -lock-timeout=0s ") !=
          std::string::npos);
    unit.local_state = "/u/terraform.tfstate";
    CHECK(argv(plan_step(unit, {.observe = true}, kContext)).find(" -lock=false ") !=
          std::string::npos);
    auto patient = kContext;
    patient.lock_timeout = std::chrono::milliseconds(1500);
    unit.local_state.clear();
    CHECK(argv(plan_step(unit, {.observe = true}, patient)).find(" -lock-timeout=2s ") !=
          std::string::npos);
    CHECK(argv(plan_step(unit, {}, patient)).find(" -lock-timeout=2s ") != std::string::npos);
    unit.local_state = "/u/terraform.tfstate";
    CHECK(look_step(unit, false, kContext).judged);
    CHECK(call(look_step(unit, false, kContext)).secret_output);
    CHECK(argv(schema_step(unit, false, kContext)) ==
          "/bin/terraform providers schema -json -no-color");
}

TEST_CASE("a preview runs in a folder of the run, without a lock") {
    const auto step = plan_step(generated(), {.preview = true}, kContext);
    CHECK(argv(step) ==
          "/bin/terraform plan -input=false -no-color -json -lock=false -out=/r/plan.tfplan");
    CHECK(call(step).cwd == "/r/preview");
    CHECK(env(step) == "TF_DATA_DIR=/r/preview/.terraform TF_WORKSPACE=default");
}

TEST_CASE("the environment: data folder, cache, workspace, target, secrets where they are needed") {
    auto unit = generated();
    unit.secrets = {{"pw", "db_password", true}};
    auto context = kContext;
    context.plugin_cache = "/cache";
    context.target_env = {{"AWS_REGION", "eu-west-1"}};
    const std::string common =
        "AWS_REGION=eu-west-1 TF_DATA_DIR=/u/.terraform TF_PLUGIN_CACHE_DIR=/cache "
        "TF_WORKSPACE=default";
    CHECK(env(init_step(unit, {}, false, context)) == common);
    CHECK(env(show_plan_step(unit, false, context)) == common);
    CHECK(env(plan_step(unit, {}, context)) == common + " TF_VAR_pw=<db_password>");
    CHECK(env(apply_step(unit, "/p", context)) == common + " TF_VAR_pw=<db_password>");
    CHECK(call(init_step(unit, {}, false, context)).exclusive == "plugin-cache");
    CHECK(call(init_step(unit, {}, false, kContext)).exclusive == "");
}

TEST_CASE("workspaces") {
    auto unit = existing();
    CHECK(env(prove_step(unit, {}, kContext)) == "TF_DATA_DIR=/d/legacy");
    unit.workspace = "blue";
    CHECK(env(prove_step(unit, {}, kContext)) == "TF_DATA_DIR=/d/legacy TF_WORKSPACE=blue");
    auto cloud = generated();
    cloud.backend = "cloud";
    CHECK(env(prove_step(cloud, {}, kContext)) == "TF_DATA_DIR=/u/.terraform");
}

TEST_CASE("init keeps an existing lock file, and moves along a local backend only") {
    auto unit = existing();
    CHECK(argv(init_step(unit, {}, false, kContext)).ends_with("-no-color"));
    unit.lock_source = "/legacy/.terraform.lock.hcl";
    CHECK(argv(init_step(unit, {}, false, kContext)).ends_with(" -lockfile=readonly"));
    UnitFacts facts;
    facts.last_backend = "local";
    CHECK(argv(init_step(generated(), facts, false, kContext)).ends_with(" -reconfigure"));
    facts.last_backend = "s3";
    CHECK(argv(init_step(generated(), facts, false, kContext)).ends_with("-no-color"));
}

TEST_CASE("init and validate are skipped when nothing changed") {
    UnitFacts facts;
    CHECK(init_step(generated(), facts, false, kContext).skip == "");
    facts.initialised = facts.validated = true;
    CHECK(init_step(generated(), facts, false, kContext).skip ==
          "nothing it depends on changed since the last init");
    CHECK(init_step(generated(), facts, true, kContext).skip == "");
    CHECK(validate_step(generated(), facts, false, kContext).skip ==
          "the same files were found valid before");
}

TEST_CASE("a preview uses nothing of what was found in the unit's own folder") {
    auto unit = generated();
    unit.preview_files = {{"net.tf.json", "{}\n"}};
    UnitFacts facts;
    facts.initialised = facts.validated = true;
    facts.obsolete = {"/u/old.tf.json"};
    const auto write = write_step(unit, facts, true, nullptr, kContext);
    CHECK(std::get<run::WriteFiles>(write.action).obsolete.empty());
    const auto validate = validate_step(unit, facts, true, kContext);
    CHECK(validate.skip == "the plan of a preview checks the same");
    CHECK_FALSE(call(validate).stamp.has_value());
    CHECK_FALSE(call(init_step(unit, facts, true, kContext)).stamp.has_value());
}

TEST_CASE("steps say what they put out and who judges") {
    const auto show = show_plan_step(generated(), false, kContext);
    CHECK(call(show).secret_output);
    CHECK(call(show).capture == run::ToolCall::Capture::json);
    CHECK(call(outputs_step(generated(), kContext)).secret_output);
    CHECK(call(apply_step(generated(), "/p", kContext)).json_lines);
    CHECK(apply_step(generated(), "/p", kContext).judged);
    CHECK(prove_step(generated(), {}, kContext).judged);
    CHECK(plan_step(generated(), {}, kContext).judged);
}

TEST_CASE("write lays the artifacts, their list and the values") {
    auto unit = generated();
    unit.inputs = {{"zones", "base/main", "zones", {}, ValueType::list_of_string, {}}};
    UnitFacts facts;
    facts.obsolete = {"/u/old.tf.json"};
    const auto action = std::get<run::WriteFiles>(
        write_step(unit, facts, false, {{"zones", {"a"}}}, kContext).action);
    CHECK(action.dir == "/u");
    CHECK(action.obsolete == facts.obsolete);
    CHECK(action.foreign == foreign_patterns());
    REQUIRE(action.files.size() == 3);
    CHECK(action.files[0].path == "/u/net.tf.json");
    CHECK(action.files[0].mode == 0600);
    CHECK(action.files[1].path == "/u/.terraform.artifacts.json");
    CHECK(action.files[2].path == "/r/values.tfvars.json");
    CHECK(action.files[2].text == "{\n  \"zones\": [\n    \"a\"\n  ]\n}\n");
    CHECK(action.files[2].mode == 0600);
    CHECK(argv(plan_step(unit, {}, kContext))
              .ends_with(" -var-file=/r/values.tfvars.json -out=/r/plan.tfplan"));
}

TEST_CASE("artifacts in a folder that the user chose are as readable as sources") {
    auto unit = generated();
    unit.data_dir = "/private/.terraform";
    const auto action = std::get<run::WriteFiles>(write_step(unit, {}, false, {}, kContext).action);
    CHECK(action.files[0].mode == 0644);
}

TEST_CASE("an existing root gets values only, and its files are its own") {
    auto unit = existing();
    unit.variables = {{"name", "x"}};
    const auto action =
        std::get<run::WriteFiles>(write_step(unit, {}, false, {{"name", "x"}}, kContext).action);
    REQUIRE(action.files.size() == 1);
    CHECK(action.files[0].path == "/r/values.tfvars.json");
    CHECK(action.foreign.empty());
}

TEST_CASE("a preview's local modules are found from where it lies") {
    auto unit = generated();
    unit.preview_files = {{"m.tf.json", R"({"module": {"a": {"source": "../mod/a"},
        "b": {"source": "./b"}, "c": {"source": "terraform-aws-modules/vpc/aws"}}})"}};
    const auto action =
        std::get<run::WriteFiles>(write_step(unit, {}, true, nullptr, kContext).action);
    REQUIRE(action.files.size() == 1);
    CHECK(action.files[0].path == "/r/preview/m.tf.json");
    CHECK(Json::parse(action.files[0].text)["module"] ==
          Json::parse(R"({"a": {"source": "../../mod/a"}, "b": {"source": "../../u/b"},
                          "c": {"source": "terraform-aws-modules/vpc/aws"}})"));
}

TEST_CASE("copies of state and lock file") {
    auto unit = generated();
    unit.local_state = "/u/terraform.tfstate";
    const auto state = backup_state_step(unit, "state-before", kContext);
    CHECK(state.name == "state-before");
    CHECK(std::get<run::CopyFile>(state.action).to == "/r/state-before.tfstate");
    const auto lock = std::get<run::CopyFile>(lock_step(unit, true, kContext).action);
    CHECK(lock.from == "/u/.terraform.lock.hcl");
    CHECK(lock.to == "/r/preview/.terraform.lock.hcl");
}

TEST_CASE("an init is remembered until something it depends on changes") {
    Disk disk("init");
    const auto package = ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux/x";
    disk.put(
        ".terraform.lock.hcl",
        "provider \"registry.terraform.io/hashicorp/aws\" {\n  version     = \"5.100.0\"\n}\n");
    disk.put(".terraform/terraform.tfstate", R"({"backend": {"type": "local"}})");
    disk.put(package, "");
    CHECK_FALSE(disk.facts().initialised);
    leave(init_stamp(disk.unit, disk.context.tool));
    CHECK(disk.facts().initialised);
    CHECK(disk.facts().last_backend == "local");
    SUBCASE("the lock file") {
        disk.put(".terraform.lock.hcl", "# other\n");
    }
    SUBCASE("the provider") {
        fs::remove_all((disk.unit.dir / package).parent_path());
    }
    SUBCASE("the configuration") {
        disk.unit.init_key = "K2";
    }
    SUBCASE("the tool") {
        disk.context.tool.version = "1.12.0";
    }
    SUBCASE("the backend's record") {
        fs::remove(disk.unit.data_dir / "terraform.tfstate");
    }
    SUBCASE("a module") {
        disk.put(".terraform/modules/modules.json", R"({"Modules": [{"Dir": "gone"}]})");
    }
    CHECK_FALSE(disk.facts().initialised);
    fs::remove_all(disk.unit.dir);
}

TEST_CASE("a validation is remembered by what was validated") {
    Disk disk("validate");
    leave(validate_stamp(disk.unit, disk.context));
    CHECK(disk.facts().validated);
    disk.put(".terraform.lock.hcl", "# other\n");
    CHECK_FALSE(disk.facts().validated);
    fs::remove(disk.unit.dir / ".terraform.lock.hcl");
    disk.unit.digest = "D2";
    CHECK_FALSE(disk.facts().validated);
}

TEST_CASE("files that Terraform would pick up by itself are found") {
    Disk disk("foreign");
    disk.put("net.tf.json", "{}");
    disk.put("terraform.tfstate", "");
    disk.put(".hidden.tf", "");
    CHECK(disk.facts().foreign == "");
    std::string name;
    SUBCASE("configuration") {
        name = "evil_override.tf";
    }
    SUBCASE("values") {
        name = "x.auto.tfvars.json";
    }
    SUBCASE("OpenTofu") {
        name = "net.tofu";
    }
    SUBCASE("plugins") {
        name = "terraform.d/plugins/x";
    }
    disk.put(name, "");
    CHECK(disk.facts().foreign == split(name, '/').front());
    fs::remove_all(disk.unit.dir);
}

TEST_CASE("what we wrote before and write no longer is obsolete, unless somebody changed it") {
    Disk disk("obsolete");
    tf::Unit earlier = disk.unit;
    earlier.files = {{"net.tf.json", "{}\n"}, {"old.tf.json", "{}\n"}, {"edited.tf.json", "{}\n"}};
    REQUIRE(write_file(artifact_list(disk.unit), artifact_list_text(earlier.files)));
    disk.put("old.tf.json", "{}\n");
    disk.put("edited.tf.json", "{\"by\": \"hand\"}\n");
    CHECK(disk.facts().obsolete == std::vector<fs::path>{disk.unit.dir / "old.tf.json"});
    CHECK(disk.facts().foreign == "edited.tf.json");
}

TEST_CASE("a list of artifacts cannot make us remove other files") {
    Disk disk("list");
    disk.put("terraform.tfstate", "x");
    REQUIRE(write_file("victim.tf", "x"));
    const Json files = {{"../victim.tf", sha256("x")}, {"terraform.tfstate", sha256("x")}};
    REQUIRE(write_file(artifact_list(disk.unit), dump_json({{"files", files}})));
    CHECK(disk.facts().obsolete.empty());
}

TEST_CASE("a local state is read and judged") {
    Disk disk("state-facts");
    disk.unit.local_state = disk.unit.dir / "terraform.tfstate";
    CHECK(disk.facts().state_known);
    CHECK_FALSE(disk.facts().deployed);
    CHECK(disk.facts().outputs == Json::object());
    disk.put("terraform.tfstate", R"({"version": 4, "serial": 1, "lineage": "L",
        "outputs": {"id": {"value": "x", "type": "string"}},
        "resources": [{"mode": "managed", "instances": [{}]}]})");
    CHECK(disk.facts().deployed);
    CHECK(disk.facts().outputs["id"]["value"] == "x");
    const auto refused = gather_facts(disk.unit, disk.context, StateMark{"L", 2, "", "copy"});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().front().code == "state.older");
}

TEST_CASE("versions") {
    const auto tofu = read_version("/bin/tofu", {{"terraform_version", "1.11.0"}}).value();
    CHECK(tofu.name == "tofu");
    CHECK(require_version(tofu));
    CHECK(require_version({"/bin/terraform", "terraform", "1.12.0-beta1"}));
    CHECK(require_version({"/bin/terraform", "terraform", "2.0.0"}));
    for (const char* old : {"1.10.5", "0.15.0", "1", "garbage"}) {
        const auto status = require_version({"/bin/terraform", "terraform", old});
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().front().code == "terraform.too-old");
    }
    CHECK(read_version("/bin/true", nullptr).error().front().code == "terraform.version");
}

}  // namespace steps_test
