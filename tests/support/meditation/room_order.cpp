#include "support/meditation/room_order.h"

#include "platform/redis/connection/client.h"
#include "support/postgres/loop.h"
#include "support/redis/server.h"

#include <map>

namespace mindspace::meditation {

namespace {

class RedisRoomOrder final : public TestRoomOrder {
public:
    RedisRoomOrder() {
        redis_.start();
        postgres::run_until(io_, [this] { return redis_.is_up(); });
    }
    void open(GroupId group) override {
        group_ = group;
        replica_.clear();
    }
    void lose_data() override { command({"FLUSHALL"}); }
    void cut_off_replica() override {
        replica_.clear();
        auto keys = command({"KEYS", room_channel(group_) + "*"});
        for (const auto& key : keys.items()) replica_[key.as_string()] = command({"DUMP", key.as_string()}).as_string();
    }
    // The same server simulates it: only its contents and the new replication id matter.
    void fail_over() override {
        lose_data();
        for (const auto& [key, value] : replica_) command({"RESTORE", key, "0", value});
        command({"DEBUG", "CHANGE-REPL-ID"});
    }

    std::optional<EnterResult> enter(const EnterRequest& request, Timestamp now) override {
        return run(order_.enter(request, now));
    }
    LeaveResult leave(const Lease& lease, EventReason reason, Timestamp now) override {
        return run(order_.leave(group_, lease, reason, now));
    }
    RenewResult renew(const RoomFacts& facts, const std::vector<Lease>& leases, Timestamp now) override {
        return run(order_.renew(facts, leases, now));
    }
    ReapResult reap(Timestamp now) override { return run(order_.reap(group_, now)); }
    ReactResult react(const ReactionRequest& request, Timestamp now) override {
        return run(order_.react(group_, request, now));
    }
    Milliseconds flush(Timestamp now) override { return run(order_.flush(group_, now)); }
    void announce(const RoomFacts& facts, const RoomEvent& event) override { run(order_.announce(facts, event)); }
    void announce_change(const Group& group, Timestamp now) override { run(order_.announce_change(group, now)); }
    History read_after(std::int64_t seq) override { return run(order_.read_after(group_, seq)); }
    std::int64_t count_participants() override {
        std::vector<GroupId> groups{group_};
        return run(order_.count_participants(std::move(groups))).front();
    }

private:
    static redis::ClientOptions options(const redis::TestServer& server) {
        redis::ClientOptions options;
        options.socket_path = server.socket_path();
        return options;
    }
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }

    redis::Value command(const std::vector<std::string>& words) {
        return run(redis_.command({words.begin(), words.end()}));
    }

    asio::io_context io_;
    redis::TestServer server_{{"--enable-debug-command", "yes"}};
    redis::Client redis_{io_, options(server_)};
    RoomOrder order_{redis_};
    GroupId group_;
    std::map<std::string, std::string> replica_;
};

}  // namespace

std::unique_ptr<TestRoomOrder> make_redis_room_order() {
    return std::make_unique<RedisRoomOrder>();
}

}  // namespace mindspace::meditation
