#pragma once
// Responses compressed with gzip (RFC 1952) or brotli (RFC 7932), as negotiated with the client.

#include "platform/http/middleware/step.h"
#include "platform/http/wire/negotiation.h"

#include <string>
#include <string_view>

namespace mindspace::http {

inline constexpr std::size_t kSmallestCompressed = 1024;        // bytes; below it compression gains nothing
inline constexpr std::size_t kMaxCompressedInline = 64 * 1024;  // above, compressing would block the loop for too long

// Whether compression could help: a long enough body of a text type that is not compressed yet.
bool is_compressible(const Response& response);

// `coding` is gzip or br. Throws std::bad_alloc only.
std::string compress(std::string_view body, Coding coding);

// Replaces the body with the compressed one, with Content-Encoding and a separate tag, since a strong tag identifies
// one representation (RFC 9110 section 8.8.3.3).
void take_compressed(Response& response, std::string body, Coding coding);

// Compresses responses of sufficient length, unless their endpoint declares that they hold secrets: the size of a
// compressed response can reveal its content (BREACH).
class CompressionStep final : public Step {
public:
    // Bodies above kMaxCompressedInline are compressed on the pool.
    explicit CompressionStep(WorkerPool& pool) : pool_(pool) {}
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    Awaitable<> compress_on_pool(Response& response, Coding coding);

    WorkerPool& pool_;
};

}  // namespace mindspace::http
