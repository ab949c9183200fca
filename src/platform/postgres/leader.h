#pragma once
// Does a job again and again in one process of the whole deployment: the one that holds an advisory lock, and with it a
// connection of its own. When it is lost another process takes over. Belongs to one loop.

#include "platform/base/async.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace mindspace::postgres {

class Session;

struct LeaderOptions {
    std::string name;      // of the job; the lock follows from it
    std::string conninfo;  // of the primary
    Milliseconds query_timeout{5000};
};

class Leader {
public:
    // Gets the session that holds the lock; returns how long to pause before the next time. Any exception is logged
    // once for a row of them, and the job is done anew, by whoever leads then, on a new connection.
    using Job = std::function<Awaitable<Milliseconds>(Session&)>;

    Leader(asio::io_context& io, LeaderOptions options, Job job);
    ~Leader();
    Leader(const Leader&) = delete;
    Leader& operator=(const Leader&) = delete;

    // Goes on until stopped, through every fault.
    void start();
    // What is under way is given up: a job that waits for its session gets Unavailable, and is not called any more.
    void stop();

private:
    class Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace mindspace::postgres
