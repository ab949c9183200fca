#pragma once
// How text travels in mails: quoted-printable bodies (RFC 2045 section 6.7) and encoded words in header fields (RFC
// 2047). Pure functions on valid UTF-8.

#include <string>
#include <string_view>

namespace mindspace::mail {

// True when the text may go as it is: ASCII without controls but \n, in lines of at most 998 octets.
bool is_plain(std::string_view text);

// Lines of at most 76 characters that end with CRLF; \n in `text` ends a line.
std::string quoted_printable(std::string_view text);

// The value of an unstructured field: as it is, or as encoded words of at most 75 characters, folded. Controls, line
// ends among them, become spaces.
std::string header_text(std::string_view text);

}  // namespace mindspace::mail
