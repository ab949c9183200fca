#pragma once
// The settings of the auth service, filled from the program's settings (src/app/settings).

#include "platform/base/time.h"
#include "platform/mail/smtp_sender.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mindspace::auth {

// Contents and lifetime of access tokens.
struct TokenRules {
    std::string issuer;
    std::string audience = "mindspace";
    Seconds ttl{900};
};

struct HashingSettings {
    std::uint32_t memory_kib = 19'456;
    std::uint32_t passes = 2;
    std::uint32_t threads = 0;  // 0: one per processor
    std::uint32_t queue = 64;   // passwords that may wait
};

// Limits for mails of one kind to one address.
struct MailLimits {
    std::uint32_t per_minute = 1;
    std::uint32_t per_hour = 5;
    std::uint32_t per_day = 10;
};

struct MailSettings {
    mail::SmtpOptions server;  // without a URL mails are written to files
    std::string from;          // an address, or "name <address>"
    std::string public_url;    // of the links in mails, without a trailing slash
    MailLimits limits;
};

// Of web pages that keep their refresh token in a cookie.
struct BrowserSettings {
    std::string public_url;                    // of this server, whose pages may
    std::vector<std::string> allowed_origins;  // of others that may; "*" stands for none
};

struct AuthSettings {
    TokenRules access;
    Seconds refresh_ttl{604'800};
    std::uint32_t max_sessions = 50;       // active at a time, per user
    Seconds session_lifetime{15'552'000};  // of a login session, regardless of refreshes
    Seconds address_retention{7'776'000};  // in the audit log
    std::uint32_t token_cache = 50'000;    // verified access tokens that each core caches
    double limit_scale = 1;                // multiplies the limits of password attempts and mails
    HashingSettings hashing;
    MailSettings mail;
    BrowserSettings browser;
};

}  // namespace mindspace::auth
