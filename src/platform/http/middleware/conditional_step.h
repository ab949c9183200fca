#pragma once
// Conditional reads (RFC 9110 section 13): 304 if the client already has the current representation, 412 if it expects
// another one. For writes the handler compares the version, in its statement (Call::expected_version).

#include "platform/http/middleware/step.h"

namespace mindspace::http {

class ConditionalStep final : public Step {
public:
    Awaitable<> after(Exchange& exchange, Response& response) override;
};

}  // namespace mindspace::http
