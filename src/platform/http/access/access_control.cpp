#include "platform/http/access/access_control.h"

#include <utility>

namespace mindspace::http {

Awaitable<Result<Principal>> authenticate(AccessControl access, std::string_view access_token) {
    auto principal = co_await access.authentication.authenticate(access_token);
    if (!principal) co_return principal;
    auto admitted = co_await access.admission.admit(std::move(*principal), nullptr);
    co_return std::move(admitted.caller);
}

}  // namespace mindspace::http
