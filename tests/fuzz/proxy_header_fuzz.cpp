// libFuzzer: the header of HAProxy's PROXY protocol. However its bytes are split, the parser requests exactly as many
// as complete it, and a rejected header stays rejected.

#include "platform/http/wire/proxy_header.h"

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace mindspace;

constexpr std::size_t kLongest = 4096;  // longer than any header in use

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "property broken: " << what << '\n';
    std::abort();
}

// The header at the beginning of `bytes`, read like a connection reads it; nothing if it is rejected or truncated.
std::optional<std::string> read_header(std::string_view bytes) {
    std::string header;
    while (true) {
        const auto missing = http::missing_bytes(header);
        if (!missing) return std::nullopt;
        if (*missing == 0) return header;
        if (header.size() + *missing > kLongest) fail("a header of any length is waited for");
        if (header.size() + *missing > bytes.size()) return std::nullopt;
        header = bytes.substr(0, header.size() + *missing);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto header = read_header(bytes);
    if (!header) return 0;
    const auto source = http::source_of(*header);
    if (source && source->is_unspecified() && header->empty()) fail("an address out of nothing");
    // Bytes after a header do not change it.
    if (read_header(std::string(bytes) + "GET / HTTP/1.1\r\n") != header) fail("what follows changes the header");
    return 0;
}
