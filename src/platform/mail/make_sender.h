#pragma once
// Which way mails leave this process.

#include "platform/mail/smtp_sender.h"

#include <filesystem>
#include <memory>

namespace mindspace::mail {

// By SMTP, or without a server's URL as files in `directory`.
std::unique_ptr<Sender> make_sender(const SmtpOptions& server, const std::filesystem::path& directory);

}  // namespace mindspace::mail
