#pragma once
// Responses compressed with gzip (RFC 1952) or brotli (RFC 7932), as the client asks.

#include "platform/http/middleware/step.h"
#include "platform/http/wire/negotiation.h"

#include <string>
#include <string_view>

namespace mindspace::http {

inline constexpr std::size_t kSmallestCompressed = 1024;        // bytes; below it compression gains nothing
inline constexpr std::size_t kMaxCompressedInline = 64 * 1024;  // beyond it takes longer than a loop may be held

// Whether compression could help: a text of that size that is not compressed yet.
bool is_compressible(const Response& response);

// `coding` is gzip or br. Throws std::bad_alloc only.
std::string compress(std::string_view body, Coding coding);

// Puts the compressed body in: Content-Encoding and a tag of its own, since a strong tag names one representation
// (RFC 9110 section 8.8.3.3).
void take_compressed(Response& response, std::string body, Coding coding);

// Compresses texts of some length, unless their endpoint declares that they hold secrets: the size of a compressed text
// tells of its content (BREACH).
class CompressionStep final : public Step {
public:
    // What takes long is done on the pool.
    explicit CompressionStep(WorkerPool& pool) : pool_(pool) {}
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    Awaitable<> compress_on_pool(Response& response, Coding coding);

    WorkerPool& pool_;
};

}  // namespace mindspace::http
