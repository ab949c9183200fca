#include "services/auth/tokens/signing_key_watcher.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/telemetry/log/log.h"
#include "services/auth/tokens/key_ring.h"

#include <algorithm>

namespace mindspace::auth {

namespace {

using std::chrono::steady_clock;

constexpr Seconds kInterval{1};
constexpr Seconds kLeeway{60};  // for clocks that differ
constexpr std::string_view kNotWritten = "cannot store a signing key, retrying";

}  // namespace

SigningKeyWatcher::SigningKeyWatcher(asio::io_context& loop, postgres::Client& database, std::filesystem::path file,
                                     SigningKey current, Seconds token_ttl)
    : store_(database), file_(std::move(file)), key_(std::move(current)), token_ttl_(token_ttl), tasks_(loop) {}

void SigningKeyWatcher::start(UseKey use_key) {
    use_key_ = std::move(use_key);
    tasks_.spawn(run());
}

// A rotation may have happened while no program ran: retire the keys that the current one replaced first.
Awaitable<> SigningKeyWatcher::run() {
    co_await retire();
    while (true) {
        if (check_file()) co_await change_key();
        co_await sleep_for(kInterval);
    }
}

// A small file, checked once per second: too little work for a thread.
bool SigningKeyWatcher::check_file() {
    std::error_code missing;
    auto changed_at = std::filesystem::last_write_time(file_, missing);
    if (missing || changed_at == checked_at_) return false;
    checked_at_ = changed_at;
    try {
        auto key = SigningKey::load(file_);
        if (key.kid() == key_.kid()) return false;
        old_kid_ = key_.kid();
        key_ = std::move(key);
        return true;
    } catch (const std::exception& fault) {
        log::error("the new signing key cannot be used", {{"error.message", fault.what()}});
        return false;
    }
}

// While other processes learn of the key, the file may be replaced again.
Awaitable<> SigningKeyWatcher::change_key() {
    co_await publish();
    while (steady_clock::now() < use_at_) {
        co_await sleep_for(std::min<steady_clock::duration>(kInterval, use_at_ - steady_clock::now()));
        if (check_file()) co_await publish();
    }
    use_key_(key_);
    log::info("tokens are signed with a new key", {{"event.action", "key_rotated"}, {"mindspace.kid", key_.kid()}});
    co_await retire();
}

// `keys rotate` has already published its key; a key that was installed in another way is published here.
Awaitable<> SigningKeyWatcher::publish() {
    while (true) {
        try {
            const bool is_old_key_valid = co_await store_.publish(key_, old_kid_, clock_.now());
            use_at_ = steady_clock::now() + (is_old_key_valid ? kPublishedAhead : Seconds(0));
            co_return;
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            log::warn(kNotWritten, {{"error.message", fault.what()}});
        }
        co_await sleep_for(kInterval);
    }
}

Awaitable<> SigningKeyWatcher::retire() {
    while (true) {
        try {
            co_await store_.retire_replaced(key_, clock_.now() + token_ttl_ + kLeeway);
            co_return;
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            log::warn(kNotWritten, {{"error.message", fault.what()}});
        }
        co_await sleep_for(kInterval);
    }
}

}  // namespace mindspace::auth
