#pragma once
// What the mails say, in English and German: plain text, HTML beside it, one link in each (none in
// a notice). No word of a user is in
// them, so that nobody can make us send their words to somebody else's address.

#include "platform/mail/message.h"
#include "services/auth/mail/queue.h"

namespace mindspace::auth {

struct MailText {
    std::string subject;
    std::string text;
    std::string html;
};

// English unless the locale (BCP 47) is a German one. `link` holds URL characters only; empty for a notice.
MailText mail_text(MailKind kind, std::string_view locale, std::string_view link);

}  // namespace mindspace::auth
