#pragma once
// Refuses, before a handler does any work, what its response could not be given to: a client that does not take JSON
// (406), and one that does not open a WebSocket where there is one (400, 426).

#include "platform/http/middleware/step.h"

namespace mindspace::http {

class NegotiationStep final : public Step {
public:
    Awaitable<> before(Exchange& exchange) override;
};

}  // namespace mindspace::http
