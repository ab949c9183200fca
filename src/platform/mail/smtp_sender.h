#pragma once
// Sends mails to an SMTP server (RFC 5321) by libcurl: with STARTTLS (RFC 3207) or TLS from the first byte (smtps),
// verifying the server's certificate. A mail is sent when the server has confirmed it after its last byte.

#include "platform/mail/sender.h"

#include <array>
#include <atomic>
#include <string>
#include <string_view>

namespace mindspace::mail {

enum class StartTls { required, off };
constexpr auto names_of(StartTls) {
    return std::array<std::string_view, 2>{"required", "off"};
}

struct SmtpOptions {
    std::string url;       // smtp://host:port or smtps://host:port
    std::string username;  // empty: without authentication
    std::string password;
    StartTls starttls = StartTls::required;  // for smtp://; without it nothing is encrypted
    std::string ca_file;                     // PEM; empty: the system's trusted authorities
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds total_timeout{20'000};  // for one mail
};

class SmtpSender final : public Sender {
public:
    explicit SmtpSender(SmtpOptions options);

    void send(const Message& message) override;
    void stop() override { stopping_ = true; }

private:
    SmtpOptions options_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace mindspace::mail
