#include "app/jobs/mail_sender.h"

#include "platform/mail/file_sender.h"

namespace mindspace::app {

std::unique_ptr<mail::Sender> make_mail_sender(const MailSettings& settings, const std::filesystem::path& directory) {
    if (settings.url.empty()) return std::make_unique<mail::FileSender>(directory);
    mail::SmtpOptions options{.url = settings.url,
                              .username = settings.username,
                              .password = settings.password,
                              .starttls = settings.starttls,
                              .ca_file = settings.ca_file};
    return std::make_unique<mail::SmtpSender>(std::move(options));
}

}  // namespace mindspace::app
