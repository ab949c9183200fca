#pragma once
// Content that does not change while the program runs: compressed once, and sent to every client without a copy. A
// thousand clients that do not read cost a thousand sockets, not a thousand bodies.

#include "platform/http/wire/negotiation.h"
#include "platform/http/wire/request_head.h"
#include "platform/http/wire/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

struct StaticContent {
    std::string_view content_type;
    std::string_view body;
    std::string_view gzip{};    // empty if compression does not make it smaller
    std::string_view brotli{};  // the same
    std::string_view etag;      // strong and quoted (RFC 9110 section 8.8.3), of the uncompressed body
    std::string_view cache_control{};
};

// What a response with static content needs of the request: the coding that the client prefers.
struct PreferredCoding {
    Coding coding = Coding::identity;

    static PreferredCoding of(const RequestHead& head);
};

// In that coding where there is one. What the views name must outlive the response.
Response static_response(const StaticContent& content, PreferredCoding preferred);

// A document that the program generates about itself at start. Clients revalidate it before each use (no-cache).
class StaticDocument {
public:
    StaticDocument() = default;  // must be assigned before it is served
    explicit StaticDocument(std::string json);

    // Views into this object, which must outlive them.
    [[nodiscard]] StaticContent content() const;

private:
    std::string body_;
    std::string gzip_;
    std::string brotli_;
    std::string etag_;
};

}  // namespace mindspace::http
