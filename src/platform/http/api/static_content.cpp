#include "platform/http/api/static_content.h"

#include "platform/base/bytes.h"
#include "platform/http/api/etag.h"
#include "platform/http/middleware/compression.h"

namespace mindspace::http {

namespace {

std::string_view in_coding(const StaticContent& content, Coding coding) {
    switch (coding) {
        case Coding::br:
            return content.brotli;
        case Coding::gzip:
            return content.gzip;
        case Coding::identity:
            break;
    }
    return content.body;
}

}  // namespace

PreferredCoding PreferredCoding::of(const RequestHead& head) {
    return {.coding = preferred_coding(head.find("accept-encoding").value_or(""))};
}

Response static_response(const StaticContent& content, PreferredCoding preferred) {
    auto coding = preferred.coding;
    if (in_coding(content, coding).empty()) coding = Coding::identity;
    const auto name = names_of(coding)[static_cast<std::size_t>(coding)];

    Response response{.content_type = content.content_type, .body = {}};
    response.headers.emplace_back("Cache-Control", content.cache_control);
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (coding == Coding::identity) {
        response.headers.emplace_back("ETag", content.etag);
    } else {
        response.headers.emplace_back("ETag", etag_of_coding(content.etag, name));
        response.headers.emplace_back("Content-Encoding", name);
    }
    const auto text = in_coding(content, coding);
    response.stream =
        BodyStream{.length = text.size(), .write = [text](BodyWriter& writer) { return writer.write(text); }};
    return response;
}

StaticDocument::StaticDocument(std::string json)
    : body_(std::move(json)),
      gzip_(compress(body_, Coding::gzip)),
      brotli_(compress(body_, Coding::br)),
      etag_('"' + base64url_encode(sha256(as_bytes(body_))) + '"') {}

StaticContent StaticDocument::content() const {
    return {.content_type = kJson,
            .body = body_,
            .gzip = gzip_,
            .brotli = brotli_,
            .etag = etag_,
            .cache_control = "no-cache"};
}

}  // namespace mindspace::http
