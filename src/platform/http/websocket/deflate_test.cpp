#include "platform/http/websocket/deflate.h"

#include <gtest/gtest.h>

#include <random>

namespace mindspace::http {
namespace {

using namespace std::string_literals;

bool accepts(std::vector<std::string_view> values) {
    RequestHead head;
    for (const auto value : values) head.headers.push_back({"Sec-WebSocket-Extensions", value});
    return offers_deflate(head);
}

std::string decompress(std::string_view payload, std::size_t at_most = 1'000'000) {
    auto message = inflate_message(payload, at_most);
    return message ? *message : "failed " + std::to_string(static_cast<int>(message.error()));
}

TEST(WebSocketDeflate, AcceptsTheOffersOfBrowsers) {
    EXPECT_TRUE(accepts({"permessage-deflate"}));
    EXPECT_TRUE(accepts({"permessage-deflate; client_max_window_bits"}));
    EXPECT_TRUE(accepts({"permessage-deflate; server_no_context_takeover; client_max_window_bits=12"}));
    EXPECT_TRUE(accepts({"permessage-deflate;server_max_window_bits=\"15\""}));
    EXPECT_TRUE(accepts({"x-frob; a=1", "Permessage-Deflate"})) << "in any of several fields";
    EXPECT_TRUE(accepts({"permessage-deflate; server_max_window_bits=10, permessage-deflate"})) << "the second choice";
}

TEST(WebSocketDeflate, DeclinesUnsupportedOffers) {
    EXPECT_FALSE(accepts({}));
    EXPECT_FALSE(accepts({"", " , ;"}));
    EXPECT_FALSE(accepts({"permessage-bzip2"}));
    EXPECT_FALSE(accepts({"permessage-deflate; server_max_window_bits=10"}));
    EXPECT_FALSE(accepts({"permessage-deflate; server_max_window_bits"}));
    EXPECT_FALSE(accepts({"permessage-deflate; client_max_window_bits=16"}));
    EXPECT_FALSE(accepts({"permessage-deflate; client_max_window_bits=08"}));
    EXPECT_FALSE(accepts({"permessage-deflate; client_no_context_takeover=1"}));
    EXPECT_FALSE(accepts({"permessage-deflate; client_no_context_takeover; client_no_context_takeover"}));
    EXPECT_FALSE(accepts({"permessage-deflate; fast"}));
}

// RFC 7692 section 7.2.3: one block, two blocks, a stored block, a final block.
TEST(WebSocketDeflate, DecompressesTheExamplesOfTheStandard) {
    EXPECT_EQ(decompress("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
    EXPECT_EQ(decompress("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s), "Hello");
    EXPECT_EQ(decompress("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "Hello");
    EXPECT_EQ(decompress("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello");
    EXPECT_EQ(decompress("\x00"s), "");
    EXPECT_EQ(deflate_message("Hello"), "\xf2\x48\xcd\xc9\xc9\x07\x00"s);
}

TEST(WebSocketDeflate, DecompressesItsOwnOutput) {
    std::minstd_rand random(3);  // NOLINT(cert-msc51-cpp,bugprone-random-generator-seed): the same in each run
    for (const std::size_t size : {0U, 1U, 127U, 4095U, 4096U, 4097U, 100'000U}) {
        std::string text(size, 'x');
        EXPECT_EQ(decompress(deflate_message(text)), text);
        for (auto& byte : text) byte = static_cast<char>(random());
        EXPECT_EQ(decompress(deflate_message(text)), text) << size << " bytes of noise";
    }
}

TEST(WebSocketDeflate, StopsAtTheLimitHoweverSmallTheInput) {
    const auto compressed = deflate_message(std::string(1'000'000, '0'));
    EXPECT_LT(compressed.size(), 2000U);
    EXPECT_EQ(decompress(compressed, 1'000'000).size(), 1'000'000U);
    EXPECT_EQ(decompress(compressed, 999'999), "failed 1009");
}

TEST(WebSocketDeflate, RefusesNoise) {
    EXPECT_EQ(decompress("\xff\xff\xff"), "failed 1007");
    std::minstd_rand random(4);  // NOLINT(cert-msc51-cpp,bugprone-random-generator-seed): the same in each run
    for (int round = 0; round < 2000; ++round) {
        auto compressed = deflate_message("meditation, meditation");
        compressed[random() % compressed.size()] = static_cast<char>(random());
        EXPECT_LE(decompress(compressed, 4096).size(), 4096U);
    }
    EXPECT_EQ(decompress(deflate_message("still works")), "still works");
}

}  // namespace
}  // namespace mindspace::http
