#pragma once
// A mail in its transmitted form: RFC 5322 header fields and a multipart/alternative body (RFC 2046) of plain text and
// HTML, in UTF-8. No field can break out of its line, regardless of its content. Pure functions.

#include "platform/base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::mail {

// A sender: "no-reply@example.org", with a name if it has one.
struct Mailbox {
    std::string name;
    std::string address;

    // Parses "address" or "name <address>". Nullopt if the address is invalid.
    static std::optional<Mailbox> parse(std::string_view text);
    [[nodiscard]] std::string_view domain() const;
};

struct Message {
    std::string id;  // unique and permanent: if sent twice, it is recognised as the same mail
    Timestamp date{};
    Mailbox from;
    std::string to;  // an address
    std::string subject;
    std::string text;  // lines end with \n
    std::string html;
};

// The bytes that an SMTP server accepts, with lines ending in CRLF.
std::string serialize(const Message& message);

// Whether an address can be put between the brackets of SMTP: no white space, controls, brackets, quotes.
bool is_address(std::string_view text);

}  // namespace mindspace::mail
