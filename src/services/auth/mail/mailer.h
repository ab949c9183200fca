#pragma once
// Resolves the requests of users who forgot their password, and sends the mails of the queue: claims due mails, a few
// at once, passes them to a sender on its own threads, and records the results. Any number of processes may run one. A
// mail that cannot be sent is retried for a day, at increasing intervals. Belongs to one core's loop.

#include "platform/async/task_group.h"
#include "platform/async/worker_pool.h"
#include "platform/mail/sender.h"
#include "platform/telemetry/metrics/page.h"
#include "services/auth/accounts/reset_requests.h"
#include "services/auth/mail/queue.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace mindspace::telemetry {
class Tracer;
}

namespace mindspace::auth {

struct MailerOptions {
    mail::Mailbox from;
    std::string public_url;                     // of the links, without a trailing slash
    const telemetry::Tracer* tracer = nullptr;  // null: no traces
};

struct MailerStats {
    telemetry::Counter sent;
    telemetry::Counter failed;    // attempts
    telemetry::Counter given_up;  // mails
    telemetry::Counter removed;   // files of sent mails
};

void collect(const MailerStats& stats, telemetry::Page& page);

// How long to wait after the given attempt failed (the first is 1), without the jitter: 5 s, doubled up to half an
// hour.
Seconds mail_backoff(std::int32_t attempt);

class Mailer {
public:
    Mailer(asio::io_context& io, MailQueue queue, ResetRequests requests, std::unique_ptr<mail::Sender> sender,
           MailerOptions options);
    ~Mailer();
    Mailer(const Mailer&) = delete;
    Mailer& operator=(const Mailer&) = delete;

    void start();
    // Claims no more mails; attempts in progress continue.
    void drain();
    // True if no attempt is in progress.
    [[nodiscard]] bool is_idle() const { return deliveries_.is_idle(); }
    // Aborts the attempts in progress; their mails are due again when their leases end.
    void stop();

    [[nodiscard]] const MailerStats& stats() const { return stats_; }

private:
    Awaitable<> run();
    Awaitable<bool> claim();
    Awaitable<> clean_up();
    Awaitable<> deliver(ClaimedMail mail);
    void record_attempt(const ClaimedMail& mail, std::chrono::nanoseconds took, bool has_failed) const;
    Awaitable<> postpone(ClaimedMail mail, std::string why);
    [[nodiscard]] mail::Message compose(const ClaimedMail& mail) const;

    MailQueue queue_;
    ResetRequests requests_;
    std::shared_ptr<mail::Sender> sender_;
    MailerOptions options_;
    TaskGroup claiming_;
    TaskGroup deliveries_;
    asio::steady_timer timer_;
    bool is_draining_ = false;
    Timestamp cleaned_up_at_{};
    MailerStats stats_;
    SystemClock clock_;
    WorkerPool threads_;
};

}  // namespace mindspace::auth
