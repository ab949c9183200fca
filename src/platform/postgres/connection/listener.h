#pragma once
// Receives NOTIFY on one channel, on its own connection, which reconnects automatically. Belongs to one loop; the
// callbacks run there and must not throw. Notifications sent while it is disconnected are lost: on_listening reports
// from when on nothing is missed, so that its owner can catch up. A connection on which the server does not reply for
// five seconds is given up.

#include "platform/postgres/connection/connection.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace mindspace::postgres {

class Listener {
public:
    using OnNotification = std::function<void(std::string payload)>;
    // Called each time LISTEN has taken effect, including the first time.
    using OnListening = std::function<void()>;
    // The server has replied to what was sent then: all earlier notifications have arrived. Called several times a
    // second.
    using OnHeard = std::function<void(std::chrono::steady_clock::time_point sent_at)>;

    Listener(asio::io_context& io, std::string conninfo, std::string channel, OnNotification on_notification,
             OnListening on_listening, OnHeard on_heard = nullptr);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void start();
    // No callback is called afterwards.
    void stop();

private:
    class Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace mindspace::postgres
