#include "intent/configuration.h"

#include <fmt/core.h>

namespace agentops::intent {

namespace {

Json shown(const std::string& value) {
    return value;
}
Json shown(bool value) {
    return value;
}
Json shown(std::int64_t value) {
    return value;
}
Json shown(const Duration& value) {
    return to_text(value);
}
template <const Words& kWords>
Json shown(const Choice<kWords>& value) {
    return value.value;
}
template <class T>
Json shown(const Located<T>& value) {
    return shown(value.value);
}
template <class T>
Json shown(const std::vector<T>& values) {
    auto all = Json::array();
    for (const auto& value : values)
        all.push_back(shown(value));
    return all;
}
/// What has no value by default has none to show: a given one is shown as it was written.
template <class T>
Json shown(const std::optional<T>&) {
    return nullptr;
}

template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<OrderedMap<T>> : std::true_type {};

class Lister {
public:
    Lister(std::vector<Setting>& out, std::string prefix, const yaml::Node* node)
        : out_(out), prefix_(std::move(prefix)), node_(node) {}

    template <class T>
    void required(std::string_view name, T& member, std::string_view doc) {
        optional(name, member, doc);
    }
    template <class T>
    void optional(std::string_view name, T& member, std::string_view doc) {
        list(prefix_ + std::string(name), node_ == nullptr ? nullptr : node_->find(name), member,
             doc);
    }

private:
    template <class T>
    void list(const std::string& key, const yaml::Node* node, T& member, std::string_view doc) {
        if constexpr (Visitable<T>) {
            Lister inner(out_, key + ".", node);
            member.visit(inner);
        } else if constexpr (IsMap<T>::value) {
            for (auto& [name, entry] : member)
                list(key + "." + name, node == nullptr ? nullptr : node->find(name), entry, doc);
            if (member.empty()) out_.push_back({key, Json::object(), {}, std::string(doc)});
        } else if (node != nullptr) {
            out_.push_back({key, plain_json(*node), node->position, std::string(doc)});
        } else if constexpr (requires { shown(member); }) {
            out_.push_back({key, shown(member), {}, std::string(doc)});
        }
    }

    std::vector<Setting>& out_;
    std::string prefix_;
    const yaml::Node* node_;
};

}  // namespace

std::vector<Setting> list_settings(const Settings& settings, const yaml::Node* root) {
    std::vector<Setting> all;
    auto copy = settings;  // visit() is for writers too
    Lister lister(all, "", root);
    copy.visit(lister);
    return all;
}

}  // namespace agentops::intent
