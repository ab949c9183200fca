#pragma once
// Conditional reads (RFC 9110 section 13): what a client has already is not sent again (304), and what is not what it
// expects is refused (412). Of writes the handler compares the version, in its statement (Call::expected_version).

#include "platform/http/middleware/step.h"

namespace mindspace::http {

class ConditionalStep final : public Step {
public:
    Awaitable<> after(Exchange& exchange, Response& response) override;
};

}  // namespace mindspace::http
