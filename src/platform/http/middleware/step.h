#pragma once
// One step of the middleware; middleware.cpp lists them in order. A step exists as long as its server and serves all
// its requests concurrently, so the state of a request is in the exchange.

#include "platform/async/awaitable.h"
#include "platform/http/api/exchange.h"

namespace mindspace::http {

// Both functions return an empty awaitable if they need not wait: most steps never wait, and then cost only a call.
// An exception ends the request like a fault of the handler (middleware.h).
class Step {
public:
    Step() = default;
    virtual ~Step() = default;
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    // Before the handler. If it sets exchange.response, the request goes no further.
    virtual Awaitable<> before(Exchange& /*exchange*/) { return {}; }
    // After the handler, for every response, whether before() was called or not; `response` is the exchange's.
    virtual Awaitable<> after(Exchange& /*exchange*/, Response& /*response*/) { return {}; }
};

}  // namespace mindspace::http
