#pragma once
// What a broker's client library does for us, blocking: the two ends of a transport. Each belongs to one thread of its
// own (dedicated_thread.h), except for cut(). Every call ends within its deadline; faults are Unavailable, after which
// connect() begins anew.

#include "platform/base/time.h"

#include <cstddef>
#include <string>
#include <vector>

namespace mindspace::events {

struct Message {
    std::string key;   // messages of one key keep their order
    std::string type;  // of the event
    std::string id;    // the same whenever the event is sent again
    std::string body;  // a CloudEvent
};

struct Received {
    std::string body;
    bool is_redelivered = false;
    bool is_dead = false;  // the broker has given up on it
};

class Publisher {
public:
    Publisher() = default;
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;
    virtual ~Publisher() = default;

    // Does nothing when it is connected.
    virtual void connect() = 0;
    // In order; returns when the broker has confirmed all of them. After a fault it has any of them.
    virtual void publish(const std::vector<Message>& messages) = 0;
    // From any thread: what is under way ends with a fault soon.
    virtual void cut() = 0;
};

class Subscriber {
public:
    Subscriber() = default;
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;
    virtual ~Subscriber() = default;

    // Does nothing when it is connected. Otherwise what was not acknowledged comes again.
    virtual void connect() = 0;
    // Waits for the first message as long as `patience`, then takes what is there, `limit` at most.
    virtual std::vector<Received> receive(std::size_t limit, Milliseconds patience) = 0;
    // Everything that was received is done.
    virtual void acknowledge() = 0;
    // From any thread: what is under way ends with a fault soon.
    virtual void cut() = 0;
};

}  // namespace mindspace::events
