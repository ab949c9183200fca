#pragma once
// Errors as RFC 9457 problem documents. The only place that knows which status an outcome has.

#include "platform/base/result.h"
#include "platform/http/wire/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

// The answer for an outcome that a rule returned.
Response problem(const Error& error, std::string_view request_id);

// The answer for a fault of the protocol or of the server, by status: 400, 404, 405, 406, 408, 413, 414, 415, 431,
// 500, 501, 503, 505. `code` is the stable public code.
Response problem(int status, std::string_view code, std::string_view detail, std::string_view request_id);

// The standard reason phrase (RFC 9110), "" when there is none.
std::string_view reason_phrase(int status);

}  // namespace mindspace::http
