#include "support/redis/cluster_traffic.h"

#include "platform/base/result.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace mindspace::redis {

using std::chrono::steady_clock;

const Script kWriteBoth =
    Script::make("test", "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GETSET', KEYS[2], ARGV[1])");

namespace {

Awaitable<> write_once(Client& client, Writer& writer) {
    Words keys{"{" + writer.tag + "}a", "{" + writer.tag + "}b"};
    std::string text = writer.tag + "/" + std::to_string(++writer.written);
    Words args{text};
    co_await run_script(client, kWriteBoth, keys, std::move(args));
    writer.acknowledged = writer.written;
    writer.acknowledged_at = steady_clock::now();
    Words read{"MGET", keys[0], keys[1]};
    Value both = co_await send(client, std::move(read));
    for (const Value& found : both.items()) {
        if (found.is_null() || found.as_string() != text)
            writer.wrong.push_back(text + " read as " + (found.is_null() ? "nothing" : found.as_string()));
    }
}

Awaitable<> write_until(const bool& is_over, asio::io_context& io, Client& client, Writer& writer) {
    asio::steady_timer pause(io);
    while (!is_over) {
        try {
            co_await write_once(client, writer);
        } catch (const Unavailable&) {
            ++writer.unavailable;
        } catch (const std::exception& fault) {
            writer.wrong.emplace_back(fault.what());
        }
        pause.expires_after(Milliseconds(2));
        co_await pause.async_wait(asio::use_awaitable);
    }
    writer.is_done = true;
}

}  // namespace

Awaitable<bool> confirm(Subscriber& subscriber, std::string channel) {
    co_await subscriber.confirmed(std::move(channel));
    co_return true;
}

std::string tag(std::size_t index) {
    static const std::vector<std::string> kTags = [] {
        std::vector<std::string> found;
        for (int i = 0; found.size() < kWriters / 3; ++i) {
            if (hash_slot("w" + std::to_string(i)) < kMovedSlots) found.push_back("w" + std::to_string(i));
        }
        for (int i = 0; found.size() < kWriters; ++i) found.push_back("v" + std::to_string(i));
        return found;
    }();
    return kTags[index];
}

std::unique_ptr<TestCluster> RedisCluster::shared_cluster;

void RedisCluster::SetUp() {
    shared_cluster->wait_until_healthy();  // every node knows the changes of the previous test
    for (std::size_t i = 0; i < kWriters; ++i) writers_.emplace_back().tag = tag(i);
    received_.resize(kWriters);
    for (std::size_t i = 0; i < kWriters; ++i) {
        channels_.push_back("room:{" + tag(i) + "}");
        auto receive = [this, i](std::string_view text) { received_[i] = std::stoi(std::string(text)); };
        subscriptions_.push_back(subscriber_.subscribe(channels_[i], receive));
    }
    subscriber_.on_gap([this] { ++gaps_; });
    client_.start();
    subscriber_.start();
    ASSERT_TRUE(run_until(io_, [this] { return client_.is_up() && subscriber_.is_up(); }));
    for (const std::string& channel : channels_) ASSERT_TRUE(run_task(io_, confirm(subscriber_, channel)));
}

void RedisCluster::TearDown() {
    is_over_ = true;
    client_.stop();
    subscriber_.stop();
    EXPECT_TRUE(run_until(io_, [this] { return io_.stopped(); }));
}

void RedisCluster::start_writers() {
    for (Writer& writer : writers_)
        asio::co_spawn(io_, write_until(is_over_, io_, client_, writer), [](std::exception_ptr) {});
}

void RedisCluster::stop_writers() {
    is_over_ = true;
    ASSERT_TRUE(run_until(io_, [this] { return std::ranges::all_of(writers_, &Writer::is_done); }));
    for (const Writer& writer : writers_) EXPECT_EQ(writer.wrong, Words()) << writer.tag;
}

int RedisCluster::count_unavailable() const {
    int count = 0;
    for (const Writer& writer : writers_) count += writer.unavailable;
    return count;
}

bool RedisCluster::receives_everything() {
    int number = ++published_;
    for (const std::string& channel : channels_) {
        run_task(io_, confirm(subscriber_, channel));
        call({"SPUBLISH", channel, std::to_string(number)});
    }
    return run_until(io_, [&] { return std::ranges::count(received_, number) == std::ssize(received_); });
}

}  // namespace mindspace::redis
