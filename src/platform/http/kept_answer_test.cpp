#include "platform/http/kept_answer.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

constexpr RequestIdentity kRequest{.method = "POST", .path = "/a", .key = "k", .body = R"({"password":"x"})"};

TEST(KeptAnswer, OpensForTheSameRequestOnly) {
    Response response{.status = 201, .body = R"({"accessToken":"secret ä"})"};
    response.headers.emplace_back("ETag", "\"1\"");
    auto sealed = seal_answer(response, kRequest.secret());
    auto opened = open_answer(sealed, kRequest.secret());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->status, 201);
    EXPECT_EQ(opened->body, response.body);
    EXPECT_EQ(opened->content_type, kJson);
    ASSERT_EQ(opened->headers.size(), 1U);
    EXPECT_EQ(opened->headers[0].second, "\"1\"");

    auto other = kRequest;
    other.body = R"({"password":"y"})";
    EXPECT_FALSE(open_answer(sealed, other.secret()));
    sealed.back() ^= 1;
    EXPECT_FALSE(open_answer(sealed, kRequest.secret()));
    EXPECT_FALSE(open_answer({}, kRequest.secret()));
}

TEST(KeptAnswer, TellsRequestsApartByEachPart) {
    auto moved = kRequest;
    moved.path = "/ak";
    moved.key = "";
    EXPECT_NE(moved.fingerprint(), kRequest.fingerprint());
    EXPECT_NE(kRequest.secret(), kRequest.fingerprint());
}

TEST(KeptAnswer, HidesItsText) {
    auto sealed = seal_answer(Response{.body = "remember the milk"}, kRequest.secret());
    EXPECT_EQ(std::string(sealed.begin(), sealed.end()).find("milk"), std::string::npos);
}

}  // namespace
}  // namespace mindspace::http
