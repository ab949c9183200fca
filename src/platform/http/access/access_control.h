#pragma once
// How one core knows its callers: four subjects, each of its own. Requests pass them as steps of the middleware;
// a socket, which is no request, asks by authenticate() and watches its login session.

#include "platform/http/access/admission.h"
#include "platform/http/access/authentication.h"
#include "platform/http/access/revocation_watch.h"
#include "platform/http/access/write_tracking.h"

#include <string_view>

namespace mindspace::http {

// Outlived by all that it names.
struct AccessControl {
    Authentication& authentication;
    Admission& admission;
    RevocationWatch& revocations;
    WriteTracking& writes;
};

// The caller whose token is genuine and whose login session is alive; no call is taken from their quota.
// `access_token` is borrowed until it has been awaited. Error: unauthenticated. Fault: Unavailable.
Awaitable<Result<Principal>> authenticate(AccessControl access, std::string_view access_token);

}  // namespace mindspace::http
