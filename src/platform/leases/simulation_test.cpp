// The protocol of docs/decisions/0067 in thousands of random orders, with the classes that the program runs: delays,
// stalls of cores, broken and silent connections, a Redis that restarts empty or is flushed.

#include "platform/leases/ending.h"
#include "platform/leases/lease_table.h"
#include "platform/leases/membership.h"
#include "support/leases/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>

namespace mindspace::leases {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kUsers = 3;

// What PostgreSQL holds of a user, and what their last acknowledged write was.
struct Row {
    int value = 0;
    int acknowledged = 0;
};

struct Figures {
    int hits = 0;
    int stale = 0;
    int missed = 0;  // writes that could not reach Redis, of which nothing is promised
    int writes = 0;
    Micros longest_end{};
};

// A core that reads and writes users like admission and the profile cache do.
class SimulatedCore {
public:
    SimulatedCore(World& world, SimulatedRedis& redis, std::vector<Row>& rows, Figures& figures, std::string name)
        : commands(world, redis),
          channel(world, redis),
          world_(world),
          redis_(redis),
          rows_(rows),
          figures_(figures),
          name_(std::move(name)) {
        channel.on_lost = [this] { redis_.subscribers.erase(name_); };
        channel.on_connected = [this] { subscribe(); };
        subscribe();
        beat();
    }

    void read(int user) {
        const int promised = row(user).acknowledged;
        const auto* version = leases_.find(user, world_.now());
        if (version != nullptr && membership_.is_fresh(world_.now())) {
            if (const auto known = values_.find({user, *version}); known != values_.end()) {
                ++figures_.hits;
                return check(known->second, promised);
            }
            return load(user, *version, promised);
        }
        const auto request = leases_.begin(world_.now());
        const auto offered = name_ + std::to_string(++versions_);
        auto found = std::make_shared<std::string>();
        auto agree = [user, offered, found](SimulatedRedis& redis) {
            *found = redis.versions.try_emplace(user, offered).first->second;
            return 0;
        };
        commands.call(agree, [this, user, promised, request, found](auto reply) {
            if (!reply || found->empty()) return check(row(user).value, promised);
            leases_.store(request, user, *found);
            load(user, *found, promised);
        });
    }

    void write(int user) {
        ++figures_.writes;
        set_version(user, "", [this, user](bool) {
            world_.after(Micros(world_.pick(3'000)), [this, user] {
                const int value = ++row(user).value;
                set_version(user, name_ + std::to_string(++versions_), [this, user, value](bool has_reached_redis) {
                    if (has_reached_redis)
                        row(user).acknowledged = std::max(row(user).acknowledged, value);
                    else
                        ++figures_.missed;
                });
            });
        });
    }

    void stall(Micros time) {
        commands.stall(time);
        channel.stall(time);
    }

    Link commands;
    Link channel;

private:
    Row& row(int user) { return rows_[static_cast<std::size_t>(user)]; }
    void check(int value, int promised) { figures_.stale += value < promised ? 1 : 0; }

    // From PostgreSQL, whose reply takes a while.
    void load(int user, const std::string& version, int promised) {
        const int value = row(user).value;
        world_.after(Micros(world_.pick(3'000)), [this, user, version, value, promised] {
            values_.try_emplace({user, version}, value);
            check(value, promised);
        });
    }

    void set_version(int user, const std::string& version, const std::function<void(bool)>& then) {
        std::erase_if(values_, [user](const auto& entry) { return entry.first.first == user; });
        auto set = [user, version](SimulatedRedis& redis) {
            redis.versions[user] = version;
            return 0;
        };
        commands.call(set, [this, user, then](auto reply) {
            end_leases(user, TimePoint::max(),
                       [then, is_set = reply.has_value()](bool is_published) { then(is_set && is_published); });
        });
    }

    // As end_leases() in ending.cpp; whether the end was published.
    void end_leases(int user, TimePoint give_up_at, const std::function<void(bool)>& then) {
        auto ended = std::make_shared<SimulatedRedis::Ended>();
        auto end = [ended, user](SimulatedRedis& redis) {
            *ended = redis.end(user);
            return 0;
        };
        commands.call(end, [this, user, give_up_at, ended, then](auto reply) {
            if (reply) return wait(std::make_shared<Ending>(world_.now(), ended->age), ended->end, world_.now(), then);
            if (world_.now() >= give_up_at) return then(false);
            const auto until = std::min<TimePoint>(give_up_at, world_.now() + kLease);
            world_.after(milliseconds(50), [this, user, until, then] { end_leases(user, until, then); });
        });
    }
    void wait(const std::shared_ptr<Ending>& ending, const Heard& end, TimePoint began,
              const std::function<void(bool)>& then) {
        if (ending->is_complete(world_.now())) {
            figures_.longest_end = std::max(figures_.longest_end, std::chrono::ceil<Micros>(world_.now() - began));
            return then(true);
        }
        auto count = [end](SimulatedRedis& redis) { return redis.count_behind(end); };
        world_.after(milliseconds(1), [this, count, ending, end, began, then] {
            commands.call(count, [this, ending, end, began, then](auto behind) {
                if (behind) ending->set_behind(*behind);
                wait(ending, end, began, then);
            });
        });
    }

    void subscribe() {
        auto subscribe_here = [this](SimulatedRedis& redis) {
            redis.subscribers[name_] = {.link = &channel, .receive = [this](Heard heard, int user) {
                                            if (membership_.hear(std::move(heard)))
                                                leases_.end(user);
                                            else
                                                leases_.end_all();
                                            must_report_ = true;
                                        }};
            return 0;
        };
        channel.call(subscribe_here, [](auto) {});
    }

    // As Holder::beat().
    void beat() {
        must_report_ = false;
        auto registration = std::make_shared<Registration>();
        auto report = [this, registration, heard = membership_.heard()](SimulatedRedis& redis) {
            *registration = redis.beat(name_, heard);
            return 0;
        };
        commands.call(report, [this, registration, sent_at = world_.now()](auto registered) {
            if (!registered) return rest();
            channel.call([](auto&) { return 0; },
                         [this, registration, sent_at](auto confirmed) {
                             if (confirmed && !membership_.complete_beat(*registration, sent_at)) leases_.end_all();
                             rest();
                         });
        });
    }
    void rest() { rest_until(world_.now() + kBeatInterval); }
    void rest_until(TimePoint end) {
        if (must_report_ || world_.now() >= end) return beat();
        world_.after(milliseconds(1), [this, end] { rest_until(end); });
    }

    World& world_;
    SimulatedRedis& redis_;
    std::vector<Row>& rows_;
    Figures& figures_;
    std::string name_;
    Membership membership_;
    LeaseTable<int, std::string> leases_{100};
    std::map<std::pair<int, std::string>, int> values_;  // the cache of profiles
    bool must_report_ = false;
    int versions_ = 0;
};

class Simulation {
public:
    explicit Simulation(unsigned seed) : world_(seed), rows_(kUsers) {
        const auto cores = 2 + world_.pick(4);
        for (std::uint64_t i = 0; i < cores; ++i)
            cores_.emplace_back(world_, redis_, rows_, figures_, std::string(1, static_cast<char>('a' + i)));
    }

    Figures run(Micros time, bool has_faults) {
        const auto end = world_.now() + time;
        while (world_.now() < end) {
            auto& core = cores_[world_.pick(cores_.size())];
            const auto user = static_cast<int>(world_.pick(kUsers));
            if (world_.chance(4))
                core.write(user);
            else
                core.read(user);
            if (has_faults && world_.chance(2)) fail(core);
            world_.run_for(Micros(world_.pick(12'000)));
        }
        return figures_;
    }

private:
    void fail(SimulatedCore& core) {
        switch (world_.pick(7)) {
            case 0:
                return core.channel.lose();
            case 1:
                return core.commands.lose();
            case 2:
                return core.channel.swallow();
            case 3:
                return core.commands.swallow();
            case 4:
                return core.stall(milliseconds(world_.pick(700)));
            case 5:
                return redis_.flush();
            default:
                return restart();
        }
    }
    // Empty. Some connections do not notice.
    void restart() {
        if (!redis_.is_up) return;
        redis_.is_up = false;
        redis_.flush();
        redis_.subscribers.clear();
        for (auto& core : cores_)
            for (auto* link : {&core.channel, &core.commands}) world_.chance(70) ? link->lose() : link->swallow();
        world_.after(milliseconds(world_.pick(1'500)), [this] { redis_.is_up = true; });
    }

    World world_;
    SimulatedRedis redis_{world_};
    std::vector<Row> rows_;
    Figures figures_;
    std::deque<SimulatedCore> cores_;
};

unsigned number_of_runs() {
    const char* wanted = std::getenv("MINDSPACE_LEASE_RUNS");
    return wanted == nullptr ? 40 : static_cast<unsigned>(std::stoi(wanted));
}

TEST(LeaseSimulation, ShowsEveryAcknowledgedWriteToEveryCore) {
    int hits = 0;
    int writes = 0;
    for (unsigned seed = 1; seed <= number_of_runs(); ++seed) {
        const auto figures = Simulation(seed).run(seconds(8), true);
        ASSERT_EQ(figures.stale, 0) << "seed " << seed;
        hits += figures.hits;
        writes += figures.writes - figures.missed;
    }
    EXPECT_GT(hits, 50 * static_cast<int>(number_of_runs())) << "leases are used";
    EXPECT_GT(writes, 20 * static_cast<int>(number_of_runs()));
}

TEST(LeaseSimulation, EndsLeasesAtOnceWhileNothingFails) {
    const auto figures = Simulation(1).run(seconds(60), false);
    EXPECT_EQ(figures.stale, 0);
    EXPECT_EQ(figures.missed, 0);
    EXPECT_GT(figures.hits, 5'000);
}

}  // namespace
}  // namespace mindspace::leases
