#pragma once
// How the gateway changes the messages that it forwards (RFC 9110 section 7.6): hop-by-hop fields are removed, in both
// directions.

#include "platform/http/api/endpoint.h"
#include "platform/http/wire/response_head.h"

#include <string>

namespace mindspace::gateway {

// The head of the request as another role receives it, without the signature and the empty line: with the client's
// address, the request's id and, for a body, its length, regardless of what the client sent for them.
std::string request_lines(const http::Exchange& exchange, std::string_view scheme, bool websocket);

// Copies the fields of the role's response to the response for the client. The request's id is not among them: the
// gateway sends its own, which is the same. Vary is left open, so that the gateway can add to it.
void copy_fields(http::Response& response, const http::ResponseHead& head);

// True if sending the request twice does no harm (RFC 9110 section 9.2.2), or the role ensures that.
bool is_idempotent(const http::RequestHead& head, const http::Declaration& declaration);

}  // namespace mindspace::gateway
