#pragma once
// The form in which addresses are compared, so that each address has one account.

#include <string>
#include <string_view>

namespace mindspace::auth {

// Without surrounding white space, which users often paste along.
std::string_view trimmed_email(std::string_view email);

// The domain in its ASCII form (IDNA 2008, mapped as in UTS 46), the part before the @ in NFC and case-folded (Unicode
// 3.13). Nothing else is folded: n2@ and n²@ are different.
std::string email_key(std::string_view email);

// The key of accounts from older versions: NFKC_Casefold of the complete address. An account without a current key is
// found by it.
std::string former_email_key(std::string_view email);

}  // namespace mindspace::auth
