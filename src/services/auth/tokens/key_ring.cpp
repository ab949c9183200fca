#include "services/auth/tokens/key_ring.h"

namespace mindspace::auth {

Awaitable<KeyRing::Keys> KeyRing::recent(Timestamp now) {
    // Repeats if the keys were forgotten while they were read.
    while (now >= read_at_ + kKeyReadInterval) {
        auto reading = read(now);
        co_await reads_.run(generation_, std::move(reading));
    }
    co_return keys_;
}

void KeyRing::clear() {
    keys_ = std::make_shared<const std::vector<SigningKey>>();
    read_at_ = {};
    ++generation_;
}

Awaitable<KeyRing::Keys> KeyRing::read(Timestamp now) {
    const auto generation = generation_;
    auto keys = std::make_shared<const std::vector<SigningKey>>(co_await store_.list_signing_keys());
    if (generation == generation_) {
        keys_ = keys;
        read_at_ = now;
    }
    co_return keys;
}

}  // namespace mindspace::auth
