#include "platform/http/wire/proxy_header.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kAddresses = "\xC0\x00\x02\x01"s + "\xC6\x33\x64\x07"s + "\xDC\x04\x01\xBB"s;

std::string binary(char command, char family, const std::string& rest) {
    return kSignature + command + family + static_cast<char>(rest.size() >> 8) + static_cast<char>(rest.size() & 0xFF) +
           rest;
}

// The result of a receiver that reads as many bytes of `stream` as missing_bytes() returns: "refused", "waits", the
// client's address, or "itself".
std::string read_address(std::string_view stream) {
    std::string header;
    while (true) {
        auto missing = missing_bytes(header);
        if (!missing) return "refused";
        if (*missing == 0) break;
        if (header.size() + *missing > stream.size()) return "waits";
        header = stream.substr(0, header.size() + *missing);
    }
    EXPECT_EQ(stream.substr(header.size()), "GET /") << "what comes behind is left alone";
    auto source = source_of(header);
    return source ? source->to_string() : "itself";
}

TEST(ProxyHeader, OfVersion1NamesTheClient) {
    EXPECT_EQ(read_address("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\nGET /"), "192.0.2.1");
    EXPECT_EQ(read_address("PROXY TCP4 1.1.1.1 2.2.2.2 1 1\r\nGET /"), "1.1.1.1");
    EXPECT_EQ(read_address("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\nGET /"), "2001:db8::1");
    EXPECT_EQ(read_address("PROXY UNKNOWN\r\nGET /"), "itself");
    EXPECT_EQ(read_address("PROXY UNKNOWN ffff::1 and whatever else\r\nGET /"), "itself");
}

TEST(ProxyHeader, OfVersion2NamesTheClient) {
    EXPECT_EQ(read_address(binary(0x21, 0x11, kAddresses) + "GET /"), "192.0.2.1");
    EXPECT_EQ(read_address(binary(0x21, 0x11, kAddresses + "\x04\x00\x03TLV"s) + "GET /"), "192.0.2.1") << "extensions";
    const auto v6 =
        "\x20\x01\x0D\xB8"s + std::string(11, '\0') + "\x01"s + std::string(16, '\x02') + "\x01\x02\x03\x04"s;
    EXPECT_EQ(read_address(binary(0x21, 0x21, v6) + "GET /"), "2001:db8::1");
    EXPECT_EQ(read_address(binary(0x20, 0x00, "") + "GET /"), "itself") << "a health check";
    EXPECT_EQ(read_address(binary(0x21, 0x31, std::string(216, 'x')) + "GET /"), "itself") << "a Unix socket";
    EXPECT_EQ(read_address(binary(0x21, 0x11, "short") + "GET /"), "itself");
}

TEST(ProxyHeader, InvalidOnesAreRefused) {
    for (const std::string& stream :
         {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"s, "\x16\x03\x01\x02\x00\x01"s + std::string(20, '\x01'),
          "PROXY TCP4 192.0.2.1 198.51.100.7 56324\r\nGET /"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 56324 65536\r\nGET /"s,
          "PROXY TCP4 2001:db8::1 198.51.100.7 1 1\r\nGET /"s, "PROXY TCP4 192.0.2.300 198.51.100.7 1 1\r\nGET /"s,
          "PROXY TCP4  192.0.2.1 198.51.100.7 1 1\r\nGET /"s, "PROXY UDP4 192.0.2.1 198.51.100.7 1 1\r\nGET /"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 1 1\nGET /    "s, "PROXY UNKNOWN "s + std::string(200, 'x'),
          "PROXY  UNKNOWN\r\nGET /"s, binary(0x11, 0x11, kAddresses), binary(0x22, 0x11, kAddresses),
          kSignature + "\x21\x11\xFF\xFF"s + std::string(70'000, 'x'), kSignature.substr(0, 11) + "x" + kAddresses}) {
        EXPECT_EQ(read_address(stream), "refused") << stream.substr(0, 60);
    }
}

TEST(ProxyHeader, IsReadToItsEndAndNoFurther) {
    const std::string header_line = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n";
    for (std::size_t size = 0; size < header_line.size(); ++size)
        EXPECT_EQ(read_address(header_line.substr(0, size)), "waits") << size;
}

}  // namespace
}  // namespace mindspace::http
