#pragma once
// Chooses how this process sends mails.

#include "platform/mail/smtp_sender.h"

#include <filesystem>
#include <memory>

namespace mindspace::mail {

// By SMTP; without a server URL, as files in `directory`.
std::unique_ptr<Sender> make_sender(const SmtpOptions& server, const std::filesystem::path& directory);

}  // namespace mindspace::mail
