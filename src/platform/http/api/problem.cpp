#include "platform/http/api/problem.h"

#include "platform/json/writer.h"

namespace mindspace::http {

namespace {

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::malformed:
            return 400;
        case ErrorCode::unauthenticated:
            return 401;
        case ErrorCode::forbidden:
            return 403;
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::conflict:
            return 409;
        case ErrorCode::precondition_failed:
            return 412;
        case ErrorCode::invalid:
            return 422;
        case ErrorCode::rate_limited:
            return 429;
        case ErrorCode::unavailable:
            return 503;
    }
    return 500;
}

void write_faults(JsonWriter& out, const std::vector<FieldFault>& faults) {
    out.key("errors");
    out.begin_array();
    for (const auto& fault : faults) {
        out.begin_object();
        out.key(fault.parameter.empty() ? "pointer" : "parameter");
        out.string(fault.parameter.empty() ? fault.pointer : fault.parameter);
        out.key("code");
        out.string(fault.code);
        out.key("message");
        out.string(fault.message);
        out.end_object();
    }
    out.end_array();
}

Response build(const Refusal& refusal, std::string_view request_id, const Error* error = nullptr) {
    const auto status = refusal.status;
    Response response{.status = status, .content_type = kProblemJson, .body = {}};
    JsonWriter out(response.body);
    out.begin_object();
    out.key("type");
    out.string("about:blank");
    out.key("title");
    out.string(reason_phrase(status));
    out.key("status");
    out.integer(status);
    out.key("detail");
    out.string(refusal.detail);
    out.key("code");
    out.string(refusal.code);
    out.key("requestId");
    out.string(request_id);
    if (error != nullptr && !error->faults.empty()) write_faults(out, error->faults);
    if (error != nullptr && error->more_faults) out.key("moreErrors"), out.boolean(true);
    out.end_object();
    if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    const int retry_after = refusal.retry_after == 0 && status == 503 ? 1 : refusal.retry_after;
    if (retry_after > 0) response.headers.emplace_back("Retry-After", std::to_string(retry_after));
    return response;
}

}  // namespace

Response problem(const Error& error, std::string_view request_id) {
    const Refusal refusal{.status = status_of(error.code),
                          .code = error.reason,
                          .detail = error.detail,
                          .retry_after = error.retry_after};
    return build(refusal, request_id, &error);
}

Response problem(const Refusal& refusal, std::string_view request_id) {
    return build(refusal, request_id);
}

Response problem(int status, std::string_view code, std::string_view detail, std::string_view request_id) {
    return build({.status = status, .code = code, .detail = detail}, request_id);
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 302:
            return "Found";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "";
    }
}

}  // namespace mindspace::http
