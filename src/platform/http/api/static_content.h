#pragma once
// Content that stays the same while the program runs: compressed once, and sent to every client from where it lies,
// without a copy. A thousand clients that do not read cost a thousand sockets, not a thousand bodies.

#include "platform/base/result.h"
#include "platform/http/api/etag.h"
#include "platform/http/wire/negotiation.h"
#include "platform/http/wire/request_head.h"
#include "platform/http/wire/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

struct StaticContent {
    std::string_view content_type;
    std::string_view body;
    std::string_view gzip{};    // empty where compression gains nothing
    std::string_view brotli{};  // the same
    std::string_view etag;      // strong and quoted (RFC 9110 section 8.8.3), of the body as it is
    std::string_view cache_control{};
};

// What a response with static content needs of the request.
struct StaticFields {
    Coding coding = Coding::identity;  // that the client prefers
    Preconditions preconditions;

    static StaticFields of(const RequestHead& head);
};

// In that coding where there is one, or 304. Error: precondition_failed. What the views name must outlive the response.
Result<Response> static_response(const StaticContent& content, const StaticFields& fields);

// A document that the program makes about itself when it starts. Clients ask each time whether it is still the same.
class StaticDocument {
public:
    StaticDocument() = default;  // to be assigned before it is served
    explicit StaticDocument(std::string json);

    // Views that end with this object.
    [[nodiscard]] StaticContent content() const;

private:
    std::string body_;
    std::string gzip_;
    std::string brotli_;
    std::string etag_;
};

}  // namespace mindspace::http
