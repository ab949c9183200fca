#pragma once
// The texts of the mails, in English and German: plain text and an HTML alternative, one link in each (none in a
// notice). They contain no text from a user, so that no user can make us send their words to another user's address.

#include "platform/mail/message.h"
#include "services/auth/mail/queue.h"

namespace mindspace::auth {

struct MailText {
    std::string subject;
    std::string text;
    std::string html;
};

// English unless the locale (BCP 47) is a German one. `link` contains URL characters only; empty for a notice.
MailText mail_text(MailKind kind, std::string_view locale, std::string_view link);

}  // namespace mindspace::auth
