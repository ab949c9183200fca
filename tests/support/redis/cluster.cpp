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
constexpr std::chrono::milliseconds kClientTimeout{2000};

std::string address_of(const TestCluster::Node& node) {
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
                                           std::to_string(kNodeTimeout.count()),
                                           "--repl-diskless-sync-delay",
                                           "0"};
        nodes_.push_back({port, std::make_unique<TestServer>(std::move(arguments))});
    }
    std::vector<std::string> create{"redis-cli", "--cluster", "create"};
    for (const Node& node : nodes_) create.push_back(address_of(node));
    create.insert(create.end(), {"--cluster-replicas", "1", "--cluster-yes"});
    run_program(std::move(create));
    wait_until_healthy();
}

ClientOptions TestCluster::options() const {
    ClientOptions options;
    options.seeds = {{kHost, nodes_.front().port}};
    options.connect_timeout = options.command_timeout = scaled(kClientTimeout);
    return options;
}

void TestCluster::set_node_timeout(std::chrono::milliseconds timeout) {
    for (const Node& node : nodes_)
        run_command(node, {"CONFIG", "SET", "cluster-node-timeout", std::to_string(timeout.count())});
}

std::string TestCluster::run_command(const Node& node, std::vector<std::string> command) {
    std::vector<std::string> words{"redis-cli", "-s", node.server->socket_path()};
    words.insert(words.end(), command.begin(), command.end());
    return strip(run_program(std::move(words)));
}

// CLUSTER NODES, one line per node: id host:port@bus flags … first-last first-last …
TestCluster::Node& TestCluster::owner_of(const std::string& key) {
    auto first_running = std::ranges::find_if(nodes_, [](const Node& node) { return node.server->is_running(); });
    std::istringstream lines(run_command(*first_running, {"CLUSTER", "NODES"}));
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
                nodes_, [&](const Node& node) { return fields[1].starts_with(address_of(node) + "@"); });
            if (found != nodes_.end()) return *found;
        }
    }
    throw std::runtime_error("no node owns the slot of " + key);
}

TestCluster::Node& TestCluster::master_without(const std::string& key) {
    const Node& owner = owner_of(key);
    for (const char* other : {"foo", "bar", "a", "b", "c"}) {
        if (Node& node = owner_of(other); node.port != owner.port) return node;
    }
    throw std::runtime_error("one master owns everything");
}

TestCluster::Node& TestCluster::replica_of(const Node& master) {
    std::string wanted = "master_port:" + std::to_string(master.port);
    auto found = std::ranges::find_if(nodes_, [&](const Node& node) {
        return node.server->is_running() && run_command(node, {"INFO", "replication"}).contains(wanted);
    });
    if (found == nodes_.end()) throw std::runtime_error("the master has no replica");
    return *found;
}

// Redis's own tool fails until every node knows the last change.
void TestCluster::wait_until_consistent(const Node& node) {
    const ScaledTimeout timeout;
    while (true) {
        try {
            run_program({"redis-cli", "--cluster", "check", address_of(node)});
            return;
        } catch (const std::runtime_error&) {
            if (timeout.has_expired()) throw;
        }
        std::this_thread::sleep_for(kPoll);
    }
}

void TestCluster::reshard(const Node& from, const Node& to, int slots) {
    wait_until_consistent(from);
    run_program({"redis-cli", "--cluster", "reshard", address_of(from), "--cluster-from",
                 run_command(from, {"CLUSTER", "MYID"}), "--cluster-to", run_command(to, {"CLUSTER", "MYID"}),
                 "--cluster-slots", std::to_string(slots), "--cluster-yes"});
}

void TestCluster::begin_move(Slot slot, const Node& from, const Node& to) {
    std::string number = std::to_string(slot);
    run_command(to, {"CLUSTER", "SETSLOT", number, "IMPORTING", run_command(from, {"CLUSTER", "MYID"})});
    run_command(from, {"CLUSTER", "SETSLOT", number, "MIGRATING", run_command(to, {"CLUSTER", "MYID"})});
}

void TestCluster::end_move(Slot slot, const Node& from, const Node& to) {
    std::string target = run_command(to, {"CLUSTER", "MYID"});
    run_command(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", target});
    run_command(from, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", target});
}

void TestCluster::wait_until_healthy() {
    const ScaledTimeout timeout;
    auto wait_for = [&](const Node& node, auto holds) {
        while (node.server->is_running() && !holds(node)) {
            if (timeout.has_expired())
                throw std::runtime_error("the cluster does not become healthy: " + state_of(node));
            std::this_thread::sleep_for(kPoll);
        }
    };
    for (const Node& node : nodes_) wait_for(node, is_healthy);
    for (const Node& node : nodes_) wait_for(node, [this](const Node& one) { return agrees_with_all(one); });
}

bool TestCluster::agrees_with_all(const Node& node) {
    auto parts = parts_seen_by(node);
    return std::ranges::all_of(
        nodes_, [&](const Node& other) { return !other.server->is_running() || parts_seen_by(other) == parts; });
}

// CLUSTER NODES, one line per node: id host:port@bus flags master ping pong epoch link slots…; an
// additional flag marks the queried node itself, and only that one lists moving slots, in brackets.
std::set<std::string> TestCluster::parts_seen_by(const Node& node) {
    std::set<std::string> parts;
    std::istringstream lines(run_command(node, {"CLUSTER", "NODES"}));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string id, place, flags, master, ping, pong, epoch, link;
        words >> id >> place >> flags >> master >> ping >> pong >> epoch >> link;
        std::string part = id + (flags.contains("master") ? " is a master" : " replicates " + master);
        for (std::string slots; words >> slots;)
            if (!slots.starts_with('[')) part += " " + slots;
        parts.insert(part);
    }
    return parts;
}

std::string TestCluster::state_of(const Node& node) {
    return run_command(node, {"CLUSTER", "INFO"}) + "\n" + run_command(node, {"INFO", "replication"});
}

bool TestCluster::is_healthy(const Node& node) {
    std::string state = state_of(node);
    return state.contains("cluster_state:ok") && state.contains("cluster_slots_ok:16384") &&
           (state.contains("role:master") || state.contains("master_link_status:up"));
}

}  // namespace mindspace::redis
