#pragma once
// The form in which addresses are compared, so that one address is one account.

#include <string>
#include <string_view>

namespace mindspace::auth {

// White space around it dropped, as people paste it.
std::string_view trimmed_email(std::string_view email);

// The domain in its ASCII form (IDNA 2008, mapped as UTS 46 says), the part before the @ in NFC and folded in case
// (Unicode 3.13). Nothing else is folded: n2@ and n²@ are two.
std::string email_key(std::string_view email);

// The key that accounts had before: NFKC_Casefold of the whole. An account that is known by no other is found by it.
std::string former_email_key(std::string_view email);

}  // namespace mindspace::auth
