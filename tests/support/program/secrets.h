#pragma once
// What must never stand in a log: every token, password, ticket and email address that the tests send or are given is
// noted, and the log of every program is searched for them when it ends.

#include <boost/json/fwd.hpp>

#include <string_view>

namespace mindspace::integration {

// Notes the values of members such as `password` or `accessToken`, at any depth.
void note_secrets(const boost::json::value& document);
void note_secret(std::string_view secret);
// Fails the test when one of them stands in the text.
void expect_no_secret_in(std::string_view text, std::string_view what);

}  // namespace mindspace::integration
