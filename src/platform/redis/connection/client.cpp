#include "platform/redis/connection/client.h"

#include "platform/redis/cluster/cluster.h"
#include "platform/redis/cluster/command.h"
#include "platform/redis/cluster/command_slot.h"
#include "platform/redis/connection/connection.h"
#include "platform/redis/connection/reconnector.h"

#include <utility>

namespace mindspace::redis {

namespace {

// A command that could not run in a cluster is a bug on a single server, too. Checked in all builds with assertions, so
// that every test checks it.
#ifdef NDEBUG
void require_one_slot_of_command(Arguments) {}
void require_one_slot_of_keys(Arguments) {}
#else
void require_one_slot_of_command(Arguments args) {
    static_cast<void>(slot_of_command(args));
}
void require_one_slot_of_keys(Arguments keys) {
    static_cast<void>(slot_of_keys(keys));
}
#endif

}  // namespace

Client::Client(asio::io_context& io, ClientOptions options) : stats_(std::make_shared<ClientStats>()) {
    if (options.is_cluster()) {
        cluster_ = std::make_shared<Cluster>(io, std::move(options), stats_);
    } else {
        reconnector_ = std::make_shared<Reconnector>(io, std::move(options), stats_, Connection::OnPush());
    }
}

Client::~Client() {
    stop();
}

void Client::on_connected(std::function<Awaitable<>(Connection&)> hook) {
    if (reconnector_) return reconnector_->set_prepare(std::move(hook));
    cluster_->set_hooks(
        {.prepare = [hook = std::move(hook)](const Address&, Connection& connection) { return hook(connection); },
         .on_push = {},
         .on_mapped = {}});
}

void Client::start() {
    cluster_ ? cluster_->start() : reconnector_->start();
}

void Client::stop() {
    cluster_ ? cluster_->stop() : reconnector_->stop();
}

bool Client::is_up() const {
    return cluster_ ? cluster_->is_up() : reconnector_->is_up();
}

Awaitable<Value> Client::command(std::vector<std::string_view> args) {
    if (cluster_) return run_in_cluster(cluster_, std::move(args));
    require_one_slot_of_command(args);
    return reconnector_->connection().command(std::move(args));
}

Awaitable<Value> Client::run(const Script& script, Arguments keys, Arguments args) {
    if (cluster_) return run_in_cluster(cluster_, script, keys, args);
    require_one_slot_of_keys(keys);
    return reconnector_->connection().run(script, keys, args);
}

const ClientStats& Client::stats() const {
    return *stats_;
}

}  // namespace mindspace::redis
