#pragma once
// Secrets that must never appear in a log: every token, password, ticket and email address that tests send or receive
// is remembered, and the log of every program is searched for them when it ends.

#include <boost/json/fwd.hpp>

#include <string_view>

namespace mindspace::integration {

// Remembers the values of members such as `password` or `accessToken`, at any depth.
void remember_secrets(const boost::json::value& document);
void remember_secret(std::string_view secret);
// Fails the test if one of them occurs in the text.
void expect_no_secret_in(std::string_view text, std::string_view what);

}  // namespace mindspace::integration
