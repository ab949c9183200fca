// How a room handles failed tasks.

#include "services/meditation/rooms/state/room.h"

namespace mindspace::meditation {

namespace {

Send unavailable_to(ConnectionId connection) {
    ErrorMessage error{.code = "unavailable", .message = "The room is temporarily unavailable. Try again."};
    return Send{connection, schema::to_json(error)};
}

}  // namespace

// A failed task is reported to the client that requested it, or retried.
Actions Room::on(const TaskFailed& what, Timestamp now) {
    Actions actions;
    std::visit([&](const auto& task) { on_task_failed(task, now, actions); }, what.task);
    return actions;
}

void Room::on_task_failed(const Enter& task, Timestamp, Actions& actions) {
    auto* member = find(task.request.lease.connection);
    if (member != nullptr && member->stage == Stage::entering)
        actions.push_back(Close{member->owner.connection, http::CloseCode::try_again_later});
}

void Room::on_task_failed(const Leave& task, Timestamp now, Actions&) {
    expire_lease(task.lease.connection, task.lease.user, now);
}

void Room::on_task_failed(const React& task, Timestamp, Actions& actions) {
    actions.push_back(unavailable_to(task.from));
}

void Room::on_task_failed(const Flush&, Timestamp now, Actions&) {
    flush_in(kRetryEvery, now);
}

void Room::on_task_failed(const RenewLeases& task, Timestamp, Actions&) {
    if (task.is_complete) renewing_ = false;
}

void Room::on_task_failed(const ReplayEvents&, Timestamp, Actions&) {
    replaying_ = false;
    replay_failed_ = true;
}

void Room::on_task_failed(const Start& task, Timestamp, Actions& actions) {
    reload_needed_ = true;
    actions.push_back(unavailable_to(task.from));
}

void Room::on_task_failed(const Finish& task, Timestamp, Actions& actions) {
    reload_needed_ = true;
    if (task.from) actions.push_back(unavailable_to(*task.from));
}

void Room::on_task_failed(const ReloadGroup&, Timestamp, Actions&) {
    reload_needed_ = true;
}

void Room::on_task_failed(const Announce&, Timestamp, Actions&) {
    reload_needed_ = true;
}

}  // namespace mindspace::meditation
