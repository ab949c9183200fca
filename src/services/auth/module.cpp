#include "services/auth/module.h"

#include "platform/mail/make_sender.h"
#include "platform/telemetry/log/log.h"
#include "platform/telemetry/metrics/sum.h"
#include "services/auth/endpoints.h"

#include <boost/asio/post.hpp>

#include <thread>

namespace mindspace::auth {

namespace {

constexpr std::size_t kMaxBackground = 1000;    // on each core: failed logins to be written down
constexpr std::size_t kKnownNetworks = 20'000;  // some 100 bytes each

void warn_of_background_fault(const std::exception& fault) {
    log::warn("background work failed", {{"error.message", fault.what()}});
}

MailerOptions mailer_options(const MailSettings& settings, const telemetry::Tracer* tracer) {
    return {.from = mail::Mailbox::parse(settings.from).value(), .public_url = settings.public_url, .tracer = tracer};
}

}  // namespace

AuthShared::AuthShared(const AuthSettings& auth_settings, const Secret& process_secret,
                       const privacy::PersonalTables& tables)
    : settings(auth_settings),
      secret(process_secret),
      personal_data(tables),
      hashing("hashing", settings.hashing.threads != 0 ? settings.hashing.threads : std::thread::hardware_concurrency(),
              settings.hashing.queue, settings.hashing.queue / 4, WorkerPool::ThreadPriority::low),
      hasher(hashing, {.memory_kib = settings.hashing.memory_kib, .passes = settings.hashing.passes}),
      networks(kKnownNetworks) {}

AuthCore::AuthCore(const CoreResources& core, AuthShared& shared, CallerAccess& access, SigningKey key)
    : loop_(core.loop),
      background_(core.loop, {.limit = kMaxBackground, .on_task_failed = &warn_of_background_fault}),
      attempt_limiter_(core.limiter, shared.settings.limit_scale),
      quota_(core.database, shared.secret, shared.settings.mail.limits, shared.settings.limit_scale),
      parts_{.database = core.database,
             .redis = core.redis,
             .hasher = shared.hasher,
             .background = background_,
             .attempt_limiter = attempt_limiter_,
             .networks = shared.networks,
             .settings = shared.settings},
      logins_(parts_, quota_, access.keys(), access.signatures(), std::move(key)),
      accounts_(parts_, quota_, shared.personal_data),
      browsers_(logins_, accounts_, shared.settings.browser) {}

http::Endpoints AuthCore::endpoints() {
    return auth::endpoints().serve(logins_, accounts_, browsers_);
}

void AuthCore::use_key(const SigningKey& key) {
    asio::post(loop_, [this, key] { logins_.use_key(key); });
}

http::DeclaredEndpoints AuthModule::declarations() {
    return auth::endpoints().declarations();
}

AuthModule::AuthModule(const AuthSettings& settings, const CoreResources& first, const Secret& secret,
                       const AuthFiles& files, AccessModule& access, const privacy::PersonalTables& personal_data)
    : shared_(settings, secret, personal_data),
      access_(access),
      key_(SigningKey::load_or_create(files.signing_key)),
      quota_(first.database, secret, settings.mail.limits, settings.limit_scale),
      mailer_(first.loop, MailQueue(first.database), ResetRequests(first.database, quota_),
              mail::make_sender(settings.mail.server, files.mail), mailer_options(settings.mail, first.tracer)),
      signing_key_watcher_(first.loop, first.database, files.signing_key, key_, settings.access.ttl) {}

ModuleCore* AuthModule::add_core(const CoreResources& core) {
    return cores_.emplace_back(std::make_unique<AuthCore>(core, shared_, access_.of(core.index), key_)).get();
}

Awaitable<> AuthModule::prepare(postgres::Session& session) {
    return publish_signing_key(session, key_, SystemClock{}.now());
}

void AuthModule::start() {
    mailer_.start();
    signing_key_watcher_.start([this](const SigningKey& key) {
        for (auto& core : cores_) core->use_key(key);
    });
}

void AuthModule::drain(Milliseconds /*window*/) {
    mailer_.drain();
}

void AuthModule::stop() {
    signing_key_watcher_.stop();
    mailer_.stop();
}

void AuthModule::collect(telemetry::Page& page) const {
    shared_.hashing.collect(page);
    page.gauge("mindspace_login_networks", "Remembered client networks with a successful login.",
               static_cast<std::int64_t>(shared_.networks.size()));
    std::vector<const PasswordAttemptLimiter*> limiters;
    std::vector<const LoginStats*> logins;
    for (const auto& core : cores_) {
        limiters.push_back(&core->attempt_limiter());
        logins.push_back(&core->login_stats());
    }
    auth::collect(limiters, page);
    auth::collect(logins, page);
    page.counter("mindspace_mails_refused", "Mails not sent because their address had too many.",
                 quota_.refused().value() +
                     telemetry::sum(cores_, [](const auto& core) { return core.mail_quota().refused().value(); }));
    auth::collect(mailer_.stats(), page);
}

}  // namespace mindspace::auth
