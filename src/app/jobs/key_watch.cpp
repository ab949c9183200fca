#include "app/jobs/key_watch.h"

#include "platform/async/run_on.h"
#include "platform/telemetry/log/log.h"
#include "services/auth/tokens/key_ring.h"
#include "services/auth/tokens/key_store.h"

namespace mindspace::app {

namespace {

using namespace std::chrono_literals;

constexpr auto kInterval = 1s;
constexpr auto kLeeway = 60s;  // for clocks that differ

Awaitable<std::chrono::seconds> publish_key(postgres::Client& database, auth::SigningKey key, std::string replaces) {
    auth::KeyStore store(database);
    bool is_old_one_good = co_await store.publish(std::move(key), std::move(replaces), SystemClock{}.now());
    co_return is_old_one_good ? auth::kPublishedAhead : 0s;
}

Awaitable<std::chrono::seconds> retire_keys(postgres::Client& database, auth::SigningKey key,
                                            std::chrono::seconds ttl) {
    auth::KeyStore store(database);
    co_await store.retire_replaced(std::move(key), SystemClock{}.now() + ttl + kLeeway);
    co_return 0s;
}

}  // namespace

// A rotation may have happened while no program ran: what the current key replaced is retired first.
KeyWatch::KeyWatch(std::filesystem::path file, auth::SigningKey current, std::chrono::seconds token_ttl,
                   asio::io_context& loop, postgres::Client& database, UseKey use_key)
    : file_(std::move(file)),
      key_(std::move(current)),
      token_ttl_(token_ttl),
      loop_(loop),
      database_(database),
      use_key_(std::move(use_key)) {
    retire();
}

void KeyWatch::poll(TimePoint now) {
    if (now < next_look_) return;
    switch (step_) {
        case Step::watching:
            next_look_ = now + kInterval;
            look();
            break;
        case Step::publishing:
            if (auto wait = outcome(&KeyWatch::publish, now)) {
                use_at_ = now + *wait;
                step_ = Step::learning;
            }
            break;
        case Step::learning:
            if (look() || now < use_at_) break;
            use_key_(key_);
            log::info("tokens are signed with a new key",
                      {{"event.action", "key_rotated"}, {"mindspace.kid", key_.kid()}});
            retire();
            break;
        case Step::retiring:
            if (outcome(&KeyWatch::retire, now)) step_ = Step::watching;
            break;
    }
}

bool KeyWatch::look() {
    std::error_code missing;
    auto changed_at = std::filesystem::last_write_time(file_, missing);
    if (missing || changed_at == looked_at_) return false;
    looked_at_ = changed_at;
    try {
        auto key = auth::SigningKey::load(file_);
        if (key.kid() == key_.kid()) return false;
        old_kid_ = key_.kid();
        key_ = std::move(key);
        publish();
        return true;
    } catch (const std::exception& fault) {
        log::error("the new signing key cannot be used", {{"error.message", fault.what()}});
        return false;
    }
}

// `keys rotate` has done so before; a key that came another way is published here.
void KeyWatch::publish() {
    step_ = Step::publishing;
    written_ = run_on(loop_, publish_key(database_, key_, old_kid_));
}

void KeyWatch::retire() {
    step_ = Step::retiring;
    written_ = run_on(loop_, retire_keys(database_, key_, token_ttl_));
}

std::optional<std::chrono::seconds> KeyWatch::outcome(void (KeyWatch::*again)(), TimePoint now) {
    if (written_.wait_for(0s) != std::future_status::ready) return std::nullopt;
    try {
        return written_.get();
    } catch (const std::exception& fault) {
        log::warn("a signing key cannot be written down, trying again", {{"error.message", fault.what()}});
        (this->*again)();
        next_look_ = now + kInterval;
        return std::nullopt;
    }
}

}  // namespace mindspace::app
