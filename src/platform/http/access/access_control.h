#pragma once
// What one core needs to identify callers and decide what they may do, in four parts. Steps of the middleware use them
// for requests; a socket, which outlives its request, calls authenticate() and watches its login session.

#include "platform/http/access/admission.h"
#include "platform/http/access/authentication.h"
#include "platform/http/access/revocation_watch.h"
#include "platform/http/access/write_tracking.h"

#include <string_view>

namespace mindspace::http {

// Must not outlive what it refers to.
struct AccessControl {
    Authentication& authentication;
    Admission& admission;
    RevocationWatch& revocations;
    WriteTracking& writes;
};

// The caller, if the token is genuine and its login session is alive; does not count against their quota.
// `access_token` is borrowed until it has been awaited. Error: unauthenticated. Fault: Unavailable.
Awaitable<Result<Principal>> authenticate(AccessControl access, std::string_view access_token);

}  // namespace mindspace::http
