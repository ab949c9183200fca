#include "platform/async/task_group.h"

#include "platform/async/as_tuple.h"
#include "platform/async/cancellation.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <stdexcept>
#include <utility>

namespace mindspace {

namespace intrusive = boost::intrusive;

using Hook = intrusive::list_base_hook<intrusive::link_mode<intrusive::auto_unlink>>;

// One running task. Owned by the coroutine's completion handler, so it is destroyed with the coroutine, no matter how
// that ends.
struct TaskGroup::Entry : Hook {
    explicit Entry(std::shared_ptr<State> owner);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void cancel() {
        is_cancelled = true;
        signal.emit(asio::cancellation_type::terminal);
    }

    std::shared_ptr<State> state;
    asio::cancellation_signal signal;
    bool is_cancelled = false;
};

struct TaskGroup::State {
    using Entries = intrusive::list<Entry, intrusive::constant_time_size<false>>;

    State(asio::io_context& io, TaskGroupOptions limits)
        : loop(io), options(std::move(limits)), idle(io, asio::steady_timer::time_point::max()) {}

    asio::io_context& loop;
    TaskGroupOptions options;
    asio::steady_timer idle;  // cancelled when no task is running
    std::size_t running = 0;
    bool is_cancelled = false;
    Entries entries;
};

TaskGroup::Entry::Entry(std::shared_ptr<State> owner) : state(std::move(owner)) {
    ++state->running;
    state->entries.push_back(*this);
}

TaskGroup::Entry::~Entry() {
    unlink();  // before the state may be destroyed
    --state->running;
}

namespace {

// The completion handler of a task. It names no executor: with one, co_spawn() would emit through it, to a signal that
// may already be destroyed.
template <class Entry>
struct TaskEnd {
    using cancellation_slot_type = asio::cancellation_slot;
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept { return entry->signal.slot(); }

    void operator()(const std::exception_ptr& failure) {
        const auto state = entry->state;
        const bool is_cancelled = entry->is_cancelled;
        entry.reset();
        if (state->running == 0) state->idle.cancel();
        if (!failure || (is_cancelled && is_cancellation(failure))) return;
        if (!state->options.on_task_failed) std::rethrow_exception(failure);
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& fault) {
            state->options.on_task_failed(fault);
        }
    }

    std::shared_ptr<Entry> entry;
};

}  // namespace

// Signals are emitted in a separate loop iteration, when every task is suspended at a wait: Asio 1.81's co_spawn()
// never calls its handler, and throws out of the loop, when a coroutine is cancelled before its first wait.
void TaskGroup::Task::cancel() const {
    auto entry = entry_.lock();
    if (!entry) return;
    asio::post(entry->state->loop, [task = entry_] {
        if (auto running = task.lock()) running->cancel();
    });
}

TaskGroup::TaskGroup(asio::io_context& loop, TaskGroupOptions options)
    : state_(std::make_shared<State>(loop, std::move(options))) {}

TaskGroup::~TaskGroup() {
    cancel();
}

TaskGroup::Task TaskGroup::spawn(Awaitable<> task) {
    if (state_->is_cancelled) return {};
    if (free_slots() == 0) throw std::logic_error("a task group is full");
    auto entry = std::make_shared<Entry>(state_);
    Task name(entry);
    asio::co_spawn(state_->loop, std::move(task), TaskEnd<Entry>{std::move(entry)});
    return name;
}

bool TaskGroup::try_spawn(Awaitable<> task) {
    if (state_->is_cancelled || free_slots() == 0) return false;
    spawn(std::move(task));
    return true;
}

void TaskGroup::cancel() {
    if (std::exchange(state_->is_cancelled, true) || state_->entries.empty()) return;
    asio::post(state_->loop, [state = state_] {
        State::Entries to_cancel;
        to_cancel.swap(state->entries);
        while (!to_cancel.empty()) {
            auto& entry = to_cancel.front();
            to_cancel.pop_front();
            state->entries.push_back(entry);
            entry.cancel();
        }
    });
}

Awaitable<> TaskGroup::join() {
    const auto state = state_;
    while (state->running > 0) co_await state->idle.async_wait(kTuple);
}

bool TaskGroup::is_cancelled() const {
    return state_->is_cancelled;
}

std::size_t TaskGroup::running() const {
    return state_->running;
}

std::size_t TaskGroup::free_slots() const {
    return state_->options.limit - state_->running;
}

}  // namespace mindspace
