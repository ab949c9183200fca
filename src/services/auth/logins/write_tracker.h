#pragma once
// How far a replica must be to have what a user wrote: noted on this core and, by Redis, on all others. One per core;
// where there are no replicas it does nothing.

#include "platform/http/access/write_tracking.h"
#include "platform/postgres/replicas/replicas.h"
#include "services/auth/logins/session_registry.h"

namespace mindspace::auth {

class WriteTracker final : public http::WriteTracking {
public:
    WriteTracker(SessionRegistry registry, postgres::Replicas& replicas) : registry_(registry), replicas_(replicas) {}

    Awaitable<> record_write(UserId user) override;
    // What Redis says of the user's last write, wherever it was.
    void record(UserId user, postgres::LogPosition written) { replicas_.record(user.value, written); }
    // Redis has forgotten the user: whatever they wrote is before the present position. Fault: Unavailable.
    Awaitable<> assume_written(UserId user);

private:
    SessionRegistry registry_;
    postgres::Replicas& replicas_;
};

}  // namespace mindspace::auth
