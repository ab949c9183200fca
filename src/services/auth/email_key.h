#pragma once
// The form in which addresses are compared: case-folded and normalised, so that one address is one account.

#include <string>
#include <string_view>

namespace mindspace::auth {

// NFKC_Casefold (Unicode 3.13) of the address.
std::string email_key(std::string_view email);

}  // namespace mindspace::auth
