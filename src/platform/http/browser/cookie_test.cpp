#include "platform/http/browser/cookie.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

std::optional<std::string_view> find_in(std::vector<Header> fields, std::string_view name = "id") {
    RequestHead head;
    head.headers = std::move(fields);
    return find_cookie(head, name);
}

TEST(Cookie, IsFoundAmongOthers) {
    EXPECT_EQ(find_in({{"Cookie", "a=1; id=x=y; b=2"}}), "x=y");
    EXPECT_EQ(find_in({{"Cookie", "a=1"}, {"cookie", "id=2"}}), "2") << "HTTP/2 may split the field";
    EXPECT_EQ(find_in({{"Cookie", "id="}}), "");
    for (const auto* other : {"", "id", "ID=1", "a=id=1", "id2=1", "=1", ";;;"})
        EXPECT_EQ(find_in({{"Cookie", other}}), std::nullopt) << other;
    EXPECT_EQ(find_in({{"X-Cookie", "id=1"}}), std::nullopt);
}

TEST(Cookie, IsNotFoundIfThereAreSeveral) {
    EXPECT_EQ(find_in({{"Cookie", "id=1; id=2"}}), std::nullopt) << "one may be of another host of the domain";
    EXPECT_EQ(find_in({{"Cookie", "id=1"}, {"Cookie", "id=1"}}), std::nullopt);
}

TEST(Cookie, IsForThisHostAndHiddenFromScripts) {
    EXPECT_EQ(set_cookie("__Host-id", "1", Seconds(60), CookieTransport::encrypted),
              "__Host-id=1; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict");
    EXPECT_EQ(set_cookie("id", "", Seconds(0), CookieTransport::any),
              "id=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace mindspace::http
