#pragma once
// The two ends of a broker transport, implemented by blocking client libraries. Each end belongs to its own thread
// (dedicated_thread.h), except for cut(). Every call ends within its deadline; faults are Unavailable, after which
// connect() starts from scratch.

#include "platform/base/time.h"

#include <cstddef>
#include <string>
#include <vector>

namespace mindspace::events {

struct Message {
    std::string key;   // messages with the same key keep their order
    std::string type;  // of the event
    std::string id;    // stays the same when the event is resent
    std::string body;  // a CloudEvent
};

struct Received {
    std::string body;
    bool is_redelivered = false;
    bool is_dead = false;  // the broker no longer delivers it
};

class Publisher {
public:
    Publisher() = default;
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;
    virtual ~Publisher() = default;

    // Does nothing if already connected.
    virtual void connect() = 0;
    // Publishes in order; returns when the broker has confirmed all messages. After a fault, the broker may have any of
    // them.
    virtual void publish(const std::vector<Message>& messages) = 0;
    // May be called from any thread: the call in progress soon ends with a fault.
    virtual void cut() = 0;
};

class Subscriber {
public:
    Subscriber() = default;
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;
    virtual ~Subscriber() = default;

    // Does nothing if already connected. Otherwise unacknowledged messages are delivered again.
    virtual void connect() = 0;
    // Waits up to `timeout` for the first message, then returns the available messages, at most `limit`.
    virtual std::vector<Received> receive(std::size_t limit, Milliseconds timeout) = 0;
    // Acknowledges all received messages.
    virtual void acknowledge() = 0;
    // May be called from any thread: the call in progress soon ends with a fault.
    virtual void cut() = 0;
};

}  // namespace mindspace::events
