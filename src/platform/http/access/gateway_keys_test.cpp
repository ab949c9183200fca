#include "platform/http/access/gateway_keys.h"

#include "support/base/directory.h"

#include <gtest/gtest.h>

#include <fstream>

namespace mindspace::http {
namespace {

const std::string kOld(32, 'o');
const std::string kNew(32, 'n');
const Timestamp kNow = parse_timestamp("2026-11-23T20:00:00.500Z").value();

// A head as a gateway sends it, without the signature.
std::string head_text(std::string_view target = "/api/v1/users/me") {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: mind.example\r\nauthorization: Bearer a\r\nX-Request-Id: abc\r\n"
           "X-Forwarded-For: 203.0.113.7\r\n";
}

std::expected<std::string, SignatureFault> verify(const GatewayKeys& keys, const std::string& text,
                                                  Timestamp now = kNow) {
    RequestHead head;
    EXPECT_FALSE(parse_head(text, {}, head)) << text;
    auto signature = keys.verify(head, now);
    if (!signature) return std::unexpected(signature.error());
    return std::string(*signature);
}

TEST(GatewayKeys, VerifyWhatTheyHaveSigned) {
    const GatewayKeys keys({kNew});
    auto text = head_text();
    const auto signature = keys.sign(text, kNow);
    EXPECT_EQ(verify(keys, text), signature);
    auto again = head_text();
    EXPECT_NE(keys.sign(again, kNow), signature) << "a response to one is none to the other";
}

TEST(GatewayKeys, DetectEveryChangeOfTheHead) {
    const GatewayKeys keys({kNew});
    auto text = head_text();
    keys.sign(text, kNow);
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"GET", "PUT"},
                                                                                   {"users/me", "users/my"},
                                                                                   {"mind.example", "evil.example"},
                                                                                   {"Bearer a", "Bearer b"},
                                                                                   {"abc", "abd"},
                                                                                   {"203.0.113.7", "203.0.113.8"},
                                                                                   {"X-Request-Id: abc\r\n", ""}}) {
        auto changed = text;
        changed.replace(changed.find(from), from.size(), to);
        EXPECT_EQ(verify(keys, changed), std::unexpected(SignatureFault::wrong)) << changed;
    }
    EXPECT_EQ(verify(keys, text + "X-Forwarded-For: 6.6.6.6\r\n"), std::unexpected(SignatureFault::missing))
        << "nothing may follow it";
    EXPECT_EQ(verify(GatewayKeys({kOld}), text), std::unexpected(SignatureFault::wrong));
}

TEST(GatewayKeys, RefuseUnsignedRequests) {
    const GatewayKeys keys({kNew});
    EXPECT_EQ(verify(keys, head_text()), std::unexpected(SignatureFault::missing));
    for (const auto* value : {"", ".", "..", "1.a", "x.a.AAAA", "1..A", "99999999999999999999.a.AAAA", "-1.a.AAAA"})
        EXPECT_EQ(verify(keys, head_text() + "Mindspace-Signature: " + value + "\r\n"),
                  std::unexpected(SignatureFault::malformed))
            << value;
    const auto seconds = std::to_string(std::chrono::floor<Seconds>(kNow.time_since_epoch()).count());
    EXPECT_EQ(verify(keys, head_text() + "Mindspace-Signature: " + seconds + ".a.AAAA\r\n"),
              std::unexpected(SignatureFault::wrong));
}

TEST(GatewayKeys, RefuseSignaturesThatAreTooOldOrInTheFuture) {
    const GatewayKeys keys({kNew});
    auto text = head_text();
    keys.sign(text, kNow);
    EXPECT_TRUE(verify(keys, text, kNow + GatewayKeys::kValidFor - Seconds(1)));
    EXPECT_EQ(verify(keys, text, kNow + GatewayKeys::kValidFor + Seconds(1)), std::unexpected(SignatureFault::expired));
    EXPECT_EQ(verify(keys, text, kNow - GatewayKeys::kValidFor - Seconds(1)), std::unexpected(SignatureFault::expired));
}

TEST(GatewayKeys, ProveAResponse) {
    const GatewayKeys keys({kNew});
    auto text = head_text();
    const auto signature = keys.sign(text, kNow);
    const auto proof = keys.prove(signature, 200);
    EXPECT_TRUE(keys.is_proof(proof, signature, 200));
    EXPECT_FALSE(keys.is_proof(proof, signature, 403));
    auto another = head_text();
    EXPECT_FALSE(keys.is_proof(proof, keys.sign(another, kNow), 200));
    EXPECT_FALSE(keys.is_proof(signature, signature, 200)) << "the two have keys of their own";
    EXPECT_FALSE(keys.is_proof("", signature, 200));
    EXPECT_FALSE(keys.is_proof(GatewayKeys({kOld}).prove(signature, 200), signature, 200));
}

TEST(GatewayKeys, CanBeReplacedWhileBothSidesRun) {
    const GatewayKeys before({kOld, kNew});
    const GatewayKeys after({kNew, kOld});
    for (const auto& [gateway, role] : {std::pair(before, after), std::pair(after, before)}) {
        auto text = head_text();
        const auto signature = gateway.sign(text, kNow);
        EXPECT_EQ(verify(role, text), signature);
        EXPECT_TRUE(gateway.is_proof(role.prove(signature, 204), signature, 204));
    }
}

TEST(GatewayKeys, AreReadFromAFileOfOneOrTwoLines) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "secret";
    const auto write = [&](const std::string& text) { std::ofstream(file) << text; };
    write(kOld + "\r\n\n" + kNew + "\n");
    auto text = head_text();
    GatewayKeys({kNew}).sign(text, kNow);
    EXPECT_TRUE(verify(GatewayKeys::load(file), text));
    for (const auto& wrong : {std::string(), std::string("\n"), std::string(31, 'x'), kOld + "\nshort\n",
                              kOld + "\n" + kNew + "\n" + std::string(32, 'x')}) {
        write(wrong);
        EXPECT_THROW(GatewayKeys::load(file), std::runtime_error) << wrong;
    }
    EXPECT_THROW(GatewayKeys::load(directory.path() / "nothing"), std::runtime_error);
}

}  // namespace
}  // namespace mindspace::http
