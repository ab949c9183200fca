#include "platform/redis/cluster/cluster.h"

#include "platform/async/sleep.h"
#include "platform/base/result.h"

#include <algorithm>
#include <utility>

namespace mindspace::redis {

namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kPollInterval{100};
constexpr Milliseconds kRefreshIntervalWhileDown{500};
constexpr Milliseconds kRefreshInterval{10'000};
// How long a node without slots keeps its reconnector: it may be receiving its first slot or have just given away its
// last.
constexpr Milliseconds kUnusedNodeLifetime{10'000};

std::vector<std::string_view> cluster_slots() {
    return {"CLUSTER", "SLOTS"};
}

}  // namespace

Cluster::Cluster(asio::io_context& io, ClientOptions options, std::shared_ptr<ClientStats> stats)
    : io_(io), options_(std::move(options)), stats_(std::move(stats)), tasks_(io) {}

Cluster::QueueClaim::QueueClaim(Cluster& cluster) : cluster_(cluster) {
    if (cluster.waiting_ >= cluster.options_.max_pending) throw Unavailable("redis: too many commands are pending");
    ++cluster.waiting_;
}

void Cluster::start() {
    tasks_.spawn(refresh_slot_map(shared_from_this()));
}

void Cluster::stop() {
    tasks_.cancel();
    last_fault_ = "redis: stopped";
    if (unconnected_) unconnected_->close("redis: stopped");
    map_ = SlotMap();
    // Move it out of the member first: resumed callers may call this object again.
    auto nodes = std::exchange(nodes_, {});
    for (auto& [address, node] : nodes) node.reconnector->stop();
}

bool Cluster::is_up() const {
    return map_.is_complete() &&
           std::ranges::all_of(map_.masters(), [this](const auto& node) { return is_connected(node); });
}

bool Cluster::is_connected(const Address& node) const {
    auto found = nodes_.find(node);
    return found != nodes_.end() && found->second.reconnector->is_up();
}

Address Cluster::owner_of(Slot slot) {
    if (const Address* owner = map_.find_owner(slot)) return *owner;
    refresh_soon();
    if (map_.masters().empty()) throw Unavailable(last_fault_);
    throw Unavailable("redis: slot " + std::to_string(slot) + " has no node");
}

Address Cluster::any_node() {
    std::vector<Address> candidates;
    std::ranges::copy_if(map_.masters(), std::back_inserter(candidates),
                         [this](const auto& node) { return is_connected(node); });
    if (candidates.empty()) throw Unavailable(map_.masters().empty() ? last_fault_ : "redis: no node is connected");
    std::uniform_int_distribution<std::size_t> pick(0, candidates.size() - 1);
    return candidates[pick(random_)];
}

std::shared_ptr<Reconnector> Cluster::reconnector_of(const Address& node) {
    if (tasks_.is_cancelled()) throw Unavailable(last_fault_);
    auto [entry, is_new] = nodes_.try_emplace(node);
    entry->second.used_at = steady_clock::now();
    auto& reconnector = entry->second.reconnector;
    if (!is_new) return reconnector;
    reconnector = std::make_shared<Reconnector>(io_, options_.for_node(node), stats_, hooks_.on_push);
    if (hooks_.prepare) {
        reconnector->set_prepare(
            [prepare = hooks_.prepare, node](Connection& connection) { return prepare(node, connection); });
    }
    reconnector->start();
    return reconnector;
}

void Cluster::move_slot(Slot slot, const Address& node) {
    map_.move(slot, node);
    refresh_soon();
}

Awaitable<> Cluster::refresh_slot_map(std::shared_ptr<Cluster> self) {
    while (!self->tasks_.is_cancelled()) {
        if (self->is_refresh_due()) co_await self->refresh();
        co_await sleep_for(kPollInterval);
    }
}

bool Cluster::is_refresh_due() const {
    auto age = steady_clock::now() - refreshed_at_;
    return is_refresh_wanted_ || age >= kRefreshInterval || (age >= kRefreshIntervalWhileDown && !is_up());
}

// Asks the nodes until one replies. Nodes may disagree for a moment; redirections then request the next refresh.
Awaitable<> Cluster::refresh() {
    std::vector<Address> nodes = nodes_to_query();
    for (const Address& node : nodes) {
        is_refresh_wanted_ = false;
        try {
            SlotMap map = co_await query_node(node);
            if (tasks_.is_cancelled()) co_return;
            if (map.masters().empty()) throw Unavailable("redis: the cluster has no slots assigned");
            refreshed_at_ = steady_clock::now();
            adopt(std::move(map));
            co_return;
        } catch (const std::exception& fault) {
            if (!tasks_.is_cancelled()) last_fault_ = fault.what();
        }
        if (tasks_.is_cancelled()) co_return;
    }
    refreshed_at_ = steady_clock::now();
}

// Connected nodes first, in a new order each time.
std::vector<Address> Cluster::nodes_to_query() {
    std::vector<Address> nodes;
    for (const auto& [address, node] : nodes_) {
        if (node.reconnector->is_up()) nodes.push_back(address);
    }
    std::ranges::shuffle(nodes, random_);
    nodes.insert(nodes.end(), options_.seeds.begin(), options_.seeds.end());
    return nodes;
}

Awaitable<SlotMap> Cluster::query_node(Address node) {
    auto found = nodes_.find(node);
    if (found == nodes_.end() || !found->second.reconnector->is_up())
        co_return co_await query_unconnected_node(std::move(node));
    Awaitable<Value> pending = found->second.reconnector->connection().command(cluster_slots());
    Value reply = co_await std::move(pending);
    co_return SlotMap::parse(reply, node.host);
}

Awaitable<SlotMap> Cluster::query_unconnected_node(Address node) {
    ClientOptions options = options_.for_node(node);
    auto connection = std::make_shared<Connection>(io_, options, *stats_, Connection::OnPush());
    unconnected_ = connection;
    struct Closer {
        Connection& connection;
        ~Closer() { connection.close("redis: no longer needed"); }
    } closer{*connection};
    co_await connection->open();
    Awaitable<Value> pending = connection->command(cluster_slots());
    Value reply = co_await std::move(pending);
    co_return SlotMap::parse(reply, node.host);
}

void Cluster::adopt(SlotMap map) {
    map_ = std::move(map);
    for (const Address& node : map_.masters()) reconnector_of(node);
    remove_unused_nodes();
    if (hooks_.on_mapped) hooks_.on_mapped();
}

void Cluster::remove_unused_nodes() {
    auto unused_since = steady_clock::now() - std::max(kUnusedNodeLifetime, 2 * options_.command_timeout);
    std::vector<std::shared_ptr<Reconnector>> removed;
    std::erase_if(nodes_, [&](auto& entry) {
        if (entry.second.used_at > unused_since) return false;
        removed.push_back(entry.second.reconnector);
        return true;
    });
    for (const auto& reconnector : removed) reconnector->stop();
}

}  // namespace mindspace::redis
