#pragma once
// The auth role: per core the services that its endpoints call; per process the threads that hash passwords, the mailer
// and the watcher of the signing key.

#include "platform/async/task_group.h"
#include "platform/module/module.h"
#include "services/auth/accounts/service.h"
#include "services/auth/browsers/browser_logins.h"
#include "services/auth/caller_access.h"
#include "services/auth/logins/service.h"
#include "services/auth/mail/mailer.h"
#include "services/auth/tokens/signing_key_watcher.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace mindspace::auth {

// The files of the role.
struct AuthFiles {
    std::filesystem::path signing_key;  // created if it does not exist
    std::filesystem::path mail;         // a directory, for mails without a server to send them
};

// What the cores share; safe for several threads.
struct AuthShared {
    AuthShared(const AuthSettings& settings, const Secret& secret, const privacy::PersonalTables& personal_data);

    const AuthSettings settings;
    const Secret& secret;
    const privacy::PersonalTables& personal_data;
    WorkerPool hashing;
    PasswordHasher hasher;
    KnownNetworks networks;
};

class AuthCore final : public ModuleCore {
public:
    // `shared` must outlive it; `key` signs.
    AuthCore(const CoreResources& core, AuthShared& shared, CallerAccess& access, SigningKey key);

    http::Endpoints endpoints() override;
    [[nodiscard]] bool is_idle() const override { return background_.is_idle(); }
    void stop() override { background_.cancel(); }

    // From any thread.
    void use_key(const SigningKey& key);
    [[nodiscard]] const PasswordAttemptLimiter& attempt_limiter() const { return attempt_limiter_; }
    [[nodiscard]] const MailQuota& mail_quota() const { return quota_; }
    [[nodiscard]] const LoginStats& login_stats() const { return logins_.stats(); }

private:
    asio::io_context& loop_;
    TaskGroup background_;  // work that a response need not wait for
    PasswordAttemptLimiter attempt_limiter_;
    MailQuota quota_;
    AuthParts parts_;
    AuthService logins_;
    AccountService accounts_;
    BrowserLogins browsers_;
};

class AuthModule final : public Module {
public:
    static http::DeclaredEndpoints declarations();

    // `secret`, `access` and `personal_data`, which is that of all services, must outlive it. Throws std::runtime_error
    // for a signing key that cannot be read.
    AuthModule(const AuthSettings& settings, const CoreResources& first, const Secret& secret, const AuthFiles& files,
               AccessModule& access, const privacy::PersonalTables& personal_data);

    ModuleCore* add_core(const CoreResources& core) override;
    // Publishes the key, before any token can be issued.
    Awaitable<> prepare(postgres::Session& session) override;
    void start() override;
    void drain(Milliseconds window) override;
    [[nodiscard]] bool is_idle() const override { return mailer_.is_idle(); }
    void stop() override;
    void collect(telemetry::Page& page) const override;

private:
    AuthShared shared_;
    AccessModule& access_;
    SigningKey key_;  // at the start
    MailQuota quota_;
    Mailer mailer_;
    SigningKeyWatcher signing_key_watcher_;
    std::vector<std::unique_ptr<AuthCore>> cores_;
};

}  // namespace mindspace::auth
