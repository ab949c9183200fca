#include "app/backup/repository/contents.h"

#include "app/process/account.h"
#include "platform/async/run_on.h"
#include "platform/async/sleep.h"
#include "platform/base/file_descriptor.h"
#include "platform/redis/connection/client.h"

#include <chrono>
#include <system_error>

namespace mindspace::app::backup {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

constexpr Milliseconds kSnapshotDeadline{60'000};
constexpr Milliseconds kSnapshotPoll{100};

// Replaces a file by a copy that only we can read, in one step, on disk when this returns.
void copy_private(const fs::path& from, const fs::path& to) {
    const auto draft = fs::path(to.native() + ".new");
    fs::copy_file(from, draft, fs::copy_options::overwrite_existing);
    fs::permissions(draft, fs::perms::owner_read | fs::perms::owner_write);
    sync_to_disk(draft);
    fs::rename(draft, to);
}

Awaitable<std::int64_t> last_save(redis::Client& redis) {
    const auto reply = co_await redis.command({"LASTSAVE"});
    co_return reply.as_integer();
}

// Has Redis write its snapshot; false if it does not in time. LASTSAVE has a precision of a second.
Awaitable<bool> save_snapshot(redis::Client& redis) {
    const auto give_up_at = steady_clock::now() + kSnapshotDeadline;
    while (!redis.is_up()) {
        if (steady_clock::now() >= give_up_at) co_return false;
        co_await sleep_for(kSnapshotPoll);
    }
    try {
        const auto before = co_await last_save(redis);
        while (SystemClock{}.now() < Timestamp(Seconds(before + 1))) co_await sleep_for(kSnapshotPoll);
        co_await redis.command({"BGSAVE", "SCHEDULE"});
        while (steady_clock::now() < give_up_at) {
            if (co_await last_save(redis) > before) co_return true;
            co_await sleep_for(kSnapshotPoll);
        }
    } catch (const std::exception&) {  // Redis is unavailable or refuses: the snapshot is not needed to restore
    }
    co_return false;
}

bool save_redis(const fs::path& socket) {
    asio::io_context loop(1);
    redis::ClientOptions options;
    options.socket_path = socket;
    redis::Client redis(loop, options);
    redis.start();
    auto saved = run_on(loop, save_snapshot(redis));
    while (saved.wait_for(Seconds(0)) != std::future_status::ready) loop.run_one();
    redis.stop();
    return saved.get();
}

}  // namespace

void collect_contents(const Layout& layout, const fs::path& redis_socket) {
    const auto account = current_account();
    ensure_owned_directory(layout.contents(), 0700, account);
    ensure_owned_directory(layout.contents() / "keys", 0700, account);
    for (const auto& entry : fs::directory_iterator(layout.data / "keys"))
        if (entry.is_regular_file()) copy_private(entry.path(), layout.contents() / "keys" / entry.path().filename());
    if (fs::exists(layout.settings())) copy_private(layout.settings(), layout.contents() / "settings.toml");
    if (!redis_socket.empty() && save_redis(redis_socket))
        copy_private(layout.data / "redis" / "dump.rdb", layout.contents() / "redis.rdb");
}

void restore_contents(const fs::path& cluster, const Layout& layout) {
    const auto from = cluster / "mindspace";
    const auto secret = layout.data / "keys" / "secret";
    if (fs::exists(from / "keys" / "secret") && !fs::exists(secret)) {
        ensure_owned_directory(layout.data / "keys", 0700, current_account());
        copy_private(from / "keys" / "secret", secret);
    }
    for (const char* name : {"settings.toml", "redis.rdb"})
        if (fs::exists(from / name)) copy_private(from / name, layout.home / (std::string("restored-") + name));
}

}  // namespace mindspace::app::backup
