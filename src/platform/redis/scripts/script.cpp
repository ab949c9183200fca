#include "platform/redis/scripts/script.h"

#include "platform/base/hex.h"

#include <openssl/sha.h>

#include <array>
#include <string_view>
#include <utility>

namespace mindspace::redis {

Script Script::make(std::string name, std::string source) {
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    SHA1(reinterpret_cast<const unsigned char*>(source.data()), source.size(), digest.data());
    std::string sha1;
    for (unsigned char byte : digest) {
        sha1 += kHexDigits[byte >> 4];
        sha1 += kHexDigits[byte & 15];
    }
    return Script{.name = std::move(name), .source = std::move(source), .sha1 = std::move(sha1)};
}

}  // namespace mindspace::redis
