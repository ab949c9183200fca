#include "platform/idempotency/stored_response.h"

#include "support/base/directory.h"

#include <gtest/gtest.h>

namespace mindspace::idempotency {
namespace {

using http::kJson;
using http::Response;

constexpr RequestIdentity kRequest{.method = "POST", .path = "/a", .key = "k", .body = R"({"password":"x"})"};

class StoredResponse : public testing::Test {
protected:
    const TemporaryDirectory directory_;
    const Secret secret_ = Secret::load_or_create(directory_.path() / "secret");
};

TEST_F(StoredResponse, IsDecryptedForTheSameRequestOnly) {
    Response response{.status = 201, .body = R"({"accessToken":"secret ä"})"};
    response.headers.emplace_back("ETag", "\"1\"");
    response.headers.emplace_back("Set-Cookie", "id=1");
    auto sealed = seal_response(response, kRequest.seal(secret_));
    auto opened = open_response(sealed, kRequest.seal(secret_));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->status, 201);
    EXPECT_EQ(opened->body, response.body);
    EXPECT_EQ(opened->content_type, kJson);
    ASSERT_EQ(opened->headers.size(), 2U);
    EXPECT_EQ(opened->headers[0].second, "\"1\"");
    EXPECT_EQ(opened->headers[1].second, "id=1");

    auto other = kRequest;
    other.body = R"({"password":"y"})";
    EXPECT_FALSE(open_response(sealed, other.seal(secret_)));
    sealed.back() ^= 1;
    EXPECT_FALSE(open_response(sealed, kRequest.seal(secret_)));
    EXPECT_FALSE(open_response({}, kRequest.seal(secret_)));
}

TEST_F(StoredResponse, DistinguishesRequestsByEachPart) {
    auto moved = kRequest;
    moved.path = "/ak";
    moved.key = "";
    EXPECT_NE(moved.fingerprint(secret_), kRequest.fingerprint(secret_));
    EXPECT_NE(kRequest.seal(secret_), kRequest.fingerprint(secret_));
}

TEST_F(StoredResponse, RevealsNothingWithoutTheSecret) {
    const auto other = Secret::load_or_create(directory_.path() / "other");
    EXPECT_NE(kRequest.fingerprint(secret_), kRequest.fingerprint(other));
    EXPECT_NE(kRequest.fingerprint(secret_), kRequest.former_fingerprint());
    EXPECT_FALSE(open_response(seal_response(Response{.body = "x"}, kRequest.seal(secret_)), kRequest.seal(other)));
}

TEST_F(StoredResponse, IsEncrypted) {
    auto sealed = seal_response(Response{.body = "remember the milk"}, kRequest.seal(secret_));
    EXPECT_EQ(std::string(sealed.begin(), sealed.end()).find("milk"), std::string::npos);
}

}  // namespace
}  // namespace mindspace::idempotency
