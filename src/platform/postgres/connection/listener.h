#pragma once
// Receives NOTIFY on one channel, on its own connection, which reconnects automatically. Belongs to one loop; the
// callbacks run there and must not throw. Notifications sent while it is disconnected are lost: on_listening reports
// from when on nothing is missed, so that its owner can catch up.

#include "platform/postgres/connection/connection.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace mindspace::postgres {

class Listener {
public:
    using OnNotification = std::function<void(std::string payload)>;
    // Called each time LISTEN has taken effect, including the first time.
    using OnListening = std::function<void()>;

    Listener(asio::io_context& io, std::string conninfo, std::string channel, OnNotification on_notification,
             OnListening on_listening);
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
