#include "support/program/split.h"

#include "support/program/program.h"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <fstream>

namespace mindspace::integration {

namespace {

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

}  // namespace

Split::Split(SplitPlan plan, const Environment& settings, const std::filesystem::path& directory) {
    const auto gateway_secret = directory / "gateway-secret";
    std::ofstream(gateway_secret) << "a secret of the tests that no other program knows\n";
    auto common = settings;
    common.try_emplace("MINDSPACE_GATEWAY_SECRET_FILE", gateway_secret);
    common.try_emplace("MINDSPACE_AUTH_SECRET_FILE", directory / "secret");
    for (const auto& role : plan.nodes) {
        auto& of_role = nodes_[role];
        const auto name = role + std::to_string(of_role.size());
        Environment own = common;
        own["MINDSPACE_DATA_DIR"] = directory / name;
        own["MINDSPACE_HTTP_" + upper(role) + "_PORT"] = "0";
        const std::vector<std::string> arguments{program_path(), "serve", "--roles", role};
        of_role.push_back(std::make_unique<Node>(arguments, std::move(own), directory / (name + ".log")));
    }
    const std::vector<std::string> arguments{program_path(), "serve", "--roles", plan.front};
    front_ = std::make_unique<Node>(arguments, common, directory / "gateway.log");
}

void Split::start() {
    std::vector<Node*> launched;
    for (auto* node : nodes()) {
        if (node->is_running()) continue;
        node->launch();
        launched.push_back(node);
    }
    for (auto* node : launched) node->wait_until_ready();
    for (auto& [role, of_role] : nodes_) {
        std::string addresses;
        for (auto& node : of_role) {
            const auto port = std::to_string(node->port());
            addresses += (addresses.empty() ? "http://127.0.0.1:" : ",http://127.0.0.1:") + port;
            node->set("MINDSPACE_HTTP_" + upper(role) + "_PORT", port);
        }
        front_->set("MINDSPACE_UPSTREAM_" + upper(role), addresses);
    }
    if (!front_->is_running()) front_->start();
}

std::vector<Node*> Split::nodes() const {
    std::vector<Node*> all;
    for (const auto& [role, of_role] : nodes_)
        for (const auto& node : of_role) all.push_back(node.get());
    return all;
}

std::vector<const Node*> Split::processes() const {
    const auto behind = nodes();
    std::vector<const Node*> all{front_.get()};
    all.insert(all.end(), behind.begin(), behind.end());
    return all;
}

int Split::stop() {
    auto all = nodes();
    all.insert(all.begin(), front_.get());
    int worst = 0;
    for (auto* node : all) {
        if (!node->is_running()) continue;
        node->send(SIGCONT);
        node->send(SIGTERM);
        const int code = node->wait_for_end();
        if (worst == 0) worst = code;
    }
    return worst;
}

void Split::kill() {
    auto all = nodes();
    all.push_back(front_.get());
    for (auto* node : all)
        if (node->is_running()) node->kill();
}

std::string Split::log() const {
    std::string text = "-- gateway\n" + front_->log();
    for (const auto& [role, of_role] : nodes_)
        for (const auto& node : of_role) text += "-- " + role + "\n" + node->log();
    return text;
}

}  // namespace mindspace::integration
