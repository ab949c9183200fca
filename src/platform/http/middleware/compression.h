#pragma once
// Answers packed with gzip (RFC 1952) or brotli (RFC 7932), as the client asks.

#include "platform/http/wire/negotiation.h"
#include "platform/http/wire/response.h"

#include <string>
#include <string_view>

namespace mindspace::http {

inline constexpr std::size_t kSmallestCompressed = 1024;       // octets; below it packing gains nothing
inline constexpr std::size_t kMostCompressedHere = 64 * 1024;  // beyond it takes longer than a loop may be held

// Whether packing could help: a text of that size that is not packed yet.
bool is_compressible(const Response& response);

// `coding` is gzip or br. Throws std::bad_alloc only.
std::string compress(std::string_view body, Coding coding);

// Puts the packed body in: Content-Encoding and a tag of its own, since a strong tag names one representation
// (RFC 9110 section 8.8.3.3).
void take_compressed(Response& response, std::string body, Coding coding);

}  // namespace mindspace::http
