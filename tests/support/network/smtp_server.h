#pragma once
// A real SMTP server by others (aiosmtpd, smtp_server.py), with STARTTLS, its own certificate, and a login.

#include "support/program/process.h"

#include <memory>
#include <string>

namespace mindspace::integration {

class SmtpServer {
public:
    SmtpServer();

    // The settings of a program that sends its mail through it.
    [[nodiscard]] Environment settings() const;
    // While refusing, it rejects each mail with 451.
    void refuse() const;
    void accept() const;
    // The number of mails offered so far.
    [[nodiscard]] std::size_t attempts() const;
    // The directory of accepted mails.
    [[nodiscard]] std::filesystem::path mails() const { return directory_.path(); }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<Process> process_;
    std::string port_;
};

}  // namespace mindspace::integration
