// The check of an access token that the core has not seen before. A later request with it costs one lookup.

#include "micro/cases.h"
#include "platform/base/bytes.h"
#include "services/auth/tokens/access_token.h"

#include <benchmark/benchmark.h>

#include <stdexcept>
#include <string_view>
#include <vector>

namespace mindspace::micro {

namespace {

// Signed once for this file. The private key was not stored.
constexpr std::string_view kPublicKey = "pmDX66Xj3in1dr8jyXbqKqhigtDaAJ3UvcR2VOOkoIQ";
constexpr std::string_view kToken =
    "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjcyR0ZPV1E1N3BPbXFiTjNfd0o4dHFBbkViaHhvZ2lWZ2pyWXNPZC1GNmcifQ"
    ".eyJpc3MiOiJodHRwczovL21pbmQuZXhhbXBsZSIsImF1ZCI6Im1pbmRzcGFjZSIsInN1YiI6IjAxOTM5YjJjLTVkMDAtN2IzZi04YTUxLTBj"
    "OWYzZTVhN2QyMSIsInNpZCI6IjAxOTM5YjJjLTVkMDAtN2M0NC05YjFlLTUyZDBhOGY2YzMxMCIsImp0aSI6IjAxOTM5YjJjLTVkMDAtN2QxOC"
    "04ZTAyLTdmNDFiM2M5ZDY1NSIsImlhdCI6MTgwMDAwMDAwMCwiZXhwIjoxODAwMDAwOTAwLCJyb2xlIjoidXNlciJ9"
    ".YUP45iqug0pEz9Q4GFOMdopmv2E3-RrWl6AFvTLrLF6gJtBMWJuq9eZfd8vW89gf5QUQj6lWvnWufNOInC_TAA";
constexpr Timestamp kNow{Seconds(1'800'000'100)};

}  // namespace

Cases token_cases() {
    const auto public_key = base64url_decode(kPublicKey).value();
    std::vector keys{auth::SigningKey::from_public(public_key)};
    auth::TokenRules rules{.issuer = "https://mind.example"};
    return {{"token/verify", [keys = std::move(keys), rules = std::move(rules)] {
                 auto principal = auth::verify_access_token(kToken, keys, rules, kNow);
                 if (!principal) throw std::logic_error("not accepted");
                 benchmark::DoNotOptimize(*principal);
             }}};
}

}  // namespace mindspace::micro
