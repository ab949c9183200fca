#pragma once
// The bundled list of common passwords (NIST SP 800-63B section 5.1.1.2): what everybody tries first is refused.

#include <string_view>

namespace mindspace::auth {

// Compared without regard to ASCII case.
bool is_common_password(std::string_view password);

}  // namespace mindspace::auth
