#pragma once
// What changes in a message on its way through the gateway (RFC 9110 section 7.6): the fields of one connection stay
// behind, in both directions.

#include "platform/http/api/endpoint.h"
#include "platform/http/wire/response_head.h"

#include <string>

namespace mindspace::gateway {

// The head of the request as another role gets it, but for the signature and the empty line: with the client's address,
// the request's id and, for a body, its length, whatever the client said of them.
std::string request_lines(const http::Exchange& exchange, std::string_view scheme, bool websocket);

// Gives a client's answer the fields of the role's. The request's id is not among them: the gateway answers with its
// own, which is the same. What the answer depends on (Vary) is left open for the gateway to add to.
void take_fields(http::Response& response, const http::ResponseHead& head);

// True when it does no harm to send the request twice (RFC 9110 section 9.2.2), or the role sees to it.
bool may_be_repeated(const http::RequestHead& head, const http::Declaration& declaration);

}  // namespace mindspace::gateway
