#include "platform/mail/message.h"

#include "platform/base/bytes.h"
#include "platform/mail/encoding.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace mindspace::mail {

namespace {

std::string_view trimmed(std::string_view text) {
    auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Removes everything that could end the line of a field.
std::string one_line(std::string_view text) {
    std::string line(text);
    std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    return line;
}

// The date-time of RFC 5322 section 3.3.
std::string date_text(Timestamp at) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

std::string mailbox_text(const Mailbox& mailbox) {
    auto address = one_line(mailbox.address);
    if (mailbox.name.empty()) return address;
    auto name = header_text(mailbox.name);
    bool encoded = name.starts_with("=?");
    if (!encoded) {  // a quoted-string (RFC 5322 section 3.2.4)
        std::erase_if(name, [](char c) { return c == '"' || c == '\\'; });
        name = '"' + name + '"';
    }
    return fmt::format("{} <{}>", name, address);
}

void append_part(std::string& out, std::string_view boundary, std::string_view type, std::string_view content) {
    bool plain = is_plain(content);
    out += fmt::format(
        "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n"
        "Content-Disposition: inline\r\n\r\n",
        boundary, type, plain ? "7bit" : "quoted-printable");
    if (plain) {
        for (char c : content) c == '\n' ? out += "\r\n" : out += c;
        if (!content.ends_with('\n')) out += "\r\n";
    } else {
        out += quoted_printable(content);
    }
}

}  // namespace

bool is_address(std::string_view text) {
    auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || text.size() > 254) return false;
    if (text.find('@', at + 1) != std::string_view::npos) return false;
    return std::ranges::none_of(text, [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7F || std::string_view("<>()[]:;,\"\\").contains(c);
    });
}

std::optional<Mailbox> Mailbox::parse(std::string_view text) {
    auto open = text.find('<');
    Mailbox mailbox;
    if (open == std::string_view::npos) {
        mailbox.address = trimmed(text);
    } else {
        auto end = trimmed(text).ends_with('>') ? text.rfind('>') : std::string_view::npos;
        if (end == std::string_view::npos) return std::nullopt;
        auto name = trimmed(text.substr(0, open));
        if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
        mailbox.name = name;
        mailbox.address = trimmed(text.substr(open + 1, end - open - 1));
    }
    if (!is_address(mailbox.address)) return std::nullopt;
    return mailbox;
}

std::string_view Mailbox::domain() const {
    std::string_view text = address;
    return text.substr(text.find('@') + 1);
}

std::string serialize(const Message& message) {
    // Derived from the id: the same mail always has the same bytes. Longer than anything that a body contains by
    // chance.
    auto boundary = "=_" + base64url_encode(sha256(as_bytes(message.id))).substr(0, 32);
    std::string out = fmt::format(
        "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\nMIME-Version: 1.0\r\n"
        "Auto-Submitted: auto-generated\r\nContent-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n",
        date_text(message.date), mailbox_text(message.from), one_line(message.to), header_text(message.subject),
        one_line(message.id), one_line(message.from.domain()), boundary);
    append_part(out, boundary, "text/plain", message.text);
    append_part(out, boundary, "text/html", message.html);
    out += "--" + boundary + "--\r\n";
    return out;
}

}  // namespace mindspace::mail
