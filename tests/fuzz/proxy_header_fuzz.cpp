// libFuzzer: the header of HAProxy's PROXY protocol. However its bytes are split, as many are asked for as make it
// whole and no more, and what is refused stays refused.

#include "platform/http/wire/proxy_header.h"

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace mindspace;

constexpr std::size_t kLongest = 4096;  // nothing longer is in use

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "property broken: " << what << '\n';
    std::abort();
}

// The header that `bytes` begin with, read as a connection reads it; nothing when it is refused or cut off.
std::optional<std::string> read_header(std::string_view bytes) {
    std::string header;
    while (true) {
        const auto missing = http::missing_octets(header);
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
    // A header with something behind it is the same header.
    if (read_header(std::string(bytes) + "GET / HTTP/1.1\r\n") != header) fail("what follows changes the header");
    return 0;
}
