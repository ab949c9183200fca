#include "support/redis/cluster.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include "support/base/process.h"

namespace mindspace::redis {

namespace {

constexpr int kNodes = 6;
constexpr const char* kHost = "127.0.0.1";
constexpr std::chrono::milliseconds kPoll{50};

std::string place_of(const TestCluster::Node& node) {
    return std::string(kHost) + ":" + std::to_string(node.port);
}

std::string strip(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

}  // namespace

TestCluster::TestCluster() {
    for (int i = 0; i < kNodes; ++i) {
        std::uint16_t port = free_port();
        std::vector<std::string> arguments{"--port",
                                           std::to_string(port),
                                           "--cluster-enabled",
                                           "yes",
                                           "--cluster-node-timeout",
                                           "2000",
                                           "--repl-diskless-sync-delay",
                                           "0"};
        nodes_.push_back({port, std::make_unique<TestServer>(std::move(arguments))});
    }
    std::vector<std::string> create{"redis-cli", "--cluster", "create"};
    for (const Node& node : nodes_) create.push_back(place_of(node));
    create.insert(create.end(), {"--cluster-replicas", "1", "--cluster-yes"});
    run_program(std::move(create));
    wait_until_whole();
}

ClientOptions TestCluster::options() const {
    ClientOptions options;
    options.seeds = {{kHost, nodes_.front().port}};
    return options;
}

std::string TestCluster::ask(const Node& node, std::vector<std::string> command) {
    std::vector<std::string> words{"redis-cli", "-s", node.server->socket_path()};
    words.insert(words.end(), command.begin(), command.end());
    return strip(run_program(std::move(words)));
}

// CLUSTER NODES, a line a node: id host:port@bus flags … first-last first-last …
TestCluster::Node& TestCluster::owner_of(const std::string& key) {
    auto first_running = std::ranges::find_if(nodes_, [](const Node& node) { return node.server->is_running(); });
    std::istringstream lines(ask(*first_running, {"CLUSTER", "NODES"}));
    Slot slot = hash_slot(key);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
        for (std::size_t i = 8; i < fields.size(); ++i) {
            auto dash = fields[i].find('-');
            int first = std::stoi(fields[i]);
            int last = dash == std::string::npos ? first : std::stoi(fields[i].substr(dash + 1));
            if (slot < first || slot > last) continue;
            auto found = std::ranges::find_if(
                nodes_, [&](const Node& node) { return fields[1].starts_with(place_of(node) + "@"); });
            if (found != nodes_.end()) return *found;
        }
    }
    throw std::runtime_error("nobody owns the slot of " + key);
}

TestCluster::Node& TestCluster::stranger_to(const std::string& key) {
    const Node& owner = owner_of(key);
    for (const char* other : {"foo", "bar", "a", "b", "c"}) {
        if (Node& node = owner_of(other); node.port != owner.port) return node;
    }
    throw std::runtime_error("one master owns everything");
}

TestCluster::Node& TestCluster::replica_of(const Node& master) {
    std::string wanted = "master_port:" + std::to_string(master.port);
    auto found = std::ranges::find_if(nodes_, [&](const Node& node) {
        return node.server->is_running() && ask(node, {"INFO", "replication"}).contains(wanted);
    });
    if (found == nodes_.end()) throw std::runtime_error("the master has no replica");
    return *found;
}

// Redis's own tool refuses until every node has heard of the last change.
void TestCluster::wait_until_agreed(const Node& node) {
    const Patience patience;
    while (true) {
        try {
            run_program({"redis-cli", "--cluster", "check", place_of(node)});
            return;
        } catch (const std::runtime_error&) {
            if (patience.is_over()) throw;
        }
        std::this_thread::sleep_for(kPoll);
    }
}

void TestCluster::reshard(const Node& from, const Node& to, int slots) {
    wait_until_agreed(from);
    run_program({"redis-cli", "--cluster", "reshard", place_of(from), "--cluster-from", ask(from, {"CLUSTER", "MYID"}),
                 "--cluster-to", ask(to, {"CLUSTER", "MYID"}), "--cluster-slots", std::to_string(slots),
                 "--cluster-yes"});
}

void TestCluster::begin_move(Slot slot, const Node& from, const Node& to) {
    std::string number = std::to_string(slot);
    ask(to, {"CLUSTER", "SETSLOT", number, "IMPORTING", ask(from, {"CLUSTER", "MYID"})});
    ask(from, {"CLUSTER", "SETSLOT", number, "MIGRATING", ask(to, {"CLUSTER", "MYID"})});
}

void TestCluster::end_move(Slot slot, const Node& from, const Node& to) {
    std::string target = ask(to, {"CLUSTER", "MYID"});
    ask(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", target});
    ask(from, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", target});
}

void TestCluster::wait_until_whole() {
    const Patience patience;
    auto wait_for = [&](const Node& node, auto holds) {
        while (node.server->is_running() && !holds(node)) {
            if (patience.is_over()) throw std::runtime_error("the cluster does not become whole: " + state_of(node));
            std::this_thread::sleep_for(kPoll);
        }
    };
    for (const Node& node : nodes_) wait_for(node, is_whole);
    for (const Node& node : nodes_) wait_for(node, [this](const Node& one) { return agrees_with_all(one); });
}

bool TestCluster::agrees_with_all(const Node& node) {
    auto parts = parts_seen_by(node);
    return std::ranges::all_of(
        nodes_, [&](const Node& other) { return !other.server->is_running() || parts_seen_by(other) == parts; });
}

// CLUSTER NODES, a line a node: id host:port@bus flags master ping pong epoch link slots…; a flag may say besides that
// it is the asked one, which alone tells in brackets of slots that move.
std::set<std::string> TestCluster::parts_seen_by(const Node& node) {
    std::set<std::string> parts;
    std::istringstream lines(ask(node, {"CLUSTER", "NODES"}));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string id, place, flags, master, ping, pong, epoch, link;
        words >> id >> place >> flags >> master >> ping >> pong >> epoch >> link;
        std::string part = id + (flags.contains("master") ? " is a master" : " follows " + master);
        for (std::string slots; words >> slots;)
            if (!slots.starts_with('[')) part += " " + slots;
        parts.insert(part);
    }
    return parts;
}

std::string TestCluster::state_of(const Node& node) {
    return ask(node, {"CLUSTER", "INFO"}) + "\n" + ask(node, {"INFO", "replication"});
}

bool TestCluster::is_whole(const Node& node) {
    std::string state = state_of(node);
    return state.contains("cluster_state:ok") && state.contains("cluster_slots_ok:16384") &&
           (state.contains("role:master") || state.contains("master_link_status:up"));
}

}  // namespace mindspace::redis
