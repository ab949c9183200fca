#pragma once
// A mail as it travels: RFC 5322 header fields and a multipart/alternative body (RFC 2046) of plain text with HTML
// beside it, in UTF-8. No field can break out of its line, whatever it holds. Pure functions.

#include "platform/base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace mindspace::mail {

// A sender: "no-reply@example.org", with a name if it has one.
struct Mailbox {
    std::string name;
    std::string address;

    // Of "address" or "name <address>". Nothing when the address cannot be one.
    static std::optional<Mailbox> parse(std::string_view text);
    [[nodiscard]] std::string_view domain() const;
};

struct Message {
    std::string id;  // unique and lasting: sent twice, it is recognised as the same mail
    Timestamp date{};
    Mailbox from;
    std::string to;  // an address
    std::string subject;
    std::string text;  // lines end with \n
    std::string html;
};

// The octets that an SMTP server takes, lines ending with CRLF.
std::string serialize(const Message& message);

// Whether an address fits between the brackets of SMTP: no white space, controls, brackets, quotes.
bool is_address(std::string_view text);

}  // namespace mindspace::mail
