#include "support/leases/world.h"

#include <algorithm>
#include <utility>

namespace mindspace::leases {

using std::chrono::milliseconds;
using std::chrono::seconds;

void World::after(Micros delay, std::function<void()> event) {
    queue_.push({.at = now_ + delay, .number = ++events_, .run = std::move(event)});
}

void World::run_for(Micros time) {
    const auto end = now_ + time;
    while (!queue_.empty() && queue_.top().at <= end) {
        auto event = queue_.top();
        queue_.pop();
        now_ = event.at;
        event.run();
    }
    now_ = end;
}

Micros Link::delay() {
    return Micros(world_.chance(2) ? world_.pick(300'000) : 50 + world_.pick(2'000));
}

void Link::call(Execute execute, Resume resume) {
    if (!is_up_) return world_.after(Micros(1), [resume] { resume(std::nullopt); });
    const auto call = ++calls_;
    pending_[call] = std::move(resume);
    there_ = std::max(there_, world_.now() + delay());
    if (!is_silent_)
        world_.after(std::chrono::duration_cast<Micros>(there_ - world_.now()), [this, call, life = life_, execute] {
            if (life != life_ || !redis_.is_up) return;
            const auto reply = execute(redis_);
            push([this, call, reply] {
                auto pending = pending_.extract(call);
                if (pending) pending.mapped()(reply);
            });
        });
    world_.after(seconds(1), [this, call, life = life_] {
        if (life == life_ && pending_.contains(call)) lose();
    });
}

void Link::push(std::function<void()> deliver_message) {
    back_ = std::max(back_, world_.now() + delay());
    if (is_silent_) return;
    world_.after(std::chrono::duration_cast<Micros>(back_ - world_.now()), [this, life = life_, deliver_message] {
        if (life == life_) deliver(deliver_message);
    });
}

// Not before the core runs again, and then in order.
void Link::deliver(std::function<void()> event) {
    if (world_.now() >= core_until_) return event();
    world_.after(std::chrono::duration_cast<Micros>(core_until_ - world_.now()), [this, life = life_, event] {
        if (life == life_) deliver(event);
    });
}

void Link::lose() {
    if (!is_up_) return;
    is_up_ = is_silent_ = false;
    ++life_;
    on_lost();
    for (auto& [call, resume] : std::exchange(pending_, {})) resume(std::nullopt);
    world_.after(milliseconds(5 + world_.pick(100)), [this] { connect(); });
}

void Link::connect() {
    if (!redis_.is_up) return world_.after(milliseconds(20), [this] { connect(); });
    is_up_ = true;
    there_ = back_ = world_.now();
    on_connected();
}

Milliseconds SimulatedRedis::open() {
    if (!registry_) registry_ = {.name = "registry " + std::to_string(++registries_), .since = world_.now()};
    return std::chrono::floor<Milliseconds>(world_.now() - registry_->since);
}

Registration SimulatedRedis::beat(const std::string& core, const Heard& heard) {
    const auto age = open();
    const auto number = heard.registry == registry_->name ? heard.number : 0;
    const bool is_new = registry_->cores.insert_or_assign(core, Registry::Core{world_.now(), number}).second;
    std::erase_if(registry_->cores,
                  [this](const auto& entry) { return world_.now() - entry.second.at > Membership::kMemory; });
    return {.registry = registry_->name,
            .ended = registry_->ended,
            .cores = static_cast<unsigned>(registry_->cores.size()),
            .is_new = is_new,
            .age = age};
}

SimulatedRedis::Ended SimulatedRedis::end(int subject) {
    const auto age = open();
    const Heard end{.registry = registry_->name, .number = ++registry_->ended};
    for (const auto& [core, subscriber] : subscribers)
        subscriber.link->push([receive = subscriber.receive, end, subject] { receive(end, subject); });
    return {.end = end, .age = age};
}

std::int64_t SimulatedRedis::count_behind(const Heard& end) {
    open();
    if (registry_->name != end.registry) return 1;
    return std::ranges::count_if(registry_->cores, [&](const auto& entry) {
        return world_.now() - entry.second.at < seconds(2) && entry.second.heard < end.number;
    });
}

void SimulatedRedis::flush() {
    registry_.reset();
    versions.clear();
}

}  // namespace mindspace::leases
