#include "services/user/service.h"

#include "platform/privacy/export.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::user {

namespace {

Error user_gone() {
    return {ErrorCode::unauthenticated, "user_gone", "This account no longer exists.", {}};
}

// Null is not a value of these fields: RFC 7396 would remove them.
void refuse_null(schema::Faults& faults, std::string_view name, bool present, bool has_value) {
    const schema::Path document;
    if (present && !has_value) faults.add(schema::Path{&document, name}, "not_nullable", "cannot be removed");
}

}  // namespace

Awaitable<Result<User>> UserService::find_me(Caller caller) {
    if (const auto* cached = cache_.find(caller.id, caller.version)) co_return *cached;
    auto load = [this, id = caller.id] { return store_.find(id); };
    auto user = co_await cache_.fetch(caller.id, std::move(caller.version), std::move(load));
    if (!user) co_return user_gone();
    co_return std::move(*user);
}

Awaitable<Result<User>> UserService::update_me(Caller caller, UserPatch patch,
                                               std::optional<std::int32_t> expected_version) {
    schema::Faults faults;
    refuse_null(faults, "displayName", patch.display_name.present, patch.display_name.value.has_value());
    refuse_null(faults, "timezone", patch.timezone.present, patch.timezone.value.has_value());
    refuse_null(faults, "locale", patch.locale.present, patch.locale.value.has_value());
    refuse_null(faults, "dailyGoalSeconds", patch.daily_goal_seconds.present,
                patch.daily_goal_seconds.value.has_value());
    refuse_null(faults, "dayStartHour", patch.day_start_hour.present, patch.day_start_hour.value.has_value());
    if (!faults.empty()) co_return schema::validation_failed(std::move(faults));

    const bool is_shown = patch.display_name.present || patch.avatar_url.present;
    const auto now = clock_.now();
    std::optional<postgres::Query> rename_host;
    if (patch.display_name.present) rename_host = others_.rename_host(caller.id, now);
    co_await cache_.begin_write(caller.id);
    auto user = co_await store_.update(caller.id, std::move(patch), expected_version, now, std::move(rename_host));
    const bool is_changed = user.has_value();
    // Otherwise it has these values, or another version. Read before the new version for caches: another call may have
    // written what is found, and not announced it yet.
    if (!is_changed) user = co_await store_.find(caller.id);
    co_await cache_.end_write(caller.id);
    if (!user) co_return user_gone();
    if (!is_changed && expected_version && user->version != *expected_version) co_return precondition_failed();
    if (is_changed && is_shown)
        co_await others_.announce_profile(redis_, caller.id, user->display_name, user->avatar_url);
    co_return std::move(*user);
}

Awaitable<Result<UserStats>> UserService::find_stats(Caller caller) {
    auto id = caller.id;
    auto user = co_await find_me(std::move(caller));
    if (!user) co_return user.error();
    auto today = today_of(*user, clock_.now());
    co_return co_await others_.find_stats(store_.database(), id, today, user->timezone);
}

Awaitable<Result<PublicUser>> UserService::find_public(UserId id) {
    auto user = co_await store_.find(id);
    if (!user) co_return Error{ErrorCode::not_found, "not_found", "The user does not exist.", {}};
    co_return PublicUser{.id = user->id,
                         .display_name = std::move(user->display_name),
                         .avatar_url = std::move(user->avatar_url),
                         .member_since = user->created_at,
                         .version = user->version};
}

Awaitable<Result<http::Response>> UserService::export_user(UserId id) {
    auto user = co_await store_.find(id);
    if (!user) co_return user_gone();
    log::info("export started", {{"event.action", "user_exported"}, {"user.id", id.to_string()}});
    http::Response response{.body = {}};
    response.headers.emplace_back("Content-Disposition", R"(attachment; filename="mindspace-export.json")");
    auto write = [this, id, exported_at = clock_.now()](http::BodyWriter& writer) {
        return privacy::write_export(store_.database(), others_.personal_data, id, exported_at, writer);
    };
    response.stream = http::BodyStream{.length = {}, .write = std::move(write)};
    co_return std::move(response);
}

}  // namespace mindspace::user
