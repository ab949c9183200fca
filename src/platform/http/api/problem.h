#pragma once
// Errors as RFC 9457 problem documents. The only place that maps outcomes to HTTP status codes.

#include "platform/base/result.h"
#include "platform/http/wire/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

// The response for an expected error that a service returned.
Response problem(const Error& error, std::string_view request_id);

// Why the server refuses a request: it is malformed, late, too long, or exceeds a limit. The texts are constants.
struct Refusal {
    int status;
    std::string_view code;  // stable and public
    std::string_view detail;
    int retry_after = 0;  // seconds; of a 503 with 0: 1
};
Response problem(const Refusal& refusal, std::string_view request_id);

// The response for a fault of the protocol or of the server, by status: 400, 404, 405, 406, 408, 413, 414, 415, 431,
// 500, 501, 503, 505. `code` is the stable public code.
Response problem(int status, std::string_view code, std::string_view detail, std::string_view request_id);

// The standard reason phrase (RFC 9110), "" if there is none.
std::string_view reason_phrase(int status);

}  // namespace mindspace::http
