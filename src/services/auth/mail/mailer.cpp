#include "services/auth/mail/mailer.h"

#include "platform/async/as_tuple.h"
#include "platform/async/cancellation.h"
#include "platform/json/schema.h"
#include "platform/telemetry/log/log.h"
#include "platform/telemetry/trace/tracer.h"
#include "services/auth/client.h"
#include "services/auth/mail/text.h"

#include <sodium.h>

#include <algorithm>

namespace mindspace::auth {

namespace {

constexpr std::size_t kMaxConcurrent = 4;
constexpr Milliseconds kPollInterval{300};
constexpr Milliseconds kPauseAfterFault{1000};
constexpr Seconds kMailLease{40};  // longer than an attempt (mail/smtp_sender.h), including the writes around it
constexpr Seconds kFirstBackoff{5};
constexpr Seconds kMaxBackoff{1800};
constexpr std::chrono::hours kGiveUpAfter{24};
constexpr std::chrono::hours kCleanUpInterval{1};

// Up to a fifth longer, so that mails that failed together are not retried together.
Milliseconds with_jitter(Milliseconds pause) {
    return pause + Milliseconds(randombytes_uniform(static_cast<std::uint32_t>(pause.count() / 5)));
}

constexpr std::string_view page_of_link(MailKind kind) {
    return kind == MailKind::email_verification ? kVerifyEmailPath : kResetPasswordPath;
}

void warn_of_unrecorded_mail(const std::exception& fault) {
    log::warn("cannot store the result of a mail", {{"error.message", fault.what()}});
}

}  // namespace

void collect(const MailerStats& stats, telemetry::Page& page) {
    page.counter("mindspace_mails_sent", "Mails accepted by the server.", stats.sent.value());
    page.counter("mindspace_mails_failed", "Attempts to send a mail that failed.", stats.failed.value());
    page.counter("mindspace_mails_given_up", "Mails that could not be sent within a day.", stats.given_up.value());
    page.counter("mindspace_mail_files_removed", "Mail files removed because of their age or number.",
                 stats.removed.value());
}

Seconds mail_backoff(std::int32_t attempt) {
    auto doublings = std::clamp(attempt - 1, 0, 20);
    return std::min(kFirstBackoff * (1 << doublings), kMaxBackoff);
}

Mailer::Mailer(asio::io_context& io, MailQueue queue, ResetRequests requests, std::unique_ptr<mail::Sender> sender,
               MailerOptions options)
    : queue_(queue),
      requests_(requests),
      sender_(std::move(sender)),
      options_(std::move(options)),
      claiming_(io),
      // A mail that was sent but could not be marked is resent under the same Message-ID when its lease ends.
      deliveries_(io, {.limit = kMaxConcurrent, .on_task_failed = &warn_of_unrecorded_mail}),
      timer_(io),
      threads_("mail", kMaxConcurrent, kMaxConcurrent) {}

Mailer::~Mailer() {
    stop();
}

void Mailer::start() {
    claiming_.spawn(run());
}

void Mailer::drain() {
    is_draining_ = true;
    timer_.cancel();
}

void Mailer::stop() {
    drain();
    claiming_.cancel();
    deliveries_.cancel();
    sender_->stop();
}

Awaitable<> Mailer::run() {
    bool is_failing = false;
    while (!is_draining_) {
        auto pause = kPollInterval;
        try {
            co_await clean_up();
            bool more_requests = co_await requests_.resolve(clock_.now());
            bool more_mails = co_await claim();
            if (more_requests || more_mails) pause = Milliseconds(0);
            is_failing = false;
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            pause = kPauseAfterFault;
            if (!is_failing) log::warn("cannot read mails, retrying", {{"error.message", fault.what()}});
            is_failing = true;
        }
        timer_.expires_after(pause);
        co_await timer_.async_wait(kTuple);
    }
}

// True if there may be more to claim immediately.
Awaitable<bool> Mailer::claim() {
    auto room = deliveries_.free_slots();
    if (room == 0) co_return false;
    auto mails = co_await queue_.claim(static_cast<std::int32_t>(room), clock_.now(), kMailLease);
    for (auto& mail : mails) deliveries_.spawn(deliver(std::move(mail)));
    co_return mails.size() == room;
}

// Removes the sender's old files of sent mails, on the sender threads: it may read a large directory.
Awaitable<> Mailer::clean_up() {
    const auto now = clock_.now();
    if (now - cleaned_up_at_ < kCleanUpInterval) co_return;
    cleaned_up_at_ = now;
    auto removed = std::make_shared<std::size_t>(0);
    co_await threads_.run([sender = sender_, removed, now] { *removed = sender->clean_up(now); });
    stats_.removed.add(*removed);
}

Awaitable<> Mailer::deliver(ClaimedMail mail) {
    std::string why;
    auto message = compose(mail);
    const auto began = std::chrono::steady_clock::now();
    try {
        co_await threads_.run([sender = sender_, message = std::move(message)] { sender->send(message); });
    } catch (const mail::SendError& fault) {
        why = fault.what();
    }
    record_attempt(mail, std::chrono::steady_clock::now() - began, !why.empty());
    if (!why.empty()) co_return co_await postpone(std::move(mail), std::move(why));
    stats_.sent.add(1);
    log::info("mail sent", {{"event.action", "mail_sent"},
                            {"user.id", mail.user.to_string()},
                            {"mindspace.mail.id", mail.id.to_string()},
                            {"mindspace.mail.kind", schema::enum_name(mail.kind)},
                            {"mindspace.mail.attempt", mail.attempt}});
    co_await queue_.mark_sent(std::move(mail), clock_.now());
}

// In the trace of the request that caused the mail.
void Mailer::record_attempt(const ClaimedMail& mail, std::chrono::nanoseconds took, bool has_failed) const {
    if (options_.tracer == nullptr || !mail.trace.is_sampled) return;
    auto span = telemetry::Tracer::follow(mail.trace, telemetry::SpanKind::client, took);
    span.name = "send mail";
    span.attributes = {{"mindspace.mail.kind", std::string(schema::enum_name(mail.kind))},
                       {"mindspace.mail.attempt", std::int64_t{mail.attempt}}};
    if (has_failed) span.error = "send_error";
    options_.tracer->record(std::move(span));
}

Awaitable<> Mailer::postpone(ClaimedMail mail, std::string why) {
    stats_.failed.add(1);
    auto now = clock_.now();
    auto id = mail.id.to_string();
    if (now - mail.created_at >= kGiveUpAfter) {
        stats_.given_up.add(1);
        log::error("mail failed permanently", {{"event.action", "mail_given_up"},
                                               {"user.id", mail.user.to_string()},
                                               {"mindspace.mail.id", id},
                                               {"mindspace.mail.attempt", mail.attempt},
                                               {"error.message", why}});
        co_return co_await queue_.mark_failed(std::move(mail), std::move(why));
    }
    log::warn("mail not sent, retrying later", {{"event.action", "mail_failed"},
                                                {"mindspace.mail.id", id},
                                                {"mindspace.mail.attempt", mail.attempt},
                                                {"error.message", why}});
    auto at = now + with_jitter(mail_backoff(mail.attempt));
    co_await queue_.retry_at(std::move(mail), std::move(why), at);
}

mail::Message Mailer::compose(const ClaimedMail& mail) const {
    std::string link;
    if (mail.token) link = options_.public_url + std::string(page_of_link(mail.kind)) + "?token=" + *mail.token;
    auto content = mail_text(mail.kind, mail.locale, link);
    return {.id = mail.id.to_string(),
            .date = mail.created_at,
            .from = options_.from,
            .to = mail.recipient,
            .subject = std::move(content.subject),
            .text = std::move(content.text),
            .html = std::move(content.html)};
}

}  // namespace mindspace::auth
