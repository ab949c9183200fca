#pragma once
// One step of the way that every request and every response takes; middleware.cpp lists them in their order. A step
// lives as long as its server and serves all its requests at once: what it knows of one of them is in the exchange.

#include "platform/async/awaitable.h"
#include "platform/http/api/exchange.h"

namespace mindspace::http {

// Both functions return an empty awaitable when there is nothing to wait for: most steps never wait, and then cost a
// call. What they throw ends the request as a fault does (middleware.h).
class Step {
public:
    Step() = default;
    virtual ~Step() = default;
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    // On the way to the handler. When it sets exchange.response, the request goes no further.
    virtual Awaitable<> before(Exchange& /*exchange*/) { return {}; }
    // On the way back, of every response, whether before() was called or not; `response` is the exchange's.
    virtual Awaitable<> after(Exchange& /*exchange*/, Response& /*response*/) { return {}; }
};

}  // namespace mindspace::http
