#pragma once
// The bundled list of common passwords (NIST SP 800-63B section 5.1.1.2), which are rejected because attackers try them
// first, and the length limits of passwords.

#include "platform/base/result.h"

#include <optional>
#include <string_view>

namespace mindspace::auth {

// Compared without regard to ASCII case.
bool is_common_password(std::string_view password);

// Error: for the body's field `name`, invalid `validation_failed` if the password, once prepared, does not have 8 to
// 128 characters, and `password_breached` if it is on the list.
std::optional<Error> validate_password(std::string_view password, std::string_view name);

}  // namespace mindspace::auth
