#pragma once
// Refuses requests whose response the client could not use, before a handler does any work: a client that does not
// accept JSON (406), and one that does not open a WebSocket where there is one (400, 426).

#include "platform/http/middleware/step.h"

namespace mindspace::http {

class NegotiationStep final : public Step {
public:
    Awaitable<> before(Exchange& exchange) override;
};

}  // namespace mindspace::http
