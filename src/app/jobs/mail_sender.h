#pragma once
// Which way mails leave this process.

#include "app/settings.h"

#include <filesystem>
#include <memory>

namespace mindspace::app {

// By SMTP, or without a server configured as files in `directory`.
std::unique_ptr<mail::Sender> make_mail_sender(const MailSettings& settings, const std::filesystem::path& directory);

}  // namespace mindspace::app
