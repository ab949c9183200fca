#include "platform/redis/client.h"

#include "platform/redis/connection.h"
#include "platform/redis/link.h"

#include <utility>

namespace mindspace::redis {

Client::Client(asio::io_context& io, ClientOptions options)
    : link_(std::make_shared<Link>(io, std::move(options), Connection::OnPush())) {}

Client::~Client() {
    stop();
}

void Client::on_connected(std::function<Awaitable<>(Connection&)> hook) {
    link_->set_prepare(std::move(hook));
}

void Client::start() {
    link_->start();
}

void Client::stop() {
    link_->stop();
}

bool Client::is_up() const {
    return link_->is_up();
}

Awaitable<Value> Client::command(std::vector<std::string_view> args) {
    return link_->connection().command(std::move(args));
}

Awaitable<Value> Client::run(const Script& script, Arguments keys, Arguments args) {
    return link_->connection().run(script, keys, args);
}

const ClientStats& Client::stats() const {
    return link_->stats();
}

}  // namespace mindspace::redis
