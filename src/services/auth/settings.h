#pragma once
// The settings of the auth service; the program's settings fill them (src/app/settings).

#include "platform/base/time.h"
#include "platform/mail/smtp_sender.h"

#include <cstdint>
#include <string>

namespace mindspace::auth {

// What access tokens say, and how long.
struct TokenRules {
    std::string issuer;
    std::string audience = "mindspace";
    Seconds ttl{900};
};

struct HashingSettings {
    std::uint32_t memory_kib = 19'456;
    std::uint32_t passes = 2;
    std::uint32_t threads = 0;  // 0: one for each processor
    std::uint32_t queue = 64;   // passwords that may wait
};

// Of one kind to one address.
struct MailLimits {
    std::uint32_t per_minute = 1;
    std::uint32_t per_hour = 5;
    std::uint32_t per_day = 10;
};

struct MailSettings {
    mail::SmtpOptions server;  // without a URL mails become files
    std::string from;          // an address, or "name <address>"
    std::string public_url;    // of the links in mails, without a slash at the end
    MailLimits limits;
};

struct AuthSettings {
    TokenRules access;
    Seconds refresh_ttl{604'800};
    std::uint32_t max_sessions = 50;       // of one user that live at a time
    Seconds session_lifetime{15'552'000};  // of a login session, however often it is refreshed
    Seconds address_retention{7'776'000};  // in the audit log
    std::uint32_t token_cache = 50'000;    // verified access tokens that each core remembers
    double limit_scale = 1;                // multiplies the limits of guesses and mails
    HashingSettings hashing;
    MailSettings mail;
};

}  // namespace mindspace::auth
