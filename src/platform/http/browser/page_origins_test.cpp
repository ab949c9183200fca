#include "platform/http/browser/page_origins.h"

#include <gtest/gtest.h>

namespace mindspace::http {
namespace {

TEST(PageOrigins, ContainThatOfThePublicUrl) {
    const PageOrigins pages("https://mind.example:8443/app", {});
    EXPECT_TRUE(pages.contains("https://mind.example:8443", "10.0.0.1:8080"));
    EXPECT_TRUE(pages.contains("https://Mind.Example:8443", ""));
    for (const auto* other : {"http://mind.example:8443", "https://mind.example", "https://mind.example:8444",
                              "https://a.mind.example:8443", "https://mind.example:8443.evil.example",
                              "https://evil.example/https://mind.example:8443", "mind.example:8443", "null", ""})
        EXPECT_FALSE(pages.contains(other, "10.0.0.1:8080")) << other;
}

TEST(PageOrigins, LeaveDefaultPortsOut) {
    EXPECT_TRUE(PageOrigins("https://mind.example:443", {}).contains("https://mind.example", "x"));
    EXPECT_TRUE(PageOrigins("http://mind.example:80", {}).contains("http://mind.example", "x"));
    EXPECT_FALSE(PageOrigins("http://mind.example:443", {}).contains("http://mind.example", "x"));
    EXPECT_TRUE(PageOrigins("https://other.example", {}).contains("https://mind.example", "mind.example:443"));
}

TEST(PageOrigins, ContainThatOfTheRequestedHostWithTheSchemeOfThePublicUrl) {
    const PageOrigins plain("http://localhost:8080", {});
    EXPECT_TRUE(plain.contains("http://192.0.2.1:8080", "192.0.2.1:8080"));
    EXPECT_FALSE(plain.contains("http://192.0.2.1", "192.0.2.1:8080"));
    EXPECT_FALSE(plain.contains("http://192.0.2.1:8080", ""));
    const PageOrigins encrypted("https://mind.example", {});
    EXPECT_TRUE(encrypted.contains("https://alias.example", "alias.example"));
    EXPECT_FALSE(encrypted.contains("http://alias.example", "alias.example"))
        << "a page that was changed on its way must not use the cookie of the encrypted site";
    EXPECT_FALSE(encrypted.contains("http://mind.example", "mind.example"));
}

TEST(PageOrigins, ContainAllowedOnesByName) {
    const PageOrigins pages("https://mind.example", {"https://app.example", "*", "null"});
    EXPECT_TRUE(pages.contains("https://app.example", "mind.example"));
    EXPECT_FALSE(pages.contains("https://evil.example", "mind.example")) << "not because of *";
    EXPECT_FALSE(pages.contains("*", "mind.example"));
    EXPECT_FALSE(pages.contains("null", "mind.example")) << "every sandboxed page has this origin";
}

TEST(TrustworthyOrigin, IsEncryptedOrLocal) {
    for (const auto* origin : {"https://mind.example", "https://mind.example:8443", "http://localhost:8080",
                               "http://a.localhost", "http://127.0.0.1:8080", "http://127.8.8.8", "http://[::1]:8080"})
        EXPECT_TRUE(is_trustworthy_origin(origin)) << origin;
    for (const auto* origin : {"http://mind.example", "http://192.0.2.1:8080", "http://localhost.example",
                               "http://evillocalhost", "http://127.example", "http://[2001:db8::1]", "http://", "null"})
        EXPECT_FALSE(is_trustworthy_origin(origin)) << origin;
}

}  // namespace
}  // namespace mindspace::http
