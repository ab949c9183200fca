#pragma once
// A simulation for the lease protocol: time, one Redis, and the connections of cores to it, which delay, stall, break,
// or swallow everything silently. Messages of one connection stay in order. Deterministic for a seed.

#include "platform/leases/ending.h"
#include "platform/leases/membership.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace mindspace::leases {

using Micros = std::chrono::microseconds;

class World {
public:
    explicit World(unsigned seed) : random_(seed) {}

    [[nodiscard]] TimePoint now() const { return now_; }
    std::uint64_t pick(std::uint64_t below) { return random_() % below; }
    bool chance(unsigned percent) { return pick(100) < percent; }
    void after(Micros delay, std::function<void()> event);
    void run_for(Micros time);

private:
    struct Event {
        TimePoint at;
        std::uint64_t number;
        std::function<void()> run;
        bool operator>(const Event& other) const { return std::tie(at, number) > std::tie(other.at, other.number); }
    };
    std::mt19937_64 random_;
    TimePoint now_{std::chrono::hours(1)};
    std::uint64_t events_ = 0;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> queue_;
};

class SimulatedRedis;

// A connection that is made again after each loss.
class Link {
public:
    using Execute = std::function<std::int64_t(SimulatedRedis&)>;
    using Resume = std::function<void(std::optional<std::int64_t>)>;
    Link(World& world, SimulatedRedis& redis) : world_(world), redis_(redis) {}

    // Executes a command in Redis; resumes with nothing (nullopt) if its reply does not come within a second.
    void call(Execute execute, Resume resume);
    // Redis pushes a message to the core.
    void push(std::function<void()> deliver);
    void lose();
    void swallow() { is_silent_ = true; }  // until it is lost
    // The core does not run for a while; what arrives waits.
    void stall(Micros time) { core_until_ = std::max(core_until_, world_.now() + time); }
    std::function<void()> on_connected = [] {};
    std::function<void()> on_lost = [] {};

private:
    Micros delay();
    void connect();
    void deliver(std::function<void()> event);

    World& world_;
    SimulatedRedis& redis_;
    bool is_up_ = true;
    bool is_silent_ = false;
    std::uint64_t life_ = 0;  // counts the connections
    TimePoint there_{};       // when the last message arrives, in each direction
    TimePoint back_{};
    TimePoint core_until_{};
    std::uint64_t calls_ = 0;
    std::map<std::uint64_t, Resume> pending_;
};

// What the scripts beat.lua, end.lua and behind.lua do, and versions of users.
class SimulatedRedis {
public:
    explicit SimulatedRedis(World& world) : world_(world) {}

    Registration beat(const std::string& core, const Heard& heard);
    struct Ended {
        Heard end;
        Milliseconds age;
    };
    Ended end(int subject);
    std::int64_t count_behind(const Heard& end);
    void flush();

    struct Subscriber {
        Link* link;
        std::function<void(Heard, int subject)> receive;
    };
    std::map<std::string, Subscriber> subscribers;  // by core
    std::map<int, std::string> versions;            // absent: none; "": a write is in progress
    bool is_up = true;

private:
    Milliseconds open();

    World& world_;
    struct Registry {
        std::string name;
        TimePoint since;
        std::uint64_t ended = 0;
        struct Core {
            TimePoint at;
            std::uint64_t heard;
        };
        std::map<std::string, Core> cores{};
    };
    std::optional<Registry> registry_;
    int registries_ = 0;
};

}  // namespace mindspace::leases
