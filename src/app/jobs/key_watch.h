#pragma once
// Notices that the key file has been replaced (`mindspace keys rotate`) and makes the cores sign with the new key, once
// every process that verifies tokens can have learnt of it; then gives the old key its end. When the old key has been
// withdrawn (`keys rotate --now`), the new one signs at once: no token of the old one is good. Main thread.

#include "platform/async/awaitable.h"
#include "services/auth/tokens/signing_key.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::app {

class KeyWatch {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using UseKey = std::function<void(const auth::SigningKey& key)>;

    // `current` is what `file` held at the start; `token_ttl` how long its tokens live. `database` belongs to `loop`.
    KeyWatch(std::filesystem::path file, auth::SigningKey current, std::chrono::seconds token_ttl,
             asio::io_context& loop, postgres::Client& database, UseKey use_key);

    // Looks for another key once a second; never waits for the database. Faults are logged, and what failed is tried
    // again after a second.
    void poll(TimePoint now);

private:
    enum class Step { watching, publishing, learning, retiring };

    // True when there is another key, which is being published then.
    bool look();
    void publish();
    void retire();
    // What the write came to: how long to wait before the key signs. Nothing while it is under way; when it has failed,
    // `again` has begun it anew.
    std::optional<std::chrono::seconds> outcome(void (KeyWatch::*again)(), TimePoint now);

    std::filesystem::path file_;
    auth::SigningKey key_;  // signed with, or about to be
    std::string old_kid_;
    std::chrono::seconds token_ttl_;
    asio::io_context& loop_;
    postgres::Client& database_;
    UseKey use_key_;
    Step step_ = Step::watching;
    std::filesystem::file_time_type looked_at_{};
    TimePoint next_look_{};
    TimePoint use_at_{};
    std::future<std::chrono::seconds> written_;
};

}  // namespace mindspace::app
