#pragma once
// A real SMTP server that is not ours (aiosmtpd, smtp_server.py): STARTTLS with a certificate of its own, and a login.

#include "support/program/process.h"

#include <memory>
#include <string>

namespace mindspace::integration {

class SmtpServer {
public:
    SmtpServer();

    // The settings of a program that sends through it.
    [[nodiscard]] Environment settings() const;
    // While it refuses, each mail is answered with 451.
    void refuse() const;
    void accept() const;
    // How many mails have been offered to it.
    [[nodiscard]] std::size_t attempts() const;
    // Where it puts what it took.
    [[nodiscard]] std::filesystem::path mails() const { return directory_.path(); }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<Process> process_;
    std::string port_;
};

}  // namespace mindspace::integration
