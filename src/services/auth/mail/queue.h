#pragma once
// The table of mails to be sent. A mail is written in the transaction of its cause, together with the hash of its
// token; the senders (mailer.h) claim rows under a lease, so that several processes share the work and a crash loses
// nothing. The token itself is stored here only until the mail is sent or has failed permanently.

#include "platform/async/awaitable.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/postgres/values/statement.h"
#include "platform/telemetry/trace/trace_context.h"
#include "services/auth/admin/audit.h"
#include "services/auth/tokens/one_time_token.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::auth {

using MailId = Id<struct MailTag>;

enum class MailKind { email_verification, password_reset, password_changed };
constexpr auto names_of(MailKind) {
    return std::array<std::string_view, 3>{"email_verification", "password_reset", "password_changed"};
}

struct NewMail {
    MailKind kind{};
    std::string recipient;
    std::string locale;
    OneTimeToken token{};
    Seconds token_ttl{};
};

// A mail without a link.
struct Notice {
    MailKind kind{};
    std::string recipient;
    std::string locale;
};

// With a link that is valid for a day.
NewMail verification_mail(UserId user, std::string recipient, std::string locale);
// With a link that is valid for half an hour.
NewMail reset_mail(UserId user, std::string recipient, std::string locale);

// Queues the mail and makes its token valid; earlier tokens stay valid. MailQuota limits how many may wait.
postgres::Query queue_mail_query(const NewMail& mail, const AuditEntry& entry);

// Queues the notice if `password_hash` is the stored one when this runs, set by an earlier statement of the
// transaction.
postgres::Query queue_notice_query(UserId user, const Notice& notice, std::string_view password_hash, Timestamp now);

// One attempt to send a mail, for as long as its lease lasts.
struct ClaimedMail {
    UserId user{};
    MailId id{};
    MailKind kind{};
    std::string recipient;
    std::string locale;
    std::optional<std::string> token;
    Timestamp created_at{};
    std::int32_t attempt = 0;         // the first is 1
    telemetry::TraceContext trace{};  // of the request that caused it, if it is recorded
};

class MailQueue {
public:
    explicit MailQueue(postgres::Client& database) : database_(database) {}

    // Due mails, oldest first. No other process gets them before the lease has ended.
    Awaitable<std::vector<ClaimedMail>> claim(std::int32_t count, Timestamp now, Seconds lease);
    Awaitable<> mark_sent(ClaimedMail mail, Timestamp now);
    // Does nothing if the lease has ended and another process has claimed the mail.
    Awaitable<> retry_at(ClaimedMail mail, std::string why, Timestamp at);
    Awaitable<> mark_failed(ClaimedMail mail, std::string why);

private:
    postgres::Client& database_;
};

}  // namespace mindspace::auth
