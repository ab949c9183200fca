#pragma once
// Repeats some work on its own database connection, and continues after every fault: in one process of the entire
// deployment, the one that holds an advisory lock on that connection. When the connection is lost, another process
// takes over. This is the only way in which a process leads; the connection must go directly to the server, because
// through a pool in transaction mode the lock would belong to any client of the pool. Belongs to one loop.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace mindspace::postgres {

class Session;

// Which processes do the work: only the one that holds the lock, or all at the same time.
enum class Leadership { one_process, every_process };

struct LeaderOptions {
    std::string name;      // of the work, for log lines; the lock's key is derived from it
    std::string conninfo;  // of the primary
    Milliseconds query_timeout{5000};
    Leadership leadership = Leadership::one_process;
};

// Owns what its iterations use: they may continue after the owner of the Leader is destroyed, until what they wait for
// has ended. Any exception is logged (once for consecutive ones), and the work starts again from begin(), in the
// process that leads then, on a new connection.
class Work {
public:
    Work() = default;
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;

    // Called whenever this process starts to lead, before the first iteration.
    virtual Awaitable<> begin(Session& session);
    // Runs one iteration; returns how long to pause before the next iteration.
    virtual Awaitable<Milliseconds> run_once(Session& session) = 0;
    // The lead is lost, or was never won.
    virtual void end() {}
};

class Leader {
public:
    // The work lives until its last iteration has ended, which may be later than the Leader.
    Leader(asio::io_context& io, LeaderOptions options, std::shared_ptr<Work> work);
    ~Leader();
    Leader(const Leader&) = delete;
    Leader& operator=(const Leader&) = delete;

    // Runs until stopped, and continues after every fault.
    void start();
    // Aborts the iteration in progress: if it waits for its session, it gets Unavailable. No iteration starts
    // afterwards.
    void stop();

private:
    class Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace mindspace::postgres
