#include "support/network/delaying_proxy.h"

#include "platform/async/as_tuple.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <deque>
#include <random>
#include <string>
#include <thread>

namespace mindspace::integration {

namespace asio = boost::asio;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

namespace {

// One direction of a connection: read() queues pieces as they arrive, write() sends each at its release time.
class Direction : public std::enable_shared_from_this<Direction> {
public:
    Direction(std::shared_ptr<tcp::socket> from, std::shared_ptr<tcp::socket> to, const Delays& delays,
              std::minstd_rand& random)
        : from_(std::move(from)), to_(std::move(to)), timer_(to_->get_executor()), delays_(delays), random_(random) {}

    static asio::awaitable<void> read(std::shared_ptr<Direction> self) {
        std::array<char, 4096> buffer{};
        while (true) {
            auto [failure, size] = co_await self->from_->async_read_some(asio::buffer(buffer), kTuple);
            if (failure) break;
            self->pieces_.push_back({self->release_time(), std::string(buffer.data(), size)});
            self->timer_.cancel();
        }
        self->is_over_ = true;
        self->timer_.cancel();
    }

    static asio::awaitable<void> write(std::shared_ptr<Direction> self) {
        while (!self->is_over_ || !self->pieces_.empty()) {
            auto now = SteadyClock::now();
            auto next = self->pieces_.empty() ? SteadyClock::time_point::max() : self->pieces_.front().release_at;
            if (next > now) {
                self->timer_.expires_at(next);
                co_await self->timer_.async_wait(kTuple);
                continue;
            }
            auto text = std::move(self->pieces_.front().text);
            self->pieces_.pop_front();
            auto [failure, size] = co_await asio::async_write(*self->to_, asio::buffer(text), kTuple);
            if (failure) break;
        }
        boost::system::error_code ignored;
        self->to_->shutdown(tcp::socket::shutdown_send, ignored);
    }

private:
    struct Piece {
        SteadyClock::time_point release_at;
        std::string text;
    };

    SteadyClock::time_point release_time() {
        std::uniform_int_distribution<std::int64_t> delay(delays_.least.count(), delays_.most.count());
        std::uniform_int_distribution<int> percent(0, 99);
        auto held = std::chrono::milliseconds(delay(random_));
        if (percent(random_) < delays_.stall_percent) held += delays_.stall;
        last_release_ = std::max(last_release_, SteadyClock::now() + held);
        return last_release_;
    }

    std::shared_ptr<tcp::socket> from_;
    std::shared_ptr<tcp::socket> to_;
    asio::steady_timer timer_;
    const Delays& delays_;
    std::minstd_rand& random_;
    std::deque<Piece> pieces_;
    SteadyClock::time_point last_release_{};
    bool is_over_ = false;
};

}  // namespace

class DelayingProxy::Loop {
public:
    Loop(std::uint16_t server, Delays delays)
        : server_(asio::ip::address_v4::loopback(), server),
          delays_(delays),
          acceptor_(loop_, {asio::ip::address_v4::loopback(), 0}) {
        asio::co_spawn(loop_, accept(), asio::detached);
        thread_ = std::jthread([this] { loop_.run(); });
    }
    ~Loop() { loop_.stop(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::awaitable<void> accept() {
        while (true) {
            auto [failure, socket] = co_await acceptor_.async_accept(kTuple);
            if (failure) co_return;
            auto client = std::make_shared<tcp::socket>(std::move(socket));
            asio::co_spawn(loop_, connect(std::move(client)), asio::detached);
        }
    }
    asio::awaitable<void> connect(std::shared_ptr<tcp::socket> client) {
        auto server = std::make_shared<tcp::socket>(loop_);
        auto [failure] = co_await server->async_connect(server_, kTuple);
        if (failure) co_return;
        for (const auto& [from, to] : {std::pair(client, server), std::pair(server, client)}) {
            to->set_option(tcp::no_delay(true));
            auto direction = std::make_shared<Direction>(from, to, delays_, random_);
            asio::co_spawn(loop_, Direction::read(direction), asio::detached);
            asio::co_spawn(loop_, Direction::write(direction), asio::detached);
        }
    }

    const tcp::endpoint server_;
    const Delays delays_;
    std::minstd_rand random_{20261123};
    asio::io_context loop_;
    tcp::acceptor acceptor_;
    std::jthread thread_;
};

DelayingProxy::DelayingProxy(std::uint16_t server, Delays delays) : loop_(std::make_unique<Loop>(server, delays)) {}
DelayingProxy::~DelayingProxy() = default;

std::uint16_t DelayingProxy::port() const {
    return loop_->port();
}

}  // namespace mindspace::integration
