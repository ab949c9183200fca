#pragma once
// The bundled list of common passwords (NIST SP 800-63B section 5.1.1.2): what everybody tries first is refused.

#include "platform/base/result.h"

#include <optional>
#include <string_view>

namespace mindspace::auth {

// Compared without regard to ASCII case.
bool is_common_password(std::string_view password);

// Error: invalid `password_breached`, for the body's field `name`, when the password is on the list.
std::optional<Error> refuse_common_password(std::string_view password, std::string_view name);

}  // namespace mindspace::auth
