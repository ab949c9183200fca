#pragma once
// Notices that the key file has been replaced (`mindspace keys rotate`) and makes the cores sign with the new key once
// every process that verifies tokens can have read it; then schedules the end of the old key. If the old key has been
// withdrawn (`keys rotate --now`), the new one signs immediately: no token of the old one is valid. One per process, on
// one core's loop. Faults are logged, and failed steps are retried after a second.

#include "platform/async/task_group.h"
#include "services/auth/tokens/key_store.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace mindspace::auth {

class SigningKeyWatcher {
public:
    using UseKey = std::function<void(const SigningKey& key)>;

    // `current` is the key in `file` at the start; `token_ttl` is the lifetime of its tokens. `database` belongs to
    // `loop`.
    SigningKeyWatcher(asio::io_context& loop, postgres::Client& database, std::filesystem::path file,
                      SigningKey current, Seconds token_ttl);

    // `use_key` makes all cores sign with that key from now on.
    void start(UseKey use_key);
    void stop() { tasks_.cancel(); }

private:
    Awaitable<> run();
    // True if the file contains another key.
    bool check_file();
    Awaitable<> change_key();
    Awaitable<> publish();
    Awaitable<> retire();

    KeyStore store_;
    const std::filesystem::path file_;
    SigningKey key_;  // signs now, or is about to
    std::string old_kid_;
    const Seconds token_ttl_;
    UseKey use_key_;
    std::filesystem::file_time_type checked_at_{};
    std::chrono::steady_clock::time_point use_at_{};
    SystemClock clock_;
    TaskGroup tasks_;
};

}  // namespace mindspace::auth
