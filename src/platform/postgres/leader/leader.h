#pragma once
// Does some work again and again on a database connection of its own, through every fault: in one process of the whole
// deployment, the one that holds an advisory lock with that connection. When it is lost another process takes over.
// This is the only way in which a process leads; the connection must go to the server itself, for behind a pool in
// transaction mode the lock would be anybody's. Belongs to one loop.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace mindspace::postgres {

class Session;

// Who works: whoever holds the lock, or everybody at the same time.
enum class Reach { one_process, every_process };

struct LeaderOptions {
    std::string name;      // of the work, for log lines; the lock follows from it
    std::string conninfo;  // of the primary
    Milliseconds query_timeout{5000};
    Reach reach = Reach::one_process;
};

// Owns what its turns use: they may go on after the owner of the Leader is gone, until what they wait for has ended.
// Any exception is logged once for a row of them, and the work is begun anew, by whoever leads then, on a new
// connection.
class Work {
public:
    Work() = default;
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;

    // On every new lead, before its first turn.
    virtual Awaitable<> begin(Session& session);
    // Returns how long to pause before the next turn.
    virtual Awaitable<Milliseconds> turn(Session& session) = 0;
    // The lead is lost, or was never won.
    virtual void end() {}
};

class Leader {
public:
    // The work lives until its last turn has ended, which may be after the Leader.
    Leader(asio::io_context& io, LeaderOptions options, std::shared_ptr<Work> work);
    ~Leader();
    Leader(const Leader&) = delete;
    Leader& operator=(const Leader&) = delete;

    // Goes on until stopped, through every fault.
    void start();
    // What is under way is given up: a turn that waits for its session gets Unavailable, and there is none after it.
    void stop();

private:
    class Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace mindspace::postgres
