#pragma once
// The encodings of text in mails: quoted-printable bodies (RFC 2045 section 6.7) and encoded words in header fields
// (RFC 2047). Pure functions on valid UTF-8.

#include <string>
#include <string_view>

namespace mindspace::mail {

// True if the text needs no encoding: ASCII without controls except \n, in lines of at most 998 bytes.
bool is_plain(std::string_view text);

// Returns lines of at most 76 characters that end with CRLF; \n in `text` ends a line.
std::string quoted_printable(std::string_view text);

// The value of an unstructured field: unchanged, or as encoded words of at most 75 characters, folded. Controls,
// including line ends, become spaces.
std::string header_text(std::string_view text);

}  // namespace mindspace::mail
