#include "agents/inputs.h"

#include "agent_fixture.h"

namespace inputs_test {

using namespace agentops;

namespace {

const Source kIntent{"shop.intent.yaml", ""};

Input input_of(const char* variable, const char* output, Lines path = {}) {
    return {variable, "net/main", output, std::move(path), ValueType::string, {&kIntent, 4, 7}};
}

struct Gathered {
    UnitInputs inputs;
    Diagnostics diagnostics;
};

Gathered gather(const Input& wanted, const Upstream& upstream, bool destroy = false) {
    Gathered got;
    Unit reader;
    reader.id = "shop/web";
    reader.inputs = {wanted};
    got.inputs = gather_inputs(reader, {{"net/main", upstream}}, destroy, got.diagnostics);
    return got;
}

}  // namespace

TEST_CASE("inputs: what is real beats what is expected, and that beats what was known") {
    const UnitOutputs actual{{{"id", "real"}}, {}, {}};
    const UnitOutputs expected{{{"id", "planned"}}, {}, {"id"}};
    const Json known = {{"id", "known"}};
    const auto wanted = input_of("net_id", "id");
    CHECK(gather(wanted, {&actual, &expected, &known}).inputs.values == Json{{"net_id", "real"}});
    const auto planned = gather(wanted, {nullptr, &expected, &known}).inputs;
    CHECK(planned.values == Json{{"net_id", "planned"}});
    CHECK(planned.planned == std::set<std::string>{"net_id"});
    CHECK(planned.waits_for == Lines{"net/main"});
    CHECK(gather(wanted, {nullptr, nullptr, &known}).inputs.values == Json{{"net_id", "known"}});
}

TEST_CASE("inputs: an output that is not there after an apply is an error that names both ends") {
    const UnitOutputs actual{{{"other", 1}}, {}, {}};
    const auto got = gather(input_of("net_id", "id"), {&actual, nullptr, nullptr});
    CHECK(codes(got.diagnostics) == Lines{"apply.missing-output"});
    CHECK(messages(got.diagnostics) ==
          Lines{"error: net/main has no output 'id', which shop/web reads"});
    CHECK(got.diagnostics[0].position.line == 4);
    CHECK(got.inputs.unknown.empty());
}

TEST_CASE("inputs: an output whose value nobody knows yet is waited for") {
    const UnitOutputs hidden{Json::object(), {"id"}, {}};
    for (const auto& upstream :
         {Upstream{&hidden, nullptr, nullptr}, Upstream{nullptr, &hidden, nullptr}, Upstream{}}) {
        const auto got = gather(input_of("net_id", "id"), upstream);
        CHECK(got.diagnostics.empty());
        CHECK(got.inputs.unknown == std::set<std::string>{"net_id"});
        CHECK(got.inputs.waits_for == Lines{"net/main"});
        CHECK(got.inputs.preview());
    }
}

TEST_CASE("inputs: steps below an output, and one that leads nowhere") {
    const UnitOutputs actual{{{"nets", {{{"id", "a"}}, {{"id", "b"}}}}}, {}, {}};
    const Upstream upstream{&actual, nullptr, nullptr};
    CHECK(gather(input_of("v", "nets", {"1", "id"}), upstream).inputs.values == Json{{"v", "b"}});
    for (const auto& path : {Lines{"2", "id"}, Lines{"1", "name"}, Lines{"-1"}, Lines{"1x"}}) {
        const auto got = gather(input_of("v", "nets", path), upstream);
        CHECK(messages(got.diagnostics) ==
              Lines{"error: net/main has no '" + join(path, ".") + "' below its output 'nets'"});
    }
}

TEST_CASE("inputs: a destroy needs the type, not the value") {
    const UnitOutputs actual;
    const auto got = gather(input_of("net_id", "id"), {&actual, nullptr, nullptr}, true);
    CHECK(got.diagnostics.empty());
    CHECK(got.inputs.values == Json{{"net_id", ""}});
    CHECK_FALSE(got.inputs.preview());
}

}  // namespace inputs_test
