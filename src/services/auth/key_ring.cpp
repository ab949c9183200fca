#include "services/auth/key_ring.h"

namespace mindspace::auth {

Awaitable<KeyRing::Keys> KeyRing::recent(Timestamp now) {
    if (now < read_at_ + kKeyReadInterval) co_return keys_;
    auto reading = read(now);
    co_return co_await reads_.run(0, std::move(reading));
}

Awaitable<KeyRing::Keys> KeyRing::read(Timestamp now) {
    auto keys = co_await store_.list_signing_keys();
    keys_ = std::make_shared<const std::vector<SigningKey>>(std::move(keys));
    read_at_ = now;
    co_return keys_;
}

}  // namespace mindspace::auth
