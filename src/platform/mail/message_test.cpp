#include "platform/mail/message.h"

#include "platform/mail/encoding.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace mindspace::mail {
namespace {

using testing::HasSubstr;

Message make_message() {
    return {.id = "m1",
            .date = parse_timestamp("2026-11-23T06:05:00Z").value(),
            .from = {.name = "Mind Space", .address = "no-reply@mind.example"},
            .to = "ada@example.org",
            .subject = "Hello",
            .text = "One\nTwo\n",
            .html = "<p>One</p>\n"};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        auto end = text.find("\r\n", at);
        if (end == std::string::npos) end = text.size();
        lines.push_back(text.substr(at, end - at));
        at = end + 2;
    }
    return lines;
}

TEST(Message, HasTheFieldsThatAMailNeeds) {
    const auto bytes = serialize(make_message());
    EXPECT_THAT(bytes, HasSubstr("Date: Mon, 23 Nov 2026 06:05:00 +0000\r\n"));
    EXPECT_THAT(bytes, HasSubstr("From: \"Mind Space\" <no-reply@mind.example>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("To: ada@example.org\r\n"));
    EXPECT_THAT(bytes, HasSubstr("Subject: Hello\r\n"));
    EXPECT_THAT(bytes, HasSubstr("Message-ID: <m1@mind.example>\r\n"));
    EXPECT_THAT(bytes, HasSubstr("MIME-Version: 1.0\r\n"));
    EXPECT_THAT(bytes, HasSubstr("Content-Type: multipart/alternative;\r\n"));
}

TEST(Message, PutsPlainTextBeforeHtml) {
    const auto bytes = serialize(make_message());
    const auto text = bytes.find("Content-Type: text/plain; charset=utf-8");
    const auto html = bytes.find("Content-Type: text/html; charset=utf-8");
    ASSERT_NE(text, std::string::npos);
    ASSERT_NE(html, std::string::npos);
    EXPECT_LT(text, html);
    EXPECT_THAT(bytes, HasSubstr("\r\n\r\nOne\r\nTwo\r\n"));
}

TEST(Message, SerializesToTheSameBytesEachTime) {
    EXPECT_EQ(serialize(make_message()), serialize(make_message()));
}

TEST(Message, EndsEveryLineWithCrLf) {
    auto message = make_message();
    message.text = "Grüße\nan\nalle\n";
    const auto bytes = serialize(message);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == '\n') EXPECT_TRUE(i > 0 && bytes[i - 1] == '\r') << i;
        if (bytes[i] == '\r') EXPECT_TRUE(i + 1 < bytes.size() && bytes[i + 1] == '\n') << i;
    }
}

TEST(Message, PreventsHeaderInjection) {
    auto message = make_message();
    message.subject = "Hi\r\nBcc: eve@evil.example";
    message.from.name = "Mind\nBcc: eve@evil.example";
    message.to = "ada@example.org\r\nBcc: eve@evil.example";
    message.id = "m1\r\nBcc: eve";
    for (const auto& line : lines_of(serialize(message))) EXPECT_FALSE(line.starts_with("Bcc:")) << line;
}

TEST(Message, EncodesWordsThatAreNotAscii) {
    auto message = make_message();
    message.subject = "Bitte bestätige deine E-Mail-Adresse, damit wir wissen, dass sie dir gehört: das ist lang";
    for (const auto& line : lines_of(serialize(message))) {
        EXPECT_LE(line.size(), 998U);
        if (line.contains("=?UTF-8?B?")) EXPECT_LE(line.substr(line.find("=?")).size(), 75U);
        EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) << line;
    }
}

TEST(HeaderText, SplitsEncodedWordsBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "ż🙂";
    const auto encoded = header_text(text);
    EXPECT_THAT(encoded, HasSubstr("\r\n =?UTF-8?B?"));
    for (const auto& word : lines_of(encoded)) EXPECT_LE(word.size(), 76U);  // including the leading space
}

TEST(HeaderText, LeavesShortAsciiUnchanged) {
    EXPECT_EQ(header_text("Reset your password"), "Reset your password");
    EXPECT_NE(header_text("=?UTF-8?B?YQ==?="), "=?UTF-8?B?YQ==?=") << "what looks encoded would be decoded";
}

TEST(QuotedPrintable, EscapesOtherCharacters) {
    EXPECT_EQ(quoted_printable("a=b ü\n"), "a=3Db =C3=BC\r\n");
    EXPECT_EQ(quoted_printable("end \nnext"), "end=20\r\nnext\r\n");
}

TEST(QuotedPrintable, KeepsLinesShort) {
    for (std::size_t size : {74U, 75U, 76U, 77U, 200U}) {
        const auto encoded = quoted_printable(std::string(size, 'x'));
        std::string joined;
        for (const auto& line : lines_of(encoded)) {
            EXPECT_LE(line.size(), 76U);
            joined += line.ends_with('=') ? line.substr(0, line.size() - 1) : line;
        }
        EXPECT_EQ(joined, std::string(size, 'x'));
    }
}

TEST(Mailbox, IsParsedWithAndWithoutAName) {
    EXPECT_EQ(Mailbox::parse("a@b.example")->address, "a@b.example");
    const auto named = Mailbox::parse("\"Mind Space\" <a@b.example>");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->name, "Mind Space");
    EXPECT_EQ(named->address, "a@b.example");
    EXPECT_EQ(named->domain(), "b.example");
    for (const char* wrong : {"", "nobody", "a@b@c", "Mind <a@b.example", "a b@c.example", "<>", "@x", "x@"})
        EXPECT_FALSE(Mailbox::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace mindspace::mail
