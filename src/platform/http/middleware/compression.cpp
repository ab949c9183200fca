#include "platform/http/middleware/compression.h"

#include "platform/http/api/endpoint.h"
#include "platform/http/api/etag.h"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <new>

namespace mindspace::http {

namespace {

// Fast levels: the responses are small and compressed for each request.
constexpr int kGzipLevel = 5;
constexpr int kBrotliQuality = 4;
constexpr int kBrotliWindow = 18;     // bits; 256 KiB
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip format

std::string gzip(std::string_view body) {
    z_stream stream{};
    if (deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindow, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string compressed(deflateBound(&stream, body.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));  // zlib's interface has no const
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
    stream.avail_out = static_cast<uInt>(compressed.size());
    deflate(&stream, Z_FINISH);
    compressed.resize(stream.total_out);
    deflateEnd(&stream);
    return compressed;
}

std::string brotli(std::string_view body) {
    std::string compressed(BrotliEncoderMaxCompressedSize(body.size()), '\0');
    auto size = compressed.size();
    if (BrotliEncoderCompress(kBrotliQuality, kBrotliWindow, BROTLI_MODE_TEXT, body.size(),
                              reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                              reinterpret_cast<std::uint8_t*>(compressed.data())) == BROTLI_FALSE)
        throw std::bad_alloc();
    compressed.resize(size);
    return compressed;
}

}  // namespace

bool is_compressible(const Response& response) {
    if (response.forwarded_fields || response.body.size() < kSmallestCompressed) return false;
    bool is_compressed =
        std::ranges::any_of(response.headers, [](const auto& header) { return header.first == "Content-Encoding"; });
    bool is_text = response.content_type.starts_with("text/") || response.content_type.contains("json");
    return is_text && !is_compressed;
}

std::string compress(std::string_view body, Coding coding) {
    return coding == Coding::br ? brotli(body) : gzip(body);
}

void take_compressed(Response& response, std::string body, Coding coding) {
    response.body = std::move(body);
    auto name = names_of(coding)[static_cast<std::size_t>(coding)];
    response.headers.emplace_back("Content-Encoding", name);
    for (auto& [field, value] : response.headers)
        if (field == "ETag") value = etag_of_coding(value, name);
}

Awaitable<> CompressionStep::after(Exchange& exchange, Response& response) {
    const bool may_be_compressed = exchange.endpoint != nullptr && !exchange.endpoint->declaration.holds_secrets;
    if (!may_be_compressed || !is_compressible(response)) return {};
    add_vary(response, "Accept-Encoding");
    const auto coding = preferred_coding(exchange.head.find("accept-encoding").value_or(""));
    if (coding == Coding::identity) return {};
    if (response.body.size() > kMaxCompressedInline) return compress_on_pool(response, coding);
    take_compressed(response, compress(response.body, coding), coding);
    return {};
}

Awaitable<> CompressionStep::compress_on_pool(Response& response, Coding coding) {
    const auto body = std::make_shared<std::string>(std::move(response.body));
    try {
        auto compressed = co_await pool_.run([body, coding] { return compress(*body, coding); });
        take_compressed(response, std::move(compressed), coding);
    } catch (const Unavailable&) {  // the pool is full: the response is sent uncompressed
        response.body = std::move(*body);
    }
}

}  // namespace mindspace::http
