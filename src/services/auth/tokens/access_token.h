#pragma once
// Access tokens: JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515), signed with Ed25519 (RFC 8037), typed at+jwt
// (RFC 9068) and verified by RFC 8725: one algorithm per key, the key selected among ours by `kid` only.

#include "platform/base/result.h"
#include "platform/http/access/principal.h"
#include "services/auth/settings.h"
#include "services/auth/tokens/known_signatures.h"
#include "services/auth/tokens/signing_key.h"

#include <string>
#include <string_view>
#include <vector>

namespace mindspace::auth {

std::string sign_access_token(const SigningKey& key, const TokenRules& rules, const http::Principal& principal,
                              Timestamp now);

// Signatures in `known` are not checked again, and those found valid are added; null: each is checked. Error:
// unauthenticated, `invalid_token` or `token_expired`.
Result<http::Principal> verify_access_token(std::string_view token, const std::vector<SigningKey>& keys,
                                            const TokenRules& rules, Timestamp now, KnownSignatures* known = nullptr);

}  // namespace mindspace::auth
